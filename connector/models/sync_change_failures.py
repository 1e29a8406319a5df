# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Failures in the history: noted when a job fails, superseded when its error ends.

::

    a record of a chunk fails ──► row (importer)         ┐
    a job fails ────────────────► row, unless it is known ├─ its error is resolved
                                                          ┘   ──► superseded

A job that failed rolled its transaction back, so the rows of its records are written
with its state.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from odoo import api, models

from ..binding_models import wrapped_record
from ..components.external_id import storable_text
from ..components.history.recorder import MAX_REASON, RECORD_NAME
from ..components.history.values import name_of
from ..jobs.subject import JobSubject, chunk_ids
from ..outcome import Outcome

_logger = logging.getLogger(__name__)

_DIRECTIONS = ("import", "export", "deletion")


class ConnectorSyncChange(models.Model):
    _inherit = "connector.sync.change"

    @api.model
    def _supersede_errors(self, errors: models.BaseModel) -> None:
        """Mark the failures of the records of resolved errors."""
        for error in errors.filtered("model_name"):
            external_ids = [error.external_id, *(error.external_ids or ())]
            self._supersede(
                error._get_backend(),
                error.model_name,
                external_ids=[each for each in external_ids if each],
                binding_ids=[error.binding_id] if error.binding_id else [],
            )

    @api.model
    def _without_known_failures(self, rows: list[dict], common: Mapping) -> list[dict]:
        """Return the rows of failures that the history does not have yet."""
        self.env.cr.execute(
            """
            SELECT external_id, binding_id, reason FROM connector_sync_change
            WHERE backend_id = %s AND backend_model = %s AND model_name = %s
                AND outcome = 'failed' AND is_superseded IS NOT TRUE
                AND run_id IS NOT DISTINCT FROM %s
            """,
            [
                common["backend_id"],
                common["backend_model"],
                rows[0]["model_name"],
                common["run_id"],
            ],
        )
        known = {_failure_key(*row) for row in self.env.cr.fetchall()}
        return [
            row
            for row in rows
            if _failure_key(
                row.get("external_id"), row.get("binding_id"), row["reason"]
            )
            not in known
        ]


def _failure_key(
    external_id: str | None, binding_id: int | None, reason: str
) -> tuple[str, str | int | None, str]:
    """Return the same key for two failures of one record with the same reason."""
    if external_id is None:
        return "binding", binding_id, reason
    return "external", external_id, reason


class QueueJob(models.Model):
    _inherit = "queue.job"

    def _note_failure(self, values: Mapping[str, Any]) -> bool:
        """Note the failure of a job as an error, and in the history of its records."""
        was_open = super()._note_failure(values)
        if values.get("exc_name") and self.sync_subject:
            try:
                with self.env.cr.savepoint():
                    self.sudo()._note_failed_records(values)
            except Exception:
                _logger.exception("Job %s: its history could not be stored", self.uuid)
        return was_open

    def _note_failed_records(self, values: Mapping[str, Any]) -> None:
        subject = JobSubject.parse(self.sync_subject)
        if subject.direction not in _DIRECTIONS or subject.kind == "method":
            return
        if self.sync_backend_model not in self.env:
            return
        backend = self.env[self.sync_backend_model].browse(self.sync_backend_id)
        if not backend.exists():
            return
        reason = str(values.get("exc_message") or values.get("exc_name") or "")
        row = {
            "model_name": subject.model_name,
            "direction": subject.direction,
            "outcome": Outcome.FAILED,
            "reason": storable_text(reason)[:MAX_REASON],
        }
        run = self.sync_run_id
        is_edit = subject.direction != "import" and not run
        if is_edit:
            run = run._of_day(backend, subject.model_name)
        changes = self.env["connector.sync.change"]
        common = changes._common_values(
            backend,
            run_id=run.id or None,
            user_id=self.user_id.id or self.env.uid,
            job_uuid=self.uuid,
        )
        rows = changes._without_known_failures(self._rows_of(subject, row), common)
        changes._append(rows, common)
        if is_edit and run and rows:
            run.with_context(job_uuid=self.uuid)._note_outcome(
                {Outcome.FAILED: len(rows)}, time.time()
            )

    def _rows_of(self, subject: JobSubject, row: dict) -> list[dict]:
        """Return a row for each record of the job."""
        if subject.kind == "chunk":
            ids = chunk_ids(self.method_name, self.args, self.kwargs) or ()
            return [{**row, "external_id": each} for each in ids]
        if subject.kind == "record":
            context = self.records.env.context if self.records is not None else {}
            name = context.get(RECORD_NAME)
            return [{**row, "external_id": subject.external_id, "record_name": name}]
        row["binding_id"] = subject.binding_id
        binding = self.env[subject.model_name].browse(subject.binding_id).exists()
        if binding:
            record = wrapped_record(binding)
            row["record_name"] = name_of(record)
            row["res_model"], row["res_id"] = record._name, record.id
        return [row]
