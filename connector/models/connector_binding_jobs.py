# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from odoo import api, models
from odoo.tools import split_every

from odoo.addons.queue_job.job import Job, identity_exact

from ..backend_company import company_of
from ..components.synchronizer.batch_exporter import note_export, outcome_of
from ..components.synchronizer.chunk import SKIPPED
from ..components.synchronizer.removed_records import TooManyRemoved
from ..components.unconfirmed import KEEP_UNCONFIRMED, ONLY_UNCONFIRMED
from ..database import retry_without_database
from ..delayed_again import BringingForward
from ..exception import PartlyRead, RetryableJobError
from ..job_priorities import running_priority
from ..job_start import running_job
from ..job_subject import subject_of_deletion
from ..job_waits import clamp_wait, keeps_dependencies

RESYNC_CHUNK_SIZE = 200
#: with the retry patterns, the backend may be down for four hours
JOB_TRIES = 20


def own_or_generic(work: Any, usage: str) -> Any:
    """Return the connector's component of a usage, the generic one if it has none."""
    if work.many_components(usage=usage):
        return work.component(usage=usage)
    return work.component_by_name(f"generic.{usage}")


class ConnectorBindingMixin(models.AbstractModel):
    """Give a binding its export jobs.

    The exporter that they use has the usage ``record.exporter``; channels, retry
    patterns and related actions are job functions of this mixin, which the
    models inherit.
    """

    _inherit = "connector.binding.mixin"

    @api.private
    def with_delay(self, *args: Any, **kwargs: Any) -> Any:
        """Delay a method, to be tried for hours while the backend is down.

        Without a priority, it has that of the running job. Where an equal job waits
        already, that one is brought forward.
        """
        if len(args) < 3:  # the third is max_retries, too
            kwargs.setdefault("max_retries", JOB_TRIES)
        if not args and kwargs.get("priority") is None:
            kwargs["priority"] = running_priority(self.env)
        return BringingForward.of(super().with_delay(*args, **kwargs))

    def _job_prepare_context_before_enqueue_keys(self) -> tuple:
        """Let an export job know that it sends only edits that are unconfirmed."""
        keys = super()._job_prepare_context_before_enqueue_keys()
        return (*keys, ONLY_UNCONFIRMED, KEEP_UNCONFIRMED)

    @api.private
    @retry_without_database
    def export_record(self, fields: Iterable[str] | None = None, run=None) -> Any:
        """Export the record.

        :param fields: those that changed, by default all
        :param run: the run to which the outcome is added
        """
        self.ensure_one()
        started_at = time.time()
        if not self.exists():
            if run:
                note_export(run, self, SKIPPED, started_at)
            self._settle_deleted()
            return self.env._("%s does not exist any more: not exported.", self)
        with self.backend_id.work_on(self._name) as work:
            exporter = work.component(usage="record.exporter")
            try:
                message = exporter.run(self, fields=fields)
            except RetryableJobError as error:
                job = running_job(self.env)
                is_own = job is not None and job.method_name == "export_record"
                if not (is_own and keeps_dependencies(error)):
                    raise
                return self._delay_export_of_rest(job, error)
        self._settle_export(exporter, fields)
        if run:
            note_export(run, self, outcome_of(exporter), started_at)
        return message

    def _delay_export_of_rest(self, job: Job, error: RetryableJobError) -> str:
        """Export the record later, and keep what was exported of its dependencies."""
        pauses = self.env["connector.backend.pause"].sudo()
        pauses._note(self.backend_id, error, job.priority)
        model = self.with_delay(
            eta=clamp_wait(error.seconds),
            # a job that waits already would not count for the run
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
        """Delay an export for each binding of the backend in the domain."""
        with backend.work_on(self._name) as work:
            exporter = work.component(usage="delayed.batch.exporter")
            found = exporter.run(filters=filters, run=run, **kwargs)
        self._settle_search(backend, "export_batch", (filters,), kwargs)
        return self.env._("%s records to export", found)

    @api.model
    @api.private
    @retry_without_database
    def export_delete_record(
        self, backend, external_id: Any, created_at: datetime | None = None
    ) -> Any:
        """Delete a record in the backend.

        :param created_at: when the external record was created: one that has got its
            id since is not deleted
        """
        with backend.work_on(self._name) as work:
            deleter = work.component(usage="record.exporter.deleter")
            deleter.created_at = created_at
            message = deleter.run(external_id)
        self._settle_sync(backend, [subject_of_deletion(self._name, external_id)])
        return message

    def resync(self) -> bool:
        """Delay an import of what is bound, even of what is up to date."""
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

    @api.model
    @api.private
    @retry_without_database
    def import_changes(self, backend, **kwargs: Any) -> str:
        """Import what changed in the backend since the last time."""
        with backend.work_on(self._name) as work:
            message = work.component(usage="changes.importer").run(**kwargs)
        self._settle_search(backend, "import_changes", (), kwargs)
        return message

    @api.model
    @api.private
    def dry_run_batch(self, backend, filters=None, run=None, **kwargs: Any) -> str:
        """Delay the jobs that tell what an import would change, for the run."""
        with backend.work_on(self._name) as work:
            found = own_or_generic(work, "dry.run").run(filters, run=run, **kwargs)
        run._set_found(found)
        return self.env._("%s records found", found)

    @api.model
    @api.private
    def dry_run_chunk(self, backend, external_ids, run=None, **kwargs: Any) -> str:
        """Tell what an import of some records would change; change nothing."""
        started_at = time.time()
        with backend.work_on(self._name) as work:
            dry_run = own_or_generic(work, "dry.run")
            try:
                outcome, lines = dry_run.run_chunk(external_ids, **kwargs)
            except PartlyRead as error:
                if len(external_ids) < 2 or running_job(self.env) is None:
                    raise
                dry_run.delay_halves(external_ids, error, run=run, **kwargs)
                return str(error)
        run._note_dry_run(outcome.counts, lines, outcome.binding_ids, started_at)
        return str(outcome)

    @api.model
    @api.private
    @retry_without_database
    def import_removed(
        self, backend, run=None, confirmed: bool = False, **position: Any
    ) -> str:
        """Find what is bound and gone in the backend, and have it removed here.

        Where that would be too much, nothing is done and the run asks a person.
        """
        with backend.work_on(self._name) as work:
            finder = own_or_generic(work, "removed.records.finder")
            try:
                gone = finder.run(run=run, confirmed=confirmed, **position)
            except TooManyRemoved as error:
                if not run:
                    raise
                run._ask(str(error))
                self._settle_search(backend, "import_removed", (), {})
                return str(error)
        if gone is None:
            return self.env._(
                "%s asked to wait: another job continues the search.",
                backend.display_name,
            )
        self._settle_search(backend, "import_removed", (), {})
        if run:
            run._set_found(gone)
        return self.env._("%s records are gone", gone)
