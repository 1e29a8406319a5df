# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The question before a backend with bindings is deleted.

The bindings are deleted with it; the records remain, here and in the other system. Jobs
that wait are cancelled, and the history of the backend is deleted (``deletion.py``).
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.tools import split_every

from .backend_activation import get_backend_model

_BATCH = 1000


class ConnectorBackendDeletion(models.TransientModel):
    """Dialog that unbinds the records of a backend and deletes it."""

    _name = "connector.backend.deletion"
    _description = "Delete a Backend"

    backend_model = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", string="Backend ID", required=True, readonly=True
    )
    backend_name = fields.Char(string="Backend", compute="_compute_backend")
    bound_count = fields.Integer(compute="_compute_backend")
    description = fields.Text(string="Bound records", compute="_compute_backend")
    job_count = fields.Integer(string="Waiting jobs", compute="_compute_backend")

    @api.depends("backend_model", "backend_id")
    def _compute_backend(self):
        for deletion in self:
            backend = deletion._get_backend()
            counts = backend._count_bindings() if backend else {}
            labels = backend._label_models(list(counts)) if backend else {}
            deletion.backend_name = backend.display_name
            deletion.bound_count = sum(counts.values())
            deletion.description = "\n".join(
                f"{count} {labels[name]}" for name, count in counts.items()
            )
            deletion.job_count = backend.pending_job_count if backend else 0

    def _get_backend(self) -> models.BaseModel:
        """Return the backend, which the user may delete; empty if it is deleted.

        :raise UserError: it is not a backend
        :raise odoo.exceptions.AccessError: the user may not
        """
        backend = get_backend_model(self).browse(self.backend_id).exists()
        backend.check_access("unlink")
        return backend

    @api.model
    def _describe_action(self, backend: models.BaseModel) -> dict[str, Any]:
        """Return the action that asks whether to unbind the records of a backend."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delete %s", backend.display_name),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_backend_model": backend._name,
                "default_backend_id": backend.id,
            },
        }

    def action_unbind_and_delete(self) -> dict[str, Any]:
        """Delete the bindings of the backend and the backend; keep the records."""
        self.ensure_one()
        if backend := self._get_backend():
            backend._unbind_all()
            backend.unlink()
        return {
            "type": "ir.actions.act_window",
            "name": self.env[self.backend_model]._description,
            "res_model": self.backend_model,
            "views": [(False, "list"), (False, "form")],
            "target": "main",
        }


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that can be deleted with its bindings."""

    _inherit = "connector.backend.mixin"

    def _unbind_all(self) -> None:
        """Delete all bindings of the backend; the wrapped records remain.

        As superuser: the user may delete the backend, and a binding grants nothing on
        the record it wraps.
        """
        self.ensure_one()
        for model_name in reversed(self._count_bindings()):
            model = self.env[model_name].sudo().with_context(active_test=False)
            for name in self._find_restricting(model):
                ids = model.search([(name, "=", self.id)], order="id desc").ids
                for batch in split_every(_BATCH, ids):
                    bindings = model.browse(batch).exists()
                    bindings.with_context(connector_no_export=True).unlink()
