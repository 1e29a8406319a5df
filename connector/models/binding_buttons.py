# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The buttons of a binding: synchronize, unbind, accept, open remotely."""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.queue_job.job import identity_exact

from ..jobs.lifecycle import company_of
from ..servers import is_web_link

RESYNC_CHUNK_SIZE = 200


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    def button_synchronize(self) -> dict:
        """Synchronize the records in jobs, and notify the user."""
        self.check_access("write")
        self._synchronize()
        return self._notify_of_sync()

    def _notify_of_sync(self) -> dict:
        """Return the notification that the records will be synchronized."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s will be synchronized shortly.",
                    ", ".join(self.mapped("display_name")),
                ),
            },
        }

    def _synchronize(self) -> None:
        """Delay the jobs of *Synchronize now*: by default, import the records."""
        self.resync()

    def resync(self) -> bool:
        """Delay an import of the bound records, even of unchanged ones."""
        self.check_access("write")
        self.backend_id._check_is_on()
        bound = self.filtered("external_id")
        for backend, bindings in bound.grouped("backend_id").items():
            external_ids = bindings.mapped("external_id")
            model = self.browse().with_company(company_of(backend))
            if len(external_ids) == 1:
                model.with_delay(
                    description=self.env._("Import %s again", bindings.display_name),
                    identity_key=identity_exact,
                ).import_record(backend, external_ids[0], force=True)
                continue
            for chunk in split_every(RESYNC_CHUNK_SIZE, external_ids, list):
                model.with_delay(
                    description=self.env._(
                        "Import %(count)s records of %(model)s again",
                        count=len(chunk),
                        model=self._description,
                    ),
                    identity_key=identity_exact,
                ).import_chunk(backend, chunk, force=True)
        return True

    def button_unbind(self) -> bool:
        """Delete the bindings; keep the records and the external records."""
        self.check_access("unlink")
        self.with_context(connector_no_export=True).unlink()
        return True

    def button_same_record(self) -> bool:
        """Accept an external record that was created at another time as the bound one.

        The next import or export stores its creation time.
        """
        self.check_access("write")
        self.with_context(connector_no_export=True).write(
            {"external_created_at": False, "external_updated_at": False}
        )
        return True

    def button_open_in_backend(self) -> dict:
        """Open the page of the external record.

        :raise UserError: it has no page
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
        """Return the address of the external record's page, None if it has no page.

        Only an address that begins with ``http://`` or ``https://`` is opened. Every
        user who may read the binding may open it.
        """
        return None
