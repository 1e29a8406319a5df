# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How jobs end or run again without being performed, and resolve errors.

A success ends the failed jobs of its subjects: they are set to done, or requeued where
the success did not do their work. A person who sets a failed job to done, or cancels
one, resolves its error. Many jobs are requeued by SQL: their states and times change as
by ``Job.set_pending``, and the trigger of ``queue_job`` notifies the runner. The locked
rows are an array: a plan for few rows would lock thousands again for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.queue_job.job import CANCELLED, DONE

from ...jobs.error_states import RETRYING, UNRESOLVED_STATES
from ...jobs.subject import JobSubject, chunk_ids
from ...outcome import Outcome
from .job import IS_RESOLVED, RUN_SEARCHES

#: values of a failed job that runs again from its first try
_REQUEUED = SQL(
    "state = 'pending', retry = 0, eta = NULL, date_enqueued = NULL,"
    " date_started = NULL, date_done = NULL, date_cancelled = NULL,"
    " worker_pid = NULL, sync_behind = NULL"
)


class QueueJob(models.Model):
    _inherit = "queue.job"

    def _end_unasked(self, state: str, result: str) -> None:
        """Set failed jobs to done or cancelled, without loading them."""
        if self:
            self.with_context(**{IS_RESOLVED: True})._stop_unloaded(state, result)

    # -- many, by SQL -----------------------------------------------------------

    @api.model
    def _requeue_failed(self, condition: SQL) -> int:
        """Requeue the failed jobs with a condition; return their number.

        Jobs that another transaction has locked are left out.
        """
        return self._update_failed(_REQUEUED, condition)

    @api.model
    def _cancel_failed(self, condition: SQL, result: str) -> int:
        """Cancel the failed jobs with a condition that no other job waits for."""
        cancelled = SQL(
            "state = 'cancelled', date_cancelled = now() AT TIME ZONE 'UTC',"
            " date_done = NULL, eta = NULL, sync_behind = NULL, result = %s",
            result,
        )
        single = SQL("%s AND job.graph_uuid IS NULL", condition)
        return self._update_failed(cancelled, single)

    def _update_failed(self, assignments: SQL, condition: SQL) -> int:
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE queue_job SET %s WHERE id = ANY(ARRAY"
                " (SELECT job.id FROM queue_job AS job WHERE job.state = 'failed'"
                " AND (%s) FOR NO KEY UPDATE SKIP LOCKED))",
                assignments,
                condition,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        return count

    @api.model
    def _run_retried_now(self, condition: SQL) -> None:
        """Run the jobs with a condition now that wait for their next try."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE queue_job SET eta = NULL WHERE id = ANY(ARRAY(SELECT job.id"
                " FROM queue_job AS job WHERE job.state = 'pending' AND job.retry > 0"
                " AND job.eta IS NOT NULL AND job.sync_is_parked IS NOT TRUE AND (%s)"
                " FOR NO KEY UPDATE SKIP LOCKED))",
                condition,
            )
        )
        self.invalidate_model(["eta"])

    @api.model
    def _requeue_behind(self, backend: models.BaseModel, subjects: list[str]) -> int:
        """Requeue the jobs that failed because of errors of the backend."""
        return self._requeue_failed(
            SQL(
                "job.sync_backend_model = %s AND job.sync_backend_id = %s"
                " AND job.sync_behind = ANY(%s)",
                backend._name,
                backend.id,
                subjects,
            )
        )

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

    def _take_back_outcomes(self) -> None:
        """Delete the outcomes of jobs that are done and will run again."""
        for job in self:
            run = job.sync_run_id.sudo()
            if job.state != DONE or not run:
                continue
            if job.method_name in RUN_SEARCHES:
                run.searched = False
                run.outcome_ids.unlink()
            else:
                run.outcome_ids.filtered_domain([("job_uuid", "=", job.uuid)]).unlink()

    def _resolve_errors(self, failed: models.BaseModel) -> None:
        """Resolve the errors of jobs that a user ended, and of jobs that ran.

        :param failed: those that had failed
        """
        errors = self.env["connector.sync.error"].sudo()
        cancelled = self.filtered(lambda job: job.state == CANCELLED) - failed
        for jobs, states in ((failed, UNRESOLVED_STATES), (cancelled, (RETRYING,))):
            for (backend_model, backend_id), same in jobs.grouped(
                lambda job: (job.sync_backend_model, job.sync_backend_id)
            ).items():
                errors.search(
                    [
                        ("state", "in", states),
                        ("backend_model", "=", backend_model),
                        ("backend_id", "=", backend_id),
                        ("subject", "in", same.mapped("sync_subject")),
                    ]
                )._resolve()
        for job in self - failed - cancelled:
            if job.sync_backend_model in self.env:
                backend = self.env[job.sync_backend_model].browse(job.sync_backend_id)
                errors._resolve_subjects(backend, [job.sync_subject])
