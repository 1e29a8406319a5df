# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import fields, models
from odoo.tools import format_datetime

from .connector_backend_mixin import import_changes_key


class ConnectorBackendMixin(models.AbstractModel):
    """Say which imports wait, until when and why, and start them."""

    _inherit = "connector.backend.mixin"

    def button_start_waiting_imports(self) -> dict:
        """Start the imports of changes that wait, even if the backend asked to wait."""
        self.check_access("write")
        self._check_is_on()
        self.env["connector.backend.pause"].sudo()._lift(self)
        waiting = self._find_waiting_imports()
        for job in waiting.try_lock_for_update(allow_referencing=True):
            job.eta = False
        return self._notify(
            self.env._("What changed is imported by jobs; the dashboard tells of them.")
        )

    def _find_waiting_imports(self) -> models.BaseModel:
        """Return the jobs that are to import changes, and wait for their time."""
        keys = [
            import_changes_key(backend, model_name)
            for backend in self
            for model_name in backend._imported_models()
        ]
        return (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("identity_key", "in", keys),
                    ("state", "=", "pending"),
                    ("eta", ">", fields.Datetime.now()),
                    ("sync_is_parked", "=", False),
                ]
            )
        )

    def _describe_waiting_imports(self) -> str:
        """Return which imports wait, until when and why; nothing if none does."""
        pauses = self.env["connector.backend.pause"].sudo()
        lines = [pauses._describe(backend) for backend in self]
        for job in self._find_waiting_imports():
            lines.append(
                self.env._(
                    "%(job)s: waits until %(until)s. %(reason)s",
                    job=job.name,
                    until=format_datetime(self.env, job.eta),
                    reason=job.result or "",
                )
            )
        return "\n".join(line for line in lines if line)
