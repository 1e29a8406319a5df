# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a failed job becomes an error, and how a success resolves it.

A job that is stored as failed opens the error of its subject, or counts it up
(``sync_error.py``), and cancels older failed jobs of the subject. So each record has at
most one failed job. A job that succeeds says what it synchronized; failed jobs of these
subjects are set to done, or requeued where the success did not do their work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from odoo import api, models

from odoo.addons.queue_job.job import CANCELLED, DONE, FAILED

from ...components.two_way.unconfirmed import ONLY_UNCONFIRMED
from ...jobs.causes import (
    BUSY,
    REFUSED,
    UNLOADABLE,
    find_cause,
    find_last_error,
)
from ...jobs.causes import is_of_backend as is_error_of_backend
from ...jobs.subject import (
    SEARCHES,
    JobSubject,
    chunk_ids,
    covers_export,
    export_arguments,
    subject_of_backend,
)
from ...outcome import Outcome
from .job import IS_RESOLVED

_logger = logging.getLogger(__name__)

#: error that the job runner stores, by SQL, with a job whose worker died too often
FOUND_DEAD = "JobFoundDead"
_DEAD_JOBS = 200
#: context keys: jobs whose error was open before; a job that cannot be loaded
_REPEATED = "sync_repeated_failures"
IS_UNLOADABLE = "sync_is_unloadable"


class QueueJob(models.Model):
    _inherit = "queue.job"

    # -- failure --------------------------------------------------------------

    def _note_failures(self, values: Mapping[str, Any]) -> models.BaseModel:
        """Open or count up the errors of failing jobs.

        Return the jobs in a context that suppresses repeated messages.
        """
        repeated = self.filtered(lambda job: job._note_failure(values))
        return self.with_context(**{_REPEATED: frozenset(repeated.ids)})

    def _message_post_on_failure(self):
        """Post a message for a new error, none for one that was open before."""
        repeated = self.env.context.get(_REPEATED, ())
        new = self.filtered(lambda job: job.id not in repeated)
        return super(QueueJob, new)._message_post_on_failure() if new else None

    def _note_failure(self, values: Mapping[str, Any]) -> bool:
        """Open or count up the error of a job; return whether it was open before.

        An exception raised here is logged: the job must be stored as failed. A job that
        is set to failed without an exception opens no error.
        """
        if not (values.get("exc_name") and self.sync_subject):
            return False
        try:
            with self.env.cr.savepoint():
                return self.sudo()._open_failure(values)
        except Exception:
            _logger.exception("The failure of job %s could not be stored", self.uuid)
            return False

    def _open_failure(self, values: Mapping[str, Any]) -> bool:
        error = find_last_error(values.get("exc_name"), values.get("exc_info"))
        cause = find_cause(error)
        if self.env.context.get(IS_UNLOADABLE):
            cause = UNLOADABLE
        elif values.get("exc_name") == FOUND_DEAD:
            cause = BUSY
        reason = str(values.get("exc_message") or values.get("exc_name") or "")
        is_search = self.method_name in SEARCHES
        noted = {"cause": cause, "reason": reason, "job_uuid": self.uuid}
        if is_error_of_backend(error, is_search) and cause != UNLOADABLE:
            subject = subject_of_backend(cause)
        else:
            subject = self.sync_subject
            noted.update(self._described_subject())
        was_open = self.env["connector.sync.error"]._note(
            self.sync_backend_model, self.sync_backend_id, subject, **noted
        )
        self._supersede_failed()
        if cause == REFUSED and subject != self.sync_subject:
            self._stop_schedule(reason)
        return was_open

    @api.model
    def _note_dead_jobs(self) -> None:
        """Open the errors of jobs that the runner failed by SQL: their worker died."""
        domain = [("state", "=", FAILED), ("exc_name", "=", FOUND_DEAD)]
        jobs = self.sudo().search(
            [*domain, ("sync_subject", "!=", False)], limit=_DEAD_JOBS
        )
        errors = self.env["connector.sync.error"].sudo()
        noted = errors.search([("job_uuid", "in", jobs.mapped("uuid"))])
        uuids = set(noted.mapped("job_uuid"))
        for job in jobs.filtered(lambda job: job.uuid not in uuids):
            job._note_failure({"exc_name": FOUND_DEAD, "exc_message": job.exc_info})

    def _described_subject(self) -> dict[str, Any]:
        """Return the values of an error that describe the subject of the job."""
        subject = JobSubject.parse(self.sync_subject)
        described = {
            "model_name": subject.model_name,
            "direction": subject.direction,
            "external_id": subject.external_id,
            "binding_id": subject.binding_id,
        }
        if subject.kind == "chunk" and not self.env.context.get(IS_UNLOADABLE):
            described["external_ids"] = chunk_ids(
                self.method_name, self.args, self.kwargs
            )
        return described

    def _stop_schedule(self, reason: str) -> None:
        backend = self.env[self.sync_backend_model].browse(self.sync_backend_id)
        if backend.exists() and "schedule_stopped_reason" in backend._fields:
            backend._stop_schedule(reason)

    # -- one failed job per subject ---------------------------------------------

    @api.model
    def _find_failed(self, backend, subjects: list[str]) -> models.BaseModel:
        """Return the failed jobs of some subjects."""
        if not subjects:
            return self.browse()
        return self.sudo().search(
            [
                ("state", "=", FAILED),
                ("sync_backend_model", "=", backend._name),
                ("sync_backend_id", "=", backend.id),
                ("sync_subject", "in", subjects),
            ]
        )

    def _supersede_failed(self) -> None:
        """Cancel older failed jobs of the subject; a retry of this one suffices."""
        backend = self.env[self.sync_backend_model].browse(self.sync_backend_id)
        older = self._find_failed(backend, [self.sync_subject]) - self
        older = older.filtered(lambda job: not job.graph_uuid and self._takes_over(job))
        older.try_lock_for_update()._end_unasked(
            CANCELLED, self.env._("Superseded by job %s, which failed, too", self.uuid)
        )

    def _takes_over(self, older: models.BaseModel) -> bool:
        """Return whether this job does the work of an older one.

        An export takes over the fields of an older export that runs by the same rules.
        """
        if self.method_name != "export_record":
            return True
        try:
            newer = export_arguments(self.args, self.kwargs)
            known = export_arguments(older.args, older.kwargs)
            if covers_export(newer, known):
                return True
            if self._sends_only_edits() != older._sends_only_edits():
                return False
            names, merged = known.get("fields"), newer
            if names is None:
                merged.pop("fields")
            else:
                merged["fields"] = sorted({*merged["fields"], *names})
        except Exception:  # the older job cannot be loaded
            return True
        self.with_context(_job_edit_sentinel=self.EDIT_SENTINEL).write(
            {"args": (), "kwargs": merged}
        )
        return True

    def _sends_only_edits(self) -> bool:
        return bool(self.records.env.context.get(ONLY_UNCONFIRMED))

    def _end_unasked(self, state: str, result: str) -> None:
        """Set failed jobs to done or cancelled, without loading them."""
        if self:
            self.with_context(**{IS_RESOLVED: True})._stop_unloaded(state, result)

    # -- success --------------------------------------------------------------

    def _end_covered(
        self, covers: Callable[[models.BaseModel], bool] | None = None
    ) -> models.BaseModel:
        """Set failed jobs to done whose work is done; requeue and return the others.

        :param covers: returns whether the work of a failed job is done, default: always
        """
        covered = self.filtered(covers) if covers else self
        done = covered.try_lock_for_update()
        for job in done:
            job._take_off_run()
        done._end_unasked(
            DONE, self.env._("Resolved: a later job did the same successfully")
        )
        left = self - covered
        if left:
            left.try_lock_for_update().requeue()
        return left

    def _take_off_run(self) -> None:
        """Count the records of a failed job as skipped in its run, not as failed."""
        run = self.sync_run_id.sudo()
        if not run or JobSubject.parse(self.sync_subject).kind == "method":
            return
        failed = self.sync_had_failed
        in_chunk = chunk_ids(self.method_name, self.args, self.kwargs)
        run.outcome_ids.create(
            {
                "run_id": run.id,
                "job_uuid": self.uuid,
                Outcome.SKIPPED: failed or len(in_chunk or "1"),
                Outcome.FAILED: -failed,
            }
        )

    def _resolve_errors(self, failed: models.BaseModel) -> None:
        """Resolve the errors of failed jobs that a user ended, and of jobs that ran."""
        for job in failed:
            self.env["connector.sync.error"].sudo().search(
                [
                    ("state", "!=", "resolved"),
                    ("backend_model", "=", job.sync_backend_model),
                    ("backend_id", "=", job.sync_backend_id),
                    ("subject", "=", job.sync_subject),
                ]
            )._resolve()
        for job in self - failed:
            if job.sync_backend_model in self.env:
                backend = self.env[job.sync_backend_model].browse(job.sync_backend_id)
                self.env["connector.sync.error"]._resolve_subjects(
                    backend, [job.sync_subject]
                )
