# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The upkeep of errors by a scheduled action that runs every minute.

========================  ==========================================================
``_note_unnoted``         failed jobs without an error get one (``unnoted.py``)
``_note_orphans``         so do receipts that no export claims (``export_receipt.py``)
``_link_missing``         errors whose cause was created concurrently get it
``_resolve_deleted``      errors of deleted bindings and receipts are resolved
``_open_abandoned``       errors that no job tries again any more are open
``_gc_causes``            causes without errors are deleted, once a day
========================  ==========================================================

``retention.py`` deletes resolved errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odoo import api, models
from odoo.tools import SQL, sql

from ..jobs.error_states import UNRESOLVED_STATES

_BATCH = 500
#: minutes after which an error that is retried must have a job
_ABANDONED_MINUTES = 10


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    @api.model
    def _upkeep(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield the tasks of each minute, with names for the log."""
        errors = self.sudo()
        yield "failed jobs", self.env["queue.job"].sudo()._note_unnoted
        yield "receipts", self.env["connector.export.receipt"].sudo()._note_orphans
        yield "causes of errors", errors._link_missing
        yield "errors of deleted records", errors._resolve_deleted
        yield "errors without a job", errors._open_abandoned

    @api.model
    def _link_missing(self) -> None:
        """Link errors to their cause, which another transaction has created."""
        errors = self.search(
            [("cause_id", "=", False), ("state", "in", UNRESOLVED_STATES)],
            limit=_BATCH,
        )
        causes = self.env["connector.sync.cause"]
        for error in errors:
            summary = error.unlinked_summary or causes._summarize(
                error.reason or "",
                (error.record_name, error.external_id),
                error.model_name,
            )
            error.cause_id = causes._find_of(
                error.backend_model, error.backend_id, error.cause, summary
            )
            error.unlinked_summary = not error.cause_id and summary

    @api.model
    def _resolve_deleted(self) -> None:
        """Resolve the errors of bindings that were deleted with their record."""
        self.flush_model()
        groups = self._read_group(
            [("state", "in", UNRESOLVED_STATES), ("binding_id", "!=", False)],
            ["model_name"],
        )
        for (model_name,) in groups:
            model = self.env.get(model_name)
            if model is None or not sql.table_exists(self.env.cr, model._table):
                continue
            model.flush_model([])
            rows = self.env.execute_query(
                SQL(
                    "SELECT error.id FROM connector_sync_error AS error"
                    " WHERE error.state <> 'resolved' AND error.model_name = %s"
                    " AND error.binding_id IS NOT NULL AND NOT EXISTS"
                    " (SELECT FROM %s AS binding WHERE binding.id = error.binding_id)"
                    " LIMIT %s",
                    model_name,
                    SQL.identifier(model._table),
                    _BATCH,
                )
            )
            self.browse([error_id for (error_id,) in rows])._resolve_with_own_jobs()

    def _resolve_with_own_jobs(self) -> None:
        """Resolve errors of deleted records, and end their failed jobs."""
        for (backend_model, backend_id), errors in self.grouped(
            lambda error: (error.backend_model, error.backend_id)
        ).items():
            if backend_model not in self.env:
                errors._resolve()
                continue
            backend = self.env[backend_model].browse(backend_id)
            self._resolve_subjects(backend, errors.mapped("subject"))

    @api.model
    def _open_abandoned(self) -> None:
        """Open the errors that are retried without a job.

        Their job was cancelled or deleted, or the backend is not searched any more.
        """
        self.flush_model()
        self.env["queue.job"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS MATERIALIZED (
                    SELECT sync_backend_model, sync_backend_id, sync_subject,
                           model_name, method_name
                    FROM queue_job WHERE sync_backend_id IS NOT NULL AND state IN
                        ('wait_dependencies', 'pending', 'enqueued', 'started')
                )
                UPDATE connector_sync_error AS error SET state = 'open'
                WHERE state = 'retrying' AND write_date <
                    now() AT TIME ZONE 'UTC' - %s * interval '1 minute'
                  AND NOT EXISTS (
                    SELECT FROM waiting AS job
                    WHERE job.sync_backend_model = error.backend_model
                      AND job.sync_backend_id = error.backend_id
                      AND job.sync_subject = error.subject)
                  AND NOT EXISTS (
                    SELECT FROM waiting AS job
                    WHERE job.sync_backend_model = error.backend_model
                      AND job.sync_backend_id = error.backend_id
                      AND job.model_name = error.model_name
                      AND job.method_name = 'import_chunk')
                  AND (error.model_name IS NOT NULL OR NOT EXISTS (
                    SELECT FROM waiting AS job
                    WHERE job.sync_backend_model = error.backend_model
                      AND job.sync_backend_id = error.backend_id))
                """,
                _ABANDONED_MINUTES,
            )
        )
        self.invalidate_model(["state"])

    # -- once a day -------------------------------------------------------------

    @api.autovacuum
    def _gc_causes(self) -> tuple[int, bool]:
        """Delete causes without errors, in batches."""
        causes = self.env["connector.sync.cause"].search(
            [("error_ids", "=", False), ("create_date", "<", "-1d")], limit=_BATCH
        )
        causes.unlink()
        return len(causes), len(causes) == _BATCH
