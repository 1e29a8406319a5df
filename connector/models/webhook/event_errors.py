# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The errors of events that cannot be read.

Records that an event names, and that could not be imported, have separate errors.
"""

from __future__ import annotations

from odoo import api, models

from ...jobs.causes import WEBHOOK
from ...jobs.error_states import UNRESOLVED_STATES
from ...jobs.subject import JobSubject
from .event import FAILED

#: before the id of the event in the subject of its error
_SUBJECT = "webhook event "


class ConnectorWebhookEvent(models.Model):
    _inherit = "connector.webhook.event"

    def _note_error(self) -> None:
        """Open the errors of events that failed."""
        for event in self.filtered(lambda e: e.state == FAILED and not e.failed_ids):
            self.env["connector.sync.error"]._note(
                event.backend_model,
                event.backend_id,
                event._error_subject(),
                cause=WEBHOOK,
                reason=event.error,
                model_name=event.model_name or event.backend_model,
                direction="import",
                record_name=self.env._(
                    "Event %(topic)s of %(time)s",
                    topic=event.topic or event.id,
                    time=event.received_at,
                ),
                values_text=event.payload,
            )

    def _resolve_error(self) -> None:
        """Resolve the errors of events that were read."""
        self.env["connector.sync.error"].sudo().search(
            [
                ("state", "in", UNRESOLVED_STATES),
                ("cause", "=", WEBHOOK),
                ("subject", "in", [event._error_subject() for event in self]),
            ]
        )._resolve()

    @api.model
    def _retry_error(self, subject: JobSubject) -> bool:
        """Read the event of an error again; return False if it was deleted."""
        event = self.browse(int(subject.id.removeprefix(_SUBJECT))).exists()
        event._receive_again()
        return bool(event)

    def _error_subject(self) -> str:
        name = self.model_name or self.backend_model
        return str(JobSubject(name, "import", "method", f"{_SUBJECT}{self.id}"))
