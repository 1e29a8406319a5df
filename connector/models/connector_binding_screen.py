# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError

from ..web_address import is_web_link


class ConnectorBindingMixin(models.AbstractModel):
    """Give a binding the buttons by which people use it."""

    _inherit = "connector.binding.mixin"

    def button_synchronize(self) -> dict:
        """Have the records synchronized, in jobs, and say so."""
        self.check_access("write")
        self._synchronize()
        return self._notify_of_sync()

    def _notify_of_sync(self) -> dict:
        """Say that the records will be synchronized."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s will be synchronized in a moment.",
                    ", ".join(self.mapped("display_name")),
                ),
            },
        }

    def _synchronize(self) -> None:
        """Delay what *Synchronize now* does: by default, import the records again."""
        self.resync()

    def button_unbind(self) -> bool:
        """Delete the bindings; keep the records and the external records."""
        self.check_access("unlink")
        self.with_context(connector_no_export=True).unlink()
        return True

    def button_same_record(self) -> bool:
        """Go on with an external record that was created at another time.

        The next import or export takes it for the bound one, and remembers its time.
        """
        self.check_access("write")
        self.with_context(connector_no_export=True).write(
            {"external_created_at": False, "external_updated_at": False}
        )
        return True

    def button_open_in_backend(self) -> dict:
        """Open the page that the backend has for the external record.

        :raise UserError: there is none
        """
        self.ensure_one()
        url = self._external_url() if self.external_id else None
        if not is_web_link(url):
            raise UserError(
                self.env._(
                    "%(record)s has no page to open in %(backend)s.",
                    record=self.display_name,
                    backend=self.backend_id.sudo().display_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def _external_url(self) -> str | None:
        """Return the address of the external record's page, if it has one.

        One that does not begin with ``http://`` or ``https://`` is not opened.
        Anybody who may read the binding may follow it.
        """
        return None
