# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The subject of runs, errors, cursors and history: a backend and a model.

Both are stored by name and id, without a foreign key: the records outlive a connector
that is uninstalled, and show its technical names then.

The names of backends and models are computed. A search for them first finds the
backends and models with such a name among those that the table has, and then their
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain

from ..binding_models import wrapped_model

#: operators, and how they compare a name in lower case with a searched value
_COMPARISONS: dict[str, Callable[[str, Any], bool]] = {
    "ilike": lambda name, value: str(value).lower() in name,
    "like": lambda name, value: str(value).lower() in name,
    "=ilike": lambda name, value: str(value).lower() == name,
    "in": lambda name, value: name in {str(each).lower() for each in value},
}


def _domain_of_key(key: tuple[str, int, str]) -> list[tuple]:
    names = ("backend_model", "backend_id", "model_name")
    return [(name, "=", value) for name, value in zip(names, key, strict=True)]


class ConnectorSyncSubject(models.AbstractModel):
    """Base of records about a backend and a model."""

    _name = "connector.sync.subject"
    _description = "Synchronized Model of a Backend"

    #: identify the record; users with the right to write may not change them
    _identifying_fields = ("backend_model", "backend_id", "model_name", "company_id")

    backend_model = fields.Char(required=True, index=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model",
        string="Backend ID",
        required=True,
        index=True,
        readonly=True,
    )
    model_name = fields.Char(string="Model", required=True, index=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
    )
    backend_name = fields.Char(
        string="Backend", compute="_compute_names", search="_search_backend_name"
    )
    model_description = fields.Char(
        string="Records", compute="_compute_names", search="_search_model_description"
    )

    @api.model
    def _has_field_access(self, field, operation):
        if (
            operation == "write"
            and field.name in self._identifying_fields
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)

    def _subject_key(self) -> tuple[str, int, str]:
        """Return the key of the backend and model."""
        self.ensure_one()
        return self.backend_model, self.backend_id, self.model_name

    @api.model
    def _domain_of(self, backend: models.BaseModel, model_name: str) -> list[tuple]:
        """Return the domain of the records about a backend and a model."""
        return _domain_of_key((backend._name, backend.id, model_name))

    def _domain_of_subject(self) -> list[tuple]:
        """Return the domain of the records about the same backend and model."""
        return _domain_of_key(self._subject_key())

    @api.depends("backend_model", "backend_id")
    def _compute_company_id(self):
        for subject in self:
            backend_model = subject.backend_model
            has_company = (
                backend_model in self.env
                and "company_id" in self.env[backend_model]._fields
            )
            subject.company_id = (
                self.env[backend_model].browse(subject.backend_id).exists().company_id
                if has_company
                else False
            )

    @api.depends("model_name", "backend_model", "backend_id")
    @api.depends_context("lang")
    def _compute_names(self):
        for backend_model, subjects in self.grouped("backend_model").items():
            backend_names = subjects._read_backend_names(backend_model)
            for subject in subjects:
                subject.backend_name = backend_names.get(
                    subject.backend_id, f"{backend_model} {subject.backend_id}"
                )
        descriptions = self._describe_models(self.mapped("model_name"))
        for subject in self:
            subject.model_description = descriptions.get(subject.model_name, False)

    def _read_backend_names(self, backend_model: str) -> dict[int, str]:
        """Return ``{id: name}`` of the backends of one model that exist."""
        if not backend_model or backend_model not in self.env:
            return {}
        backends = self.env[backend_model].sudo().browse(set(self.mapped("backend_id")))
        return {backend.id: backend.display_name for backend in backends.exists()}

    @api.model
    def _describe_models(self, names: Iterable[str | bool]) -> dict[str, str]:
        """Return ``{model: name of its records}``: the name of the wrapped model.

        A model that is not installed keeps its technical name.
        """
        models_known = self.env["ir.model"].sudo()
        # the ids are cached; the names are read in one query
        ids = {
            name: name in self.env
            and models_known._get_id(wrapped_model(self.env, name))
            for name in names
            if name
        }
        found = {
            model.id: model.name
            for model in models_known.browse(filter(None, ids.values()))
        }
        return {name: found.get(model_id) or name for name, model_id in ids.items()}

    @api.depends("backend_name", "model_description")
    def _compute_display_name(self):
        for subject in self:
            subject.display_name = (
                f"{subject.backend_name}: {subject.model_description}"
            )

    # -- searched by displayed names -----------------------------------------------

    @api.model
    def _search_backend_name(self, operator: str, value: Any):
        """Return the domain of the rows whose backend has such a name.

        Backends of an uninstalled connector are found by their technical name.
        """
        compare = _COMPARISONS.get(operator)
        if compare is None:
            return NotImplemented
        groups = self.sudo()._read_group([], ["backend_model"])
        found = Domain.FALSE
        for (backend_model,) in groups:
            of_model = Domain("backend_model", "=", backend_model)
            if backend_model in self.env:
                backends = (
                    self.env[backend_model].sudo().with_context(active_test=False)
                )
                ids = backends.search([("display_name", operator, value)]).ids
                found |= of_model & Domain("backend_id", "in", ids)
            elif compare(backend_model.lower(), value):
                found |= of_model
        return found

    @api.model
    def _search_model_description(self, operator: str, value: Any):
        """Return the domain of the rows whose model has such a name."""
        compare = _COMPARISONS.get(operator)
        if compare is None:
            return NotImplemented
        groups = self.sudo()._read_group([("model_name", "!=", False)], ["model_name"])
        descriptions = self._describe_models(name for (name,) in groups)
        matching = [
            name
            for name, description in descriptions.items()
            if compare(description.lower(), value)
        ]
        return Domain("model_name", "in", matching)

    # -- lists -----------------------------------------------------------------------

    def _open_list(self, name: str, res_model: str, domain, **values) -> dict:
        """Return the action that lists records."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            **values,
        }

    def _open_jobs(self, name: str, domain) -> dict:
        """Return the action that lists jobs, in the list for managers of connectors."""
        job_list = self.env.ref("connector.queue_job_view_list_sync").id
        return self._open_list(
            f"{self.display_name}: {name}",
            "queue.job",
            domain,
            views=[(job_list, "list"), (False, "form")],
            context={"create": False},
        )
