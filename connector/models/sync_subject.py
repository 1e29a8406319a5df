# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The backend and the model that a run, an error or a cursor is about."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..backend_company import company_of


class ConnectorSyncSubject(models.AbstractModel):
    """A backend and a model, by name and id without a foreign key.

    Base of runs, errors, cursors and overviews. Their records outlive a connector that
    is uninstalled, and show its technical names then.
    """

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
    backend_name = fields.Char(string="Backend", compute="_compute_names")
    model_description = fields.Char(string="Records", compute="_compute_names")

    def write(self, vals):
        changed = [name for name in self._identifying_fields if name in vals]
        if changed and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(subject)s: %(names)s cannot be changed.",
                    subject=self._description,
                    names=", ".join(changed),
                )
            )
        return super().write(vals)

    def _subject_key(self) -> tuple[str, int, str]:
        """Return the key of the backend and model."""
        self.ensure_one()
        return self.backend_model, self.backend_id, self.model_name

    def _domain_of_subject(self) -> list[tuple]:
        """Return the domain of the records about the same backend and model."""
        names = ("backend_model", "backend_id", "model_name")
        return [
            (name, "=", value)
            for name, value in zip(names, self._subject_key(), strict=True)
        ]

    @api.depends("backend_model", "backend_id")
    def _compute_company_id(self):
        for subject in self:
            backend_model = subject.backend_model
            subject.company_id = (
                company_of(self.env[backend_model].browse(subject.backend_id).exists())
                if backend_model in self.env
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
        descriptions = self._read_model_descriptions()
        for subject in self:
            subject.model_description = descriptions.get(
                subject.model_name, subject.model_name
            )

    def _read_backend_names(self, backend_model: str) -> dict[int, str]:
        """Return ``{id: name}`` of the backends of one model that exist."""
        if not backend_model or backend_model not in self.env:
            return {}
        backends = self.env[backend_model].sudo().browse(set(self.mapped("backend_id")))
        return {backend.id: backend.display_name for backend in backends.exists()}

    def _read_model_descriptions(self) -> dict[str, str]:
        """Return ``{model: name of its records}``: the name of the wrapped model."""
        known_as = {
            name: self._find_wrapped_model(name)
            for name in set(self.mapped("model_name"))
            if name in self.env
        }
        models_found = (
            self.env["ir.model"]
            .sudo()
            .search_fetch([("model", "in", list(known_as.values()))], ["model", "name"])
        )
        names = {model.model: model.name for model in models_found}
        return {name: names[known_as[name]] for name in known_as}

    def _find_wrapped_model(self, model_name: str) -> str:
        wrapping_field = self.env[model_name]._fields.get("odoo_id")
        return (wrapping_field and wrapping_field.comodel_name) or model_name

    @api.depends("backend_name", "model_description")
    def _compute_display_name(self):
        for subject in self:
            subject.display_name = (
                f"{subject.backend_name}: {subject.model_description}"
            )
