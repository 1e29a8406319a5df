# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The buttons of the list of bindings, for one row or for the selected ones.

Each calls the button of the bindings, which checks the rights of the user.
"""

from __future__ import annotations

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .access import MANAGER


class ConnectorBoundRecord(models.Model):
    _inherit = "connector.bound.record"

    def action_update(self) -> dict:
        """Import the records in jobs, over local edits."""
        return self._call_button("button_synchronize", "_can_update")

    def action_push(self) -> dict:
        """Export the records in jobs, over remote changes."""
        return self._call_button("button_push", "_can_push")

    def action_unbind(self) -> dict:
        """Delete the bindings; keep both records.

        :raise odoo.exceptions.AccessError: the user is not a connector manager
        """
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._(
                    "Only users of the group %s may unbind records.",
                    self.env.ref(MANAGER).sudo().full_name,
                )
            )
        self.check_access("read")
        count = len(self)
        for bindings in self._by_model():
            if hasattr(bindings, "button_unbind"):
                bindings.button_unbind()
            else:
                bindings.unlink()
        return self._notify(self.env._("%s records were unbound.", count))

    def _call_button(self, button: str, condition: str) -> dict:
        """Call a button of all bindings for which a condition holds.

        :raise UserError: it holds for none of them
        """
        self.check_access("read")
        done, left = 0, 0
        for bindings in self._by_model():
            for each in bindings.grouped("backend_id").values():
                if hasattr(each, button) and getattr(each, condition)():
                    getattr(each, button)()
                    done += len(each)
                else:
                    left += len(each)
        if not done:
            raise UserError(
                self.env._(
                    "The backends of the selected records do not synchronize them in "
                    "this direction: choose the direction on the backend."
                )
            )
        message = self.env._("%s records will be synchronized shortly.", done)
        if left:
            message += " " + self.env._(
                "%s are not synchronized in this direction.", left
            )
        return self._notify(message)

    @api.model
    def _notify(self, message: str) -> dict:
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_record(self) -> dict:
        """Open the wrapped record."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_remote(self) -> dict:
        """Open the page of the external record."""
        self.check_access("read")
        return self._get_binding().button_open_in_backend()

    def action_open_history(self) -> dict:
        """Open all synchronizations of the record."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("History of %s", self.display_name),
            "res_model": "connector.sync.change",
            "views": [(False, "list"), (False, "form")],
            "domain": self._domain_of_history(),
            "context": {"create": False},
        }

    def _domain_of_history(self) -> list[tuple]:
        """Return the domain of the synchronizations; the index is by the record."""
        return [
            ("res_id", "=", self.res_id),
            ("res_model", "=", self.res_model),
            ("model_name", "=", self.model_name),
            ("binding_id", "=", self.binding_id),
        ]
