# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The list of conflicts: bindings with edits about which a person decides."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..binding_status import condition_of_conflict
from ..components.two_way.unconfirmed import ALL_FIELDS


class ConnectorBoundRecord(models.Model):
    _inherit = "connector.bound.record"

    is_in_conflict = fields.Boolean(
        compute="_compute_conflict", search="_search_is_in_conflict"
    )
    conflict_fields = fields.Char(
        string="Fields", compute="_compute_conflict", help="Changed on both sides"
    )
    conflict_user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        compute="_compute_conflict",
        search="_search_conflict_user_id",
        help="The salesperson of the record, or the user responsible for the backend",
    )
    conflict_since = fields.Datetime(
        string="Edited at", compute="_compute_conflict", help="The last local edit"
    )

    @api.depends("model_name", "binding_id")
    @api.depends_context("lang")
    def _compute_conflict(self):
        found = {
            (model_name, binding_id): values
            for model_name, binding_id, *values in self._read_conflicts()
        }
        for row in self:
            names, user_id, edited_at = found.get(
                (row.model_name, row.binding_id), ((), None, None)
            )
            row.is_in_conflict = bool(names)
            row.conflict_fields = row._label_fields(names)
            row.conflict_user_id = user_id
            row.conflict_since = edited_at

    def _read_conflicts(self) -> list[tuple]:
        """Return model, id, fields, user and time of the last edit, in one query."""
        if not self:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT model_name, binding_id, array_agg(DISTINCT name), max(user_id),
                       max(edited_at)
                FROM connector_unconfirmed_field
                WHERE in_conflict AND model_name = ANY(%s) AND binding_id = ANY(%s)
                GROUP BY model_name, binding_id
                """,
                list(set(self.mapped("model_name"))),
                [row.binding_id for row in self],
            )
        )

    def _label_fields(self, names) -> str:
        if ALL_FIELDS in names:
            return self.env._("all fields")
        return self._get_binding()._labels_of(names) if names else ""

    @api.model
    def _search_is_in_conflict(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain.custom(
            to_sql=lambda _model, alias, _query: condition_of_conflict(alias),
            predicate=lambda row: row.is_in_conflict,
        )
        return Domain.OR(found if flag else ~found for flag in set(value))

    @api.model
    def _search_conflict_user_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        user_ids = [user_id for user_id in value if user_id]
        if not user_ids:
            return NotImplemented

        def to_sql(_model, alias, _query):
            return SQL(
                "(%s, %s) IN (SELECT model_name, binding_id FROM "
                "connector_unconfirmed_field WHERE in_conflict AND user_id = ANY(%s))",
                SQL.identifier(alias, "model_name"),
                SQL.identifier(alias, "binding_id"),
                user_ids,
            )

        return Domain.custom(
            to_sql=to_sql,
            predicate=lambda row: row.conflict_user_id.id in user_ids,
        )

    def action_decide(self) -> dict:
        """Open both versions of the record."""
        self.ensure_one()
        self.check_access("read")
        return self._get_binding().button_decide()
