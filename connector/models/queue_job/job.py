# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a connector: how they are stored, performed and ended.

A new job notes, from its arguments, its backend, its run and its subject::

    create ── run, backend, subject; a deletion is parked if the backend is off
    perform ─ refused while the backend is off, or asks to wait; then runs in the
              backend's context
    write ─── pending   outcomes of an earlier performance are deleted  (ended.py); an
                        error opens if the backend did not answer       (errors.py)
              failed    the database was lost: pending again    (postponed.py)
                        the backend is off: parked, cancelled   (postponed.py)
                        otherwise an error opens                (errors.py)
              done      the errors of its subject are resolved  (ended.py)

``failed_record.py`` describes the record of a failed job, and ``unnoted.py`` opens the
errors that no transaction has opened. ``unloadable.py`` ends jobs that cannot be
loaded, ``without_runner.py`` performs jobs where no job runner is alive,
``function.py`` inherits job functions, and ``access.py`` holds the rights of users.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import MissingError

from odoo.addons.queue_job.job import (
    CANCELLED,
    DONE,
    FAILED,
    PENDING,
    STARTED,
    Job,
)

from ...components.external_id import storable_text
from ...exception import BackendPaused, RetryableJobError
from ...jobs.job_logging import log_backend, logging_as
from ...jobs.lifecycle import BATCH, asks_to_wait, clamp_wait
from ...jobs.subject import RESOLVING, subject_of_job

_logger = logging.getLogger(__name__)

#: jobs that find the records of a run
RUN_SEARCHES = (
    "import_batch",
    "export_batch",
    "dry_run_batch",
    "dry_run_export_batch",
    "dry_run_removed",
    "import_removed",
)
RUN = "connector.sync.run"
BACKEND = "connector.backend"
#: the seconds after which a refused job runs again, if its backend is on by the time
#: that the refusal is stored
REFUSED_SECONDS = 10
#: the job of a deletion; once it is lost, nothing knows of the deletion any more, as
#: the binding does not exist
DELETION = "export_delete_record"
#: context key: jobs that end without a user
IS_RESOLVED = "sync_is_resolved"
#: fields that may quote an answer of a backend
TEXTS = ("name", "result", "exc_name", "exc_message", "exc_info")


def is_model(value: Any, model_name: str) -> bool:
    """Return whether a value is a recordset of a model, or of one that inherits it."""
    return isinstance(value, models.BaseModel) and isinstance(
        value, value.env.registry[model_name]
    )


def find_backend(records: Any, arguments: tuple) -> models.BaseModel | None:
    """Return the backend that a call is about, None for a call without one.

    It is one of the arguments, the records themselves, or the backend of the binding.
    """
    for value in chain(arguments, [records]):
        if is_model(value, BACKEND):
            return value[:1]
    if not (isinstance(records, models.BaseModel) and "backend_id" in records._fields):
        return None
    try:
        backend = records[:1].sudo().backend_id
    except MissingError:  # the binding was deleted: the method handles it
        return None
    return backend if is_model(backend, BACKEND) else None


def with_own_context(value: Any, backend: models.BaseModel) -> Any:
    """Return a value with its records in the backend's own context."""
    if isinstance(value, models.BaseModel):
        context = backend._get_own_context(value.env.context)
        # replaced, not extended: keys of the user who delayed the job must go
        return value.with_context(context)  # pylint: disable=context-overridden
    if isinstance(value, list | tuple):
        return type(value)(with_own_context(each, backend) for each in value)
    if isinstance(value, dict):
        return {key: with_own_context(each, backend) for key, each in value.items()}
    return value


def with_storable_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a job with texts that PostgreSQL can store.

    An error may quote a NUL, or half a surrogate pair. The runner could not store the
    failure; the job would stay started, be taken for dead, and run again.
    """
    return {
        name: storable_text(value if isinstance(value, str) else str(value))
        if name in TEXTS and value
        else value
        for name, value in values.items()
    }


class QueueJob(models.Model):
    """Job that knows its backend, run and subject."""

    _inherit = "queue.job"

    sync_run_id = fields.Many2one(
        "connector.sync.run",
        string="Run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sync_had_failed = fields.Integer(
        string="Failed before",
        readonly=True,
        help="How many of its records had failed before, in another job",
    )
    sync_backend_model = fields.Char(string="Backend model", readonly=True)
    sync_backend_id = fields.Many2oneReference(
        model_field="sync_backend_model", string="Backend", readonly=True
    )
    sync_subject = fields.Char(
        string="Subject",
        readonly=True,
        help="The record, binding or call that the job is about",
    )

    _sync_subject_failed_index = models.Index(
        "(sync_backend_id, sync_subject)"
        " WHERE state = 'failed' AND sync_subject IS NOT NULL"
    )

    # -- stored ---------------------------------------------------------------

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        vals_list = [with_storable_texts(vals) for vals in vals_list]
        jobs = super().create([{**self._sync_values(v), **v} for v in vals_list])
        for job, vals in zip(jobs, vals_list, strict=True):
            if vals.get("method_name") == DELETION:
                if values := job._values_while_off():
                    job.write(values)
        return jobs

    @api.model
    def _sync_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the run, the backend and the subject of a new job."""
        records, args = values.get("records"), tuple(values.get("args") or ())
        kwargs = values.get("kwargs") or {}
        arguments = (*args, *kwargs.values())
        found: dict[str, Any] = {}
        run = next((each for each in arguments if is_model(each, RUN)), None)
        if run and run.exists():
            found["sync_run_id"] = run.id
            had_failed = kwargs.get("had_failed") or 0
            found["sync_had_failed"] = had_failed - (kwargs.get("waited") or 0)
        if batch_id := records is not None and records.env.context.get(BATCH):
            found["sync_batch_id"] = batch_id
        if backend := find_backend(records, arguments):
            found["sync_backend_model"] = backend._name
            found["sync_backend_id"] = backend.id
            subject = subject_of_job(
                values.get("model_name") or records._name,
                values.get("method_name") or "",
                [] if records is None else list(records.ids),
                args,
                kwargs,
            )
            found["sync_subject"] = str(subject)
        return found

    def write(self, vals):
        """Store a change of the state and its consequences; see the module."""
        vals = with_storable_texts(vals)
        state = vals.get("state")
        if state == FAILED and self._has_lost_database(vals):
            if not self._is_still_of_worker(vals.get("worker_pid")):
                return True
            vals.update(self._retry_values(vals))
            state = vals["state"]
        if state in (PENDING, FAILED) and len(self) == 1 and self.state == STARTED:
            if state == PENDING:
                self._note_retry(vals)
            vals.update(self._values_while_off(failed=state == FAILED))
            state = vals["state"]
        if state == FAILED:
            jobs = self._note_failures(vals)
            return super(QueueJob, jobs).write(vals)
        if state == PENDING:
            self._take_back_outcomes()
        failed, done = self.browse(), self.browse()
        if state in (DONE, CANCELLED) and not self.env.context.get(IS_RESOLVED):
            ended = self.filtered("sync_subject")
            failed = ended.filtered(lambda job: job.state == FAILED)
            if state == DONE:
                done = (ended - failed).filtered(
                    lambda j: not j._resolves_errors_itself()
                )
        written = super().write(vals)
        if failed or done:
            (failed | done)._resolve_errors(failed)
        return written

    def _resolves_errors_itself(self) -> bool:
        """Return whether the method of the job resolves errors itself."""
        model = self.env.registry.get(self.model_name)
        return hasattr(model, "_resolve_errors_of") and self.method_name in RESOLVING

    def unlink(self):
        """Delete the jobs, and the runs whose search they would have made."""
        unsearched = self.filtered("sync_run_id").filtered(
            lambda job: job.method_name in RUN_SEARCHES and not job.sync_run_id.searched
        )
        unsearched.sync_run_id.sudo().unlink()
        return super().unlink()

    # -- performed ------------------------------------------------------------

    @api.model
    def _logging_as(self, job: Job) -> AbstractContextManager[None]:
        """Return a block whose log lines name the job; it makes no query."""
        arguments = (*job.args, *job.kwargs.values())
        run = next((each.id for each in arguments if is_model(each, RUN)), None)
        return logging_as(job.uuid, job.model_name, run)

    @api.model
    def _prepare_to_perform(self, job: Job) -> None:
        """Refuse a job whose backend is off or asks to wait; set its context.

        :raise BackendPaused: the backend is off
        :raise RetryableJobError: the backend asks to wait
        """
        backend = find_backend(job.recordset, (*job.args, *job.kwargs.values()))
        if not backend:
            return
        owner = backend.sudo()
        log_backend(f"{backend._name},{backend.id}", None)
        try:
            reason = owner._find_reason_to_pause()
        except MissingError:
            reason = self._reason_of_deletion()
        if reason:
            raise BackendPaused(reason, seconds=REFUSED_SECONDS, ignore_retry=True)
        if backend._has_own_context:
            log_backend(f"{backend._name},{backend.id}", owner.display_name)
            job.recordset = with_own_context(job.recordset, owner)
            job.args = with_own_context(job.args, owner)
            job.kwargs = with_own_context(job.kwargs, owner)
        self.env["connector.backend.pause"].sudo()._check(backend, job.priority)

    @api.model
    def _note_wait(self, job: Job, error: RetryableJobError) -> None:
        """Limit the wait for the retry of a connector's job; note a backend's pause.

        ``queue_job`` fails on seconds that are not a time, and the worker would hang.
        """
        arguments = (*job.args, *job.kwargs.values())
        is_of_connector = any(
            is_model(value, "external.binding") or is_model(value, BACKEND)
            for value in (job.recordset, *arguments)
        )
        if isinstance(error, BackendPaused) or not is_of_connector:
            return
        error.seconds = clamp_wait(error.seconds)
        if not asks_to_wait(error):
            return
        try:
            if backend := find_backend(job.recordset, arguments):
                pauses = self.env["connector.backend.pause"].sudo()
                pauses._note(backend, error, job.priority)
        except psycopg2.Error:
            _logger.warning("The pause for %s could not be stored", job, exc_info=True)
