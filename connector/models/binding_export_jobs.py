# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The jobs that export bindings.

::

    listener ───────────► export_record ──► exporter.run ─► confirmed, errors resolved
    export_batch ───────►      ▲
          └─ export_chunk ─────┘            several records in one call; a failing one
    export_unconfirmed ────────┘            edits made while the backend was off
    export_delete_record ─────────────────► deleter.run
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.queue_job.job import Job

from ..components.exporter.batch import (
    delay_exports,
    note_export,
    note_exports,
    outcome_of,
)
from ..components.exporter.bulk import BulkExport
from ..components.exporter.flow import run_exporter
from ..components.history.recorder import RECORD_NAME, History
from ..components.session import Session
from ..database import retry_without_database
from ..exception import RetryableJobError, SkipError
from ..jobs.error_states import UNRESOLVED_STATES
from ..jobs.lifecycle import asks_to_wait, clamp_wait, running_job
from ..jobs.subject import (
    covers_export,
    export_arguments,
    subject_of_call,
    subject_of_deletion,
    subject_of_export,
)
from ..outcome import Outcome

_logger = logging.getLogger(__name__)

#: outcomes of records that the backend has taken
SENT = (Outcome.CREATED, Outcome.UPDATED)
#: wait of the rest of a chunk after a temporary error
REST_SECONDS = 10


class ConnectorBindingMixin(models.AbstractModel):
    """Export jobs of a binding."""

    _inherit = "connector.binding.mixin"

    @api.private
    @retry_without_database
    def export_record(self, fields: Iterable[str] | None = None, run=None) -> Any:
        """Export the record.

        :param fields: the changed ones, by default all
        :param run: the run to which the outcome is added
        """
        self.ensure_one()
        started_at = time.time()
        if not self.exists():
            if run:
                note_export(run, self, Outcome.SKIPPED, started_at)
            self._resolve_errors_of_deleted()
            return self.env._("%s does not exist any more: not exported.", self)
        run = run or self._find_run_of_day(self.backend_id)
        with self.backend_id.work_on(self._name) as work:
            Session.of(work).begin_job(running_job(self.env), run)
            exporter = work.component(usage="record.exporter")
            try:
                message = run_exporter(exporter, self, fields=fields)
            except RetryableJobError as error:
                if not self._continues_in_another_job("export_record", error):
                    raise
                return self._delay_export_of_rest(running_job(self.env), error)
        reached = outcome_of(exporter) in SENT
        self._resolve_errors_of_exports(work, fields, reached=reached)
        if run:
            note_export(run, self, outcome_of(exporter), started_at)
        return message

    @api.model
    def _find_run_of_day(self, backend: models.BaseModel) -> models.BaseModel:
        """Return the run of the day for exports of edits, empty if it is not known."""
        runs = self.env["connector.sync.run"].sudo()
        return runs._of_day(backend, self._name)

    @api.private
    @retry_without_database
    def export_chunk(self, fields: Iterable[str] | None = None, run=None) -> str:
        """Export bindings of one backend by the bulk operations of the adapter.

        A record that fails gets a separate job.
        """
        started_at, existing = time.time(), self.exists()
        backend = existing.backend_id
        if not existing:
            if run:
                note_exports(run, {Outcome.SKIPPED: self.ids}, started_at)
            self._resolve_errors_of_deleted()
            return self.env._("%s does not exist any more: not exported.", self)
        run = run or self._find_run_of_day(backend)
        with backend.work_on(self._name) as work:
            Session.of(work).begin_job(running_job(self.env), run)
            bulk = BulkExport(work)
            bulk.run(existing, fields)
            for binding, error in bulk.failed:
                _logger.info("%s gets a separate job: %s", binding, error)
                seconds = getattr(error, "seconds", None)
                options = {"eta": clamp_wait(seconds)} if seconds else {}
                work.component(usage="delayed.batch.exporter")._export_record(
                    binding, options, run, **({"fields": fields} if fields else {})
                )
            existing._delay_rest_of_chunk(backend, bulk, fields, run)
            done = existing.browse(sum(bulk.outcomes.values(), []))
            chunk = subject_of_call(
                self._name, "export_chunk", self.ids, (), {"fields": fields}
            )
            reached = any(bulk.outcomes.get(each) for each in SENT)
            done._resolve_errors_of_exports(work, fields, [str(chunk)], reached)
        if run:
            if deleted := (self - existing).ids:
                bulk.outcomes[Outcome.SKIPPED] += deleted
            note_exports(run, bulk.outcomes, started_at)
        return self.env._(
            "%(done)s records exported, %(other)s left to other jobs",
            done=len(done),
            other=len(bulk.failed) + len(bulk.rest),
        )

    def _delay_rest_of_chunk(self, backend, bulk: BulkExport, fields, run) -> None:
        """Delay another job for the records that a bulk export has not finished."""
        if not bulk.rest:
            return
        options, job = {}, running_job(self.env)
        if bulk.wait:
            self.env["connector.sync.error"]._note_unreached(backend, [bulk.wait])
            if asks_to_wait(bulk.wait):
                pauses = self.env["connector.backend.pause"].sudo()
                pauses._note(backend, bulk.wait, job and job.priority)
            options["eta"] = clamp_wait(bulk.wait.seconds or REST_SECONDS)
        rest = self.browse([binding.id for binding in bulk.rest])
        delay_exports(rest, fields, run, **options)

    def _delay_export_of_rest(self, job: Job, error: RetryableJobError) -> str:
        """Export the record later, and keep the exported dependencies."""
        pauses = self.env["connector.backend.pause"].sudo()
        pauses._note(self.backend_id, error, job.priority)
        model = self.with_delay(
            eta=clamp_wait(error.seconds),
            # an equal waiting job would not count for the run
            identity_key=None if job.kwargs.get("run") else job.identity_key,
            description=job.description,
        )
        model.export_record(*job.args, **job.kwargs)
        return str(error)

    @api.model
    @api.private
    @retry_without_database
    def export_batch(
        self, backend, filters: list | None = None, run=None, **kwargs: Any
    ) -> str:
        """Delay an export of each binding of the backend in the domain."""
        with backend.work_on(self._name) as work:
            exporter = work.component(usage="delayed.batch.exporter")
            found = exporter.run(filters=filters, run=run, **kwargs)
        self._resolve_errors_of_search(backend, "export_batch", (filters,), kwargs)
        return self.env._("%s records to export", found)

    @api.model
    @api.private
    @retry_without_database
    def export_delete_record(
        self, backend, external_id: Any, created_at: datetime | None = None
    ) -> Any:
        """Delete a record in the backend.

        :param created_at: creation time of the external record; a record that got its
            id later is not deleted
        """
        started_at, run = time.time(), self._find_run_of_day(backend)
        with backend.work_on(self._name) as work:
            Session.of(work).begin_job(running_job(self.env), run)
            deleter = work.component(usage="record.exporter.deleter")
            deleter.created_at = created_at
            try:
                message = deleter.run(external_id)
                outcome = getattr(deleter, "outcome", Outcome.REMOVED)
            except SkipError as error:
                message, outcome = str(error), Outcome.SKIPPED
            history = History(deleter)
            name = self.env.context.get(RECORD_NAME)
            history.note_deletion(external_id, outcome, str(message or ""), name)
            history.write()
        if run:
            run._note_outcome({outcome: 1}, started_at)
        subject = subject_of_deletion(self._name, external_id)
        self._resolve_errors_of(backend, [subject], reached=True)
        return message

    @api.model
    @api.private
    @retry_without_database
    def export_unconfirmed(self, backend) -> str:
        """Delay an export of each binding of the backend with an unconfirmed edit."""
        unconfirmed = self.env["connector.unconfirmed.field"]
        count = unconfirmed._delay_exports(self._find_unconfirmed(backend))
        return self.env._("%s records to export", count)

    @api.model
    def _find_unconfirmed(self, backend) -> models.BaseModel:
        """Return the bindings of the backend with unconfirmed edits, in one query."""
        self.flush_model(["backend_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT binding.id FROM %(table)s AS binding
                WHERE binding.backend_id = %(backend_id)s AND EXISTS (
                    SELECT FROM connector_unconfirmed_field AS edit
                    WHERE edit.model_name = %(model)s AND edit.binding_id = binding.id
                )
                ORDER BY binding.id
                """,
                table=SQL.identifier(self._table),
                backend_id=backend.id,
                model=self._name,
            )
        )
        return self.browse([binding_id for (binding_id,) in rows])

    # -- errors of exported records are resolved --------------------------------

    def _resolve_errors_of_exports(
        self,
        work: Any,
        fields: Iterable[str] | None,
        jobs: Iterable[str] = (),
        reached: bool = False,
    ) -> None:
        """Resolve the errors of the exported bindings, and of their dependencies.

        A failed export of other fields is requeued.

        :param jobs: subjects of jobs that have exported several bindings
        :param reached: something was sent
        """
        own = {str(subject_of_export(self._name, key)) for key in self.ids}

        def covers(job: models.BaseModel) -> bool:
            return job.sync_subject not in own or covers_export(
                {"fields": fields}, export_arguments(job.args, job.kwargs)
            )

        exported = {str(subject_of_export(*key)) for key in Session.of(work).exported}
        subjects = {*own, *exported, *jobs}
        self._resolve_errors_of(
            work.collection, subjects, covers=covers, reached=reached
        )

    def _resolve_errors_of_deleted(self) -> None:
        """Resolve the errors of deleted bindings."""
        errors = self.env["connector.sync.error"].sudo()
        errors.search(
            [
                ("state", "in", UNRESOLVED_STATES),
                ("model_name", "=", self._name),
                ("binding_id", "in", self.ids),
            ]
        )._resolve_with_own_jobs()
