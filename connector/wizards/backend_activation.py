# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The questions of *Activate*: how often, and as whom, a backend is synchronized.

They are asked while no interval is set. 0 means: only by hand.
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError

#: suggested by the dialog
DEFAULT_IMPORT_MINUTES = 15
DEFAULT_REMOVAL_HOURS = 24


class ConnectorBackendActivation(models.TransientModel):
    """Dialog that sets the schedule of a backend and activates it."""

    _name = "connector.backend.activation"
    _description = "Activate a Backend"

    backend_model = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", string="Backend ID", required=True, readonly=True
    )
    backend_name = fields.Char(string="Backend", compute="_compute_backend")
    is_importing = fields.Boolean(compute="_compute_backend")
    import_interval_minutes = fields.Integer(
        string="Import changes every (minutes)",
        default=DEFAULT_IMPORT_MINUTES,
        help="0: only by hand",
    )
    removal_interval_hours = fields.Integer(
        string="Process deletions every (hours)",
        default=DEFAULT_REMOVAL_HOURS,
        help="0: only by hand",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Synchronize as",
        required=True,
        domain=[("share", "=", False)],
        help="Scheduled work runs with the rights of this user. Other users than "
        "yourself can be chosen by administrators only.",
    )

    @api.depends("backend_model", "backend_id")
    def _compute_backend(self):
        for activation in self:
            backend = activation._get_backend()
            activation.backend_name = backend.display_name
            activation.is_importing = backend.is_importing

    def _get_backend(self) -> models.BaseModel:
        """Return the backend, which the user may write.

        :raise odoo.exceptions.AccessError: the user may not
        """
        backend = get_backend_model(self).browse(self.backend_id)
        backend.check_access("write")
        return backend

    @api.model
    def _open(self, backend: models.BaseModel) -> dict[str, Any]:
        """Return the action that asks for the schedule of a backend."""
        activation = self.create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "user_id": (backend.user_id or self.env.user).id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activate %s", backend.display_name),
            "res_model": self._name,
            "res_id": activation.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_activate(self) -> dict[str, Any]:
        """Set the schedule, and activate the backend."""
        self.ensure_one()
        backend = self._get_backend()
        backend.write(
            {
                "import_interval_minutes": self.import_interval_minutes,
                "removal_interval_hours": self.removal_interval_hours,
                "user_id": self.user_id.id,
            }
        )
        backend.button_start_production()
        return {"type": "ir.actions.act_window_close"}


def get_backend_model(dialog: models.BaseModel) -> models.BaseModel:
    """Return the model of the backend that a dialog names.

    :raise UserError: it is not a backend with states and a form
    """
    model = dialog.env.get(dialog.backend_model)
    mixin = dialog.pool["connector.backend.mixin"]
    if model is None or not isinstance(model, mixin) or not model._auto:
        raise UserError(dialog.env._("%s is not a backend.", dialog.backend_model))
    return model
