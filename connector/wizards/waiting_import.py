# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError


class ConnectorWaitingImport(models.TransientModel):
    """Show until when imports wait, with a button to start them now."""

    _name = "connector.waiting.import"
    _description = "Waiting Imports"

    backend_model = fields.Char(required=True, readonly=True)
    backend_ids = fields.Json(required=True, readonly=True)
    message = fields.Text(readonly=True)

    @api.model
    def _open(self, backends: models.BaseModel, message: str) -> dict:
        """Return the action that shows the message, with a button to start."""
        waiting = self.create(
            {
                "backend_model": backends._name,
                "backend_ids": backends.ids,
                "message": message,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The import waits"),
            "res_model": self._name,
            "res_id": waiting.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_start(self) -> dict:
        """Start the imports now; the backends check the rights."""
        self.ensure_one()
        if not hasattr(self.env[self.backend_model], "button_start_waiting_imports"):
            raise UserError(self.env._("%s is not a backend.", self.backend_model))
        backends = self.env[self.backend_model].browse(self.backend_ids)
        action = backends.button_start_waiting_imports()
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
