# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retry, replay and settlement of stored events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.queue_job.job import (
    ENQUEUED,
    PENDING,
    STARTED,
    WAIT_DEPENDENCIES,
)
from odoo.addons.queue_job.job import FAILED as JOB_FAILED

from ...http.webhooks.signatures import WebhookToken
from ...jobs.error_states import UNRESOLVED_STATES
from ...jobs.subject import chunk_ids, subject_of_import
from .event import DELAYED, FAILED, IMPORTED, RECEIVED

#: events that are settled together
BATCH = 1000
#: seconds after which an event without a job gets one
OVERDUE_SECONDS = 60
#: jobs that import, or whose failure a person must look at first
JOB_STATES = (WAIT_DEPENDENCIES, PENDING, ENQUEUED, STARTED, JOB_FAILED)


class ConnectorWebhookEvent(models.Model):
    _inherit = "connector.webhook.event"

    # -- buttons --------------------------------------------------------------

    def action_retry(self) -> bool:
        """Import the records of the events that are not imported."""
        self._check_may_act()
        self.filtered(lambda event: event.state != IMPORTED)._receive_again()
        return True

    def action_replay(self) -> bool:
        """Import the records of the events, also of those that are imported."""
        self._check_may_act()
        self._receive_again()
        return True

    def _check_may_act(self) -> None:
        """Check that the user may operate connectors, and may read these events."""
        self.env["connector.access"]._check_is_operator()
        self.check_access("read")

    def action_open_job(self) -> dict[str, Any]:
        """Open the job that imported the records of the event."""
        self.ensure_one()
        self.check_access("read")
        if not self.job_uuid:
            raise UserError(self.env._("The event has no job yet."))
        return self._open_jobs(self.env._("Job"), [("uuid", "=", self.job_uuid)])

    def _receive_again(self) -> None:
        """Read the events as if they were received now, and delay their import."""
        for (model_name, backend_id), events in self.grouped(
            lambda event: (event.backend_model, event.backend_id)
        ).items():
            backend = events._get_receiving_backend(model_name, backend_id)
            for event in events.sudo():
                values = event._read_again(backend)
                event._resolve_error()
                event.write({**values, "failed_ids": False, "processed_at": False})
                event._note_error()
            waiting = events.filtered(lambda event: event.state == RECEIVED)
            for name in dict.fromkeys(waiting.mapped("model_name")):
                backend._delay_import_of_events(name)

    def _read_again(self, backend: models.BaseModel) -> dict[str, Any]:
        """Return the model and the ids of the stored notification, read again."""
        scheme = backend._webhook_scheme or WebhookToken()
        try:
            payload = scheme.read((self.payload or "").encode())
        except ValueError as error:
            return {"state": FAILED, "error": str(error)}
        return backend._read_webhook(self.topic, payload)

    @api.model
    def _get_receiving_backend(self, model_name: str, backend_id: int):
        """Return a backend that is on or paused, as superuser.

        :raise UserError: nothing can be imported
        """
        backend = self.env[model_name].sudo().browse(backend_id).exists()
        if not backend:
            raise UserError(self.env._("The backend of the event was deleted."))
        if reason := backend._find_reason_to_refuse() or backend._find_user_problem():
            raise UserError(reason)
        return backend

    # -- every minute -----------------------------------------------------------

    @api.model
    def _run_waiting(self) -> None:
        """Delay a job for waiting events without one, and settle failed events."""
        overdue = fields.Datetime.now() - timedelta(seconds=OVERDUE_SECONDS)
        groups = self._read_group(
            [("state", "=", RECEIVED), ("received_at", "<=", overdue)],
            ["backend_model", "backend_id", "model_name"],
        )
        for backend_model, backend_id, model_name in groups:
            if backend_model in self.env and model_name in self.env:
                backend = self.env[backend_model].browse(backend_id).exists()
                self._delay_missing_job(backend, model_name)
        self._settle()

    @api.model
    def _delay_missing_job(self, backend: models.BaseModel, model_name: str) -> None:
        """Delay a job for the waiting events of a model, unless it has one."""
        domain = [("state", "=", RECEIVED), *self._domain_of(backend, model_name)]
        if not backend or not self.search_count(domain, limit=1):
            return
        if backend._find_reason_to_pause() or backend._find_user_problem():
            return
        if not self._find_import_job(backend, model_name):
            backend._delay_import_of_events(model_name)

    @api.model
    def _find_import_job(self, backend: models.BaseModel, model_name: str):
        """Return the job that will import the waiting events, or that failed to."""
        model = self.env[model_name]
        key = model._identify_import_notified(backend._name, backend.id)
        return self.env["queue.job"].search(
            [("identity_key", "=", key), ("state", "in", JOB_STATES)], limit=1
        )

    @api.model
    def _settle(self) -> None:
        """Set events to imported once separate jobs have imported their records."""
        unsettled = self.search(
            [("state", "in", (DELAYED, FAILED)), ("failed_ids", "!=", False)]
        )
        for ids in split_every(BATCH, unsettled.ids):
            events = self.browse(ids)
            left = events._find_unfinished()
            settled = events.filtered(
                lambda event, left=left: not event._failed_subjects() & left
            )
            settled.write({"state": IMPORTED, "error": False, "failed_ids": False})

    def _failed_subjects(self) -> set[tuple[str, int, str]]:
        """Return the subjects of the imports that failed, with their backend."""
        return {
            (
                event.backend_model,
                event.backend_id,
                str(subject_of_import(event.model_name, each)),
            )
            for event in self
            for each in event.failed_ids
        }

    def _find_unfinished(self) -> set[tuple[str, int, str]]:
        """Return the subjects of jobs and errors that may be those of the events."""
        texts = [subject for __, __, subject in self._failed_subjects()]
        errors = self.env["connector.sync.error"].search(
            [("subject", "in", texts), ("state", "in", UNRESOLVED_STATES)]
        )
        jobs = self.env["queue.job"].search(
            [
                ("state", "in", JOB_STATES),
                ("date_created", ">=", min(self.mapped("received_at"))),
                "|",
                ("sync_subject", "in", texts),
                "&",
                ("method_name", "=", "import_chunk"),
                ("model_name", "in", self.mapped("model_name")),
            ]
        )
        unfinished = {(e.backend_model, e.backend_id, e.subject) for e in errors}
        for job in jobs:
            keys = chunk_ids(job.method_name, job.args, job.kwargs)
            subjects = [subject_of_import(job.model_name, key) for key in keys or ()]
            for subject in subjects or [job.sync_subject]:
                backend = (job.sync_backend_model, job.sync_backend_id)
                unfinished.add((*backend, str(subject)))
        return unfinished
