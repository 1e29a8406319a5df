# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All bindings of all connectors in one list.

A row is a binding, read from its own table: nothing is stored twice. ::

    test_res_partner ──┐
    odoo_res_partner ──┼── UNION ALL ── connector.bound.record
    odoo_sale_order ───┘

The id of a row has the id of the binding model in its upper bits, and that of the
binding in the lower ones. The name is that of the wrapped record, where it is stored.
Conditions on the model or on the backend reach the tables: the others are not read.
"""

from __future__ import annotations

from collections.abc import Iterable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..binding_models import (
    BACKEND_FIELD,
    EXTERNAL_FIELD,
    WRAPPED_FIELD,
    NameQuery,
    find_binding_models,
)
from ..binding_status import (
    CONFLICT,
    FAILING,
    IN_SYNC,
    WAITING,
    Bound,
    condition_of,
    find_findings,
)

#: bits of the id of a binding, in the id of a row
_BITS = 31
#: the rows of one binding model
_BINDINGS = """
    SELECT (%(model_id)s::bigint << %(bits)s) + binding.id AS id,
           %(model_name)s::varchar AS model_name,
           binding.id AS binding_id,
           %(label)s::varchar AS model_description,
           %(res_model)s::varchar AS res_model,
           binding.odoo_id AS res_id,
           coalesce(%(name)s, %(external_id)s, '')::varchar AS record_name,
           %(backend_model)s::varchar AS backend_model,
           binding.backend_id AS backend_id,
           %(backend_name)s::varchar AS backend_name,
           %(company)s AS company_id,
           %(external_id)s::varchar AS external_id,
           binding.sync_date AS sync_date
    FROM %(table)s AS binding
    JOIN %(wrapped_table)s AS record ON record.id = binding.odoo_id
    JOIN %(backend_table)s AS backend ON backend.id = binding.backend_id
    %(joins)s
"""


class ConnectorBoundRecord(models.Model):
    """A record that is bound to an external record of a backend."""

    _name = "connector.bound.record"
    _description = "Binding"
    _auto = False
    _order = "id desc"  # an order by name sorts all names
    _rec_name = "record_name"

    model_name = fields.Char(string="Binding model", readonly=True)
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding ID", readonly=True
    )
    model_description = fields.Char(string="Records", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record ID", readonly=True
    )
    record_name = fields.Char(string="Name", readonly=True)
    backend_model = fields.Char(readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", string="Backend ID", readonly=True
    )
    backend_name = fields.Char(string="Backend", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    external_id = fields.Char(string="ID in the backend", readonly=True)
    sync_date = fields.Datetime(string="Last synchronized", readonly=True)
    status = fields.Selection(
        [
            (FAILING, "Failing"),
            (CONFLICT, "Conflict"),
            (WAITING, "Waiting"),
            (IN_SYNC, "In sync"),
        ],
        compute="_compute_status",
        search="_search_status",
        help="Failing: see its error. Conflict: choose a version. Waiting: changes are "
        "not synchronized yet.",
    )
    problem = fields.Text(
        compute="_compute_status", help="Why it fails, or the fields that wait"
    )

    # -- rows -------------------------------------------------------------------

    @property
    def _table_query(self) -> SQL:
        queries = [self._query_of(name) for name in find_binding_models(self.pool)]
        if not queries:
            queries = [self._query_of_none()]
        return SQL(" UNION ALL ").join(queries)

    def _query_of_none(self) -> SQL:
        """Return a query without rows, for a database without connectors."""
        columns = [
            SQL(
                "NULL::%s AS %s",
                SQL.identifier(field.column_type[0]),
                SQL.identifier(name),
            )
            for name, field in self._fields.items()
            if field.store and field.column_type
        ]
        return SQL("SELECT %s WHERE FALSE", SQL(", ").join(columns))

    def _query_of(self, model_name: str) -> SQL:
        """Return the query of the bindings of one model."""
        model = self.env[model_name]
        wrapped = self.env[model._fields[WRAPPED_FIELD].comodel_name]
        backend = self.env[model._fields[BACKEND_FIELD].comodel_name]
        name, backend_name = NameQuery(wrapped, "record"), NameQuery(backend, "backend")
        has_external_id = getattr(model._fields.get(EXTERNAL_FIELD), "store", False)
        has_company = getattr(backend._fields.get("company_id"), "store", False)
        external_id = (
            SQL("binding.external_id") if has_external_id else SQL("NULL::text")
        )
        company = SQL("backend.company_id") if has_company else SQL("NULL::int")
        model_id, _label = self._describe(model_name)
        _wrapped_id, label = self._describe(wrapped._name)
        return SQL(
            _BINDINGS,
            model_id=model_id,
            bits=_BITS,
            model_name=model_name,
            label=label,
            res_model=wrapped._name,
            name=name.expression,
            external_id=external_id,
            backend_model=backend._name,
            backend_name=backend_name.expression,
            company=company,
            table=SQL.identifier(model._table),
            wrapped_table=SQL.identifier(wrapped._table),
            backend_table=SQL.identifier(backend._table),
            joins=SQL(" ").join([*name.joins, *backend_name.joins]),
        )

    def _describe(self, model_name: str) -> tuple[int, str]:
        """Return the id of a model and its name in the language of the user."""
        model = self.env["ir.model"]._get(model_name)
        return model.id, model.sudo().name or model_name

    @api.model
    def _find_row(self, binding: models.BaseModel) -> models.BaseModel:
        """Return the row of a binding."""
        model_id, _label = self._describe(binding._name)
        return self.browse((model_id << _BITS) + binding.id)

    # -- status -----------------------------------------------------------------

    def _as_bound(self) -> list[Bound]:
        return [
            Bound(
                row.model_name,
                row.binding_id,
                row.backend_model,
                row.backend_id,
                row.external_id or None,
            )
            for row in self
        ]

    @api.depends("model_name", "binding_id")
    @api.depends_context("lang")
    def _compute_status(self):
        found = find_findings(self.env, self._as_bound())
        error_ids = [each.error_id for each in found.values() if each.error_id]
        errors = self.env["connector.sync.error"].sudo().browse(error_ids)
        reasons = {error.id: error.reason for error in errors}
        for row in self:
            findings = found[row.model_name, row.binding_id]
            row.status = findings.status
            row.problem = reasons.get(findings.error_id) or (
                findings.has_edits and row._describe_edits()
            )

    def _describe_edits(self) -> str:
        binding = self._get_binding()
        return "unconfirmed_fields" in binding._fields and binding.unconfirmed_fields

    @api.model
    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        known = dict(self._fields["status"].selection)
        return Domain.OR(
            Domain.custom(
                to_sql=lambda _model, alias, _query, status=status: condition_of(
                    status, alias
                ),
                predicate=lambda row, status=status: row.status == status,
            )
            for status in set(value) & known.keys()
        )

    # -- bindings ---------------------------------------------------------------

    def _get_binding(self) -> models.BaseModel:
        """Return the binding of the row, with the rights of the user."""
        self.ensure_one()
        return self.env[self.model_name].browse(self.binding_id)

    def _by_model(self) -> Iterable[models.BaseModel]:
        """Yield the existing bindings of each model."""
        for model_name, rows in self.grouped("model_name").items():
            ids = [row.binding_id for row in rows]
            if bindings := self.env[model_name].browse(ids).exists():
                yield bindings
