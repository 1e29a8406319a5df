# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The buttons of a binding: update, push, unbind, accept, open remotely.

=================  ====================  ==========================================
button             who                   what
=================  ====================  ==========================================
Update from …      operators, managers   import the record, over local edits
Push to …          operators, managers   export the record, over remote changes
Unbind             managers              delete the binding, keep both records
=================  ====================  ==========================================

An operator may read bindings only. The jobs that an operator delays run as the user of
the backend, as those of its schedule.
"""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.component.core import WorkContext
from odoo.addons.queue_job.job import identity_exact

from ..components.exporter.queue import delay_export
from ..jobs.descriptions import name_of_model
from ..jobs.lifecycle import as_own_user, company_of
from ..servers import is_web_link
from .access import OPERATOR

RESYNC_CHUNK_SIZE = 200


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    # -- rights -------------------------------------------------------------------

    def _may_synchronize(self) -> bool:
        """Return whether the user may update and push the records."""
        if self.has_access("write"):
            return True
        return self.env.user.has_group(OPERATOR) and self.has_access("read")

    def _check_may_synchronize(self) -> None:
        """Raise an error unless the user may update and push the records.

        :raise odoo.exceptions.AccessError: the user may neither write the bindings nor
            is an operator
        """
        if not self._may_synchronize():
            self.check_access("write")

    def _for_synchronization(self) -> models.BaseModel:
        """Return the bindings in the environment in which their jobs are delayed."""
        if self.has_access("write"):
            return self
        backend = self.backend_id[:1].sudo()
        if "user_id" in backend._fields and backend.user_id:
            return self.with_env(as_own_user(backend).env)
        return self.sudo()

    def _can_update(self) -> bool:
        """Return whether the backend imports such records."""
        return self._is_synchronized("_imported_models", "record.importer")

    def _can_push(self) -> bool:
        """Return whether the backend exports such records."""
        return self._is_synchronized("_exported_models", "record.exporter")

    def _is_synchronized(self, method: str, usage: str) -> bool:
        """Return whether a backend names the model, or has a component for it."""
        backend = self.backend_id[:1].sudo()
        declared = getattr(type(backend), method, None)
        mixin = self.env.registry["connector.backend.mixin"]
        if declared and declared is not getattr(mixin, method):
            return self._name in getattr(backend, method)()
        # without work_on(): opening the form must not connect
        work = WorkContext(self._name, backend)
        return bool(work.many_components(usage=usage))

    # -- update and push ----------------------------------------------------------

    def button_synchronize(self) -> dict:
        """Import the records in jobs, over local edits, and notify the user."""
        self._check_may_synchronize()
        for bindings in self.grouped("backend_id").values():
            bindings._for_synchronization()._synchronize()
        return self._notify_of_sync()

    def button_push(self) -> dict:
        """Export the records in jobs, over remote changes, and notify the user."""
        self._check_may_synchronize()
        for bindings in self.grouped("backend_id").values():
            bindings._for_synchronization()._push()
        return self._notify_of_sync()

    def _notify_of_sync(self) -> dict:
        """Return the notification that the records will be synchronized."""
        names = self[:5].mapped("display_name")
        more = [f"… (+{len(self) - 5})"] if len(self) > 5 else []
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s will be synchronized shortly.", ", ".join(names + more)
                ),
            },
        }

    def _synchronize(self) -> None:
        """Delay the jobs of *Update from …*: by default, import the records."""
        self.resync()

    def _push(self) -> None:
        """Delay the jobs of *Push to …*: by default, export the whole records."""
        self.backend_id._check_is_on()
        for binding in self:
            if reason := binding._find_reason_to_stop():
                raise UserError(reason)
        for binding in self:
            # without a known version no remote change stops the export
            binding.with_context(connector_no_export=True).external_updated_at = False
            delay_export(binding)

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
                    description=self.env._(
                        "Update %(record)s (ID %(id)s) from %(backend)s",
                        record=bindings.display_name,
                        id=bindings.external_id,
                        backend=backend.display_name,
                    ),
                    identity_key=identity_exact,
                ).import_record(backend, external_ids[0], force=True)
                continue
            for chunk in split_every(RESYNC_CHUNK_SIZE, external_ids, list):
                model.with_delay(
                    description=self.env._(
                        "Update %(count)s records of %(model)s from %(backend)s",
                        count=len(chunk),
                        model=name_of_model(self),
                        backend=backend.display_name,
                    ),
                    identity_key=identity_exact,
                ).import_chunk(backend, chunk, force=True)
        return True

    # -- the link -------------------------------------------------------------------

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
        url = self._find_external_url()
        if not url:
            raise UserError(
                self.env._(
                    "%(record)s has no page to open in %(backend)s.",
                    record=self.display_name,
                    backend=self.backend_id.sudo().display_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def _find_external_url(self) -> str | None:
        """Return the address of the external record's page, if it can be opened."""
        url = self._external_url() if self.external_id else None
        return url if is_web_link(url) else None

    def _external_url(self) -> str | None:
        """Return the address of the external record's page, None if it has no page.

        Only an address that begins with ``http://`` or ``https://`` is opened. Every
        user who may read the binding may open it.
        """
        return None
