# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The jobs that import into bindings, and how jobs of bindings are delayed.

::

    import_changes ─┐ delays          ┌─ importer.run_chunk ─► outcome ─► run
    import_batch ───┴► import_chunk ──┤
                           │          └─ errors of these records are resolved
                           └ a failing record ─► import_record

Dry runs, and the search for records that were deleted remotely, are in
``binding_checks.py``.

Each job looks its component up by usage (``delayed.batch.importer``,
``record.importer``, ``changes.importer``, …). Channels, retry patterns and related
actions are job functions of this mixin (``data/queue_job_functions.xml``), which
binding models inherit.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from odoo import api, models

from odoo.addons.queue_job.delay import DelayableRecordset

from ..components.history.recorder import RECORD_NAME
from ..components.importer.found import offer_found
from ..components.importer.items import ChunkOutcome
from ..components.importer.retries import delay_rest
from ..components.session import Session
from ..components.two_way.unconfirmed import KEEP_UNCONFIRMED, ONLY_UNCONFIRMED
from ..database import retry_without_database, wait_for_locks
from ..exception import RetryableJobError, SkipError
from ..jobs.arguments import PlainDelayable
from ..jobs.causes import REFUSED
from ..jobs.lifecycle import (
    BATCH,
    BringingForward,
    keeps_dependencies,
    running_job,
    running_priority,
)
from ..jobs.subject import (
    JobSubject,
    subject_of_backend,
    subject_of_call,
    subject_of_chunk,
    subject_of_import,
    subject_of_search,
)
from ..outcome import Outcome

#: with the retry patterns of the job functions, the backend may be down for four hours
JOB_TRIES = 20


class ConnectorBindingMixin(models.AbstractModel):
    """Import jobs of a binding."""

    _inherit = "connector.binding.mixin"

    # -- delayed --------------------------------------------------------------

    @api.private
    def with_delay(self, *args: Any, **kwargs: Any) -> Any:
        """Delay a method, with enough retries for a backend that is down for hours.

        The priority is by default that of the running job. An equal waiting job is
        brought forward. Arguments are converted, or refused by name.
        """
        if len(args) < 3:  # the third is max_retries
            kwargs.setdefault("max_retries", JOB_TRIES)
        if not args and kwargs.get("priority") is None:
            kwargs["priority"] = running_priority(self.env)
        delayed = super().with_delay(*args, **kwargs)
        if not isinstance(delayed, DelayableRecordset):
            return delayed  # a test has replaced the class
        recordset = BringingForward.of(delayed)
        # the class is changed because other addons may extend ``with_delay``
        recordset.delayable.__class__ = PlainDelayable
        return recordset

    @api.private
    def delayable(self, *args: Any, **kwargs: Any) -> Any:
        """Prepare a job; its arguments are converted, or refused by name."""
        delayable = super().delayable(*args, **kwargs)
        delayable.__class__ = PlainDelayable
        return delayable

    def _job_prepare_context_before_enqueue_keys(self) -> tuple:
        """Keep in the context of a job how it treats unconfirmed edits."""
        keys = super()._job_prepare_context_before_enqueue_keys()
        return (*keys, ONLY_UNCONFIRMED, KEEP_UNCONFIRMED, RECORD_NAME, BATCH)

    # -- import ---------------------------------------------------------------

    @api.model
    @api.private
    @retry_without_database
    def import_changes(self, backend, **kwargs: Any) -> str:
        """Import the records that changed in the backend since the last search."""
        with backend.work_on(self._name) as work:
            Session.of(work).batch_id = self.env.context.get(BATCH)
            message = work.component(usage="changes.importer").run(**kwargs)
        self._resolve_errors_of_search(backend, "import_changes", (), kwargs)
        return message

    @api.model
    @api.private
    @retry_without_database
    def import_batch(self, backend, filters=None, run=None, **kwargs):
        """Search for the records that match the filters, and delay their import."""
        with backend.work_on(self._name) as work:
            importer = work.component(usage="delayed.batch.importer")
            found = importer.run(filters=filters, run=run, **kwargs)
        if run:
            run._set_found(found)
        self._resolve_errors_of_search(backend, "import_batch", (filters,), kwargs)
        return self.env._("%s records found", found)

    @api.model
    @api.private
    @retry_without_database
    def import_chunk(
        self,
        backend,
        external_ids,
        run=None,
        had_failed=0,
        waited=0,
        waits_for=(),
        kept=None,
        found=None,
        **kwargs,
    ):
        """Import several records; each failing one gets a separate job.

        :param had_failed: the number of them that another job could not import
        :param waited: the number of these that only waited: not counted as failed
        :param waits_for: names of locks; the job waits while another job holds one
        :param kept: ``connector.kept.records`` with records that the search has read
        :param found: such records, where the search imports them itself
        """
        started_at = time.time()
        external_ids = list(external_ids)
        wait_for_locks(self.env, waits_for)
        if kept:
            found, kwargs["kept"] = kept.sudo()._load(backend, self._name), kept
        with backend.work_on(self._name) as work:
            Session.of(work).begin_job(running_job(self.env), run, had_failed > waited)
            if found:
                offer_found(work, found)
            importer = work.component(usage="record.importer")
            outcome = importer.run_chunk(external_ids, run=run, **kwargs)
            if kept:
                sync_date = importer.binder._sync_date_field
                kept.sudo()._note_imported(outcome, sync_date)
        self._resolve_errors_of_imports(backend, importer, external_ids)
        self._note_outcome(run, outcome, had_failed - waited, started_at)
        return str(outcome)

    @api.model
    @api.private
    @retry_without_database
    def import_record(
        self,
        backend,
        external_id,
        force=False,
        run=None,
        had_failed=0,
        waited=0,
        waits_for=(),
        kept=None,
        **kwargs,
    ):
        """Import one record; the parameters are those of ``import_chunk``."""
        started_at = time.time()
        wait_for_locks(self.env, waits_for)
        if self.env.context.get(KEEP_UNCONFIRMED):
            backend = backend.with_context(**{KEEP_UNCONFIRMED: True})
        found = kept and kept.sudo()._load(backend, self._name)
        with backend.work_on(self._name) as work:
            Session.of(work).begin_job(running_job(self.env), run, had_failed > waited)
            if found:
                offer_found(work, found)
            importer = work.component(usage="record.importer")
            try:
                outcome = importer.run(external_id, force=force, **kwargs)
            except SkipError as error:  # of an importer with its own ``run``
                outcome = ChunkOutcome.of_skipped(external_id, error)
            except RetryableJobError as error:
                if not self._continues_in_another_job("import_record", error):
                    raise
                counted = {"run": run, "had_failed": had_failed, "waited": waited}
                if kept:
                    counted["kept"] = kept
                delay_rest(
                    importer, external_id, error, force=force, **counted, **kwargs
                )
                return str(error)
        self._resolve_errors_of_imports(backend, importer, [external_id])
        self._note_outcome(run, outcome, had_failed - waited, started_at)
        return str(outcome)

    def _continues_in_another_job(self, method: str, error: Exception) -> bool:
        """Return whether the running job of a method commits its dependencies."""
        job = running_job(self.env)
        return (
            job is not None and job.method_name == method and keeps_dependencies(error)
        )

    def _note_outcome(self, run, outcome, counted_failures, started_at):
        """Add the outcome of a job to its run, if it has one.

        Records that wait have no outcome yet.

        :param counted_failures: the number of the records that count as failed already
        """
        if run:
            counts = Counter(outcome.counts)
            counts[Outcome.FAILED] -= counted_failures + len(outcome.waiting)
            run._note_outcome(counts, started_at, outcome.binding_ids)

    # -- errors of synchronized records are resolved ----------------------------

    def _resolve_errors_of(
        self,
        backend: models.BaseModel,
        subjects: Iterable[JobSubject | str],
        **options: Any,
    ) -> None:
        """Resolve the errors of subjects."""
        self.env["connector.sync.error"]._resolve_subjects(backend, subjects, **options)

    def _resolve_errors_of_imports(
        self, backend: models.BaseModel, importer: Any, external_ids: Iterable[Any]
    ) -> None:
        """Resolve the errors of the records that an importer has imported."""
        own = {(self._name, str(key)) for key in external_ids}
        session = Session.of(importer.work)
        resolved = (
            session.not_failed
            if hasattr(importer, "import_many")
            else own  # other importers do not record it
        )
        self._resolve_errors_of(
            backend,
            [
                subject_of_chunk(self._name, external_ids),
                *(subject_of_import(model, key) for model, key in resolved),
            ],
            delayed=[subject_of_import(model, key) for model, key in own],
            reached=bool(resolved) and not (session.found or session.is_unreached),
        )

    def _resolve_errors_of_search(
        self, backend: models.BaseModel, method: str, args: tuple, kwargs: Mapping
    ) -> None:
        """Resolve the errors of a search, and those of the backend itself."""
        subject = subject_of_call(self._name, method, (), (backend, *args), kwargs)
        if method.startswith("export"):
            self._resolve_errors_of(backend, [subject])
            return
        of_backend = subject_of_backend(REFUSED), subject_of_search(self._name)
        self._resolve_errors_of(backend, [subject, *of_backend], reached=True)
