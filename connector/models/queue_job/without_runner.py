# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run the jobs of connectors by a scheduled action, where no job runner is alive.

Some hosting platforms start no job runner. The scheduled action, off by default, takes
waiting jobs by priority and time, one after the other, for most of a minute::

    job runner alive? ── yes ─► step aside
          │ no
    requeue dead jobs, whose worker was killed
          │
    pending ─► enqueued ─► the controller of queue_job acquires and performs the job

So retries, failures, parked jobs and pauses of backends are those of the job runner. A
runner that starts meanwhile leaves the running job alone: it is locked.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from psycopg2 import errors

from odoo import SUPERUSER_ID, api, models

from odoo.addons.queue_job.job import PENDING
from odoo.addons.queue_job.jobrunner.runner import Database

from ...controllers.run_job import RunLoadableJobController
from ..health.liveness import answers, find_runner

_logger = logging.getLogger(__name__)

#: for which jobs are started; the last one may take longer
SECONDS = 50


class _DeadJobs(Database):
    """The part of the job runner that requeues dead jobs, with another connection."""

    def __init__(self, connection: Any) -> None:
        self.conn = connection


class QueueJob(models.Model):
    _inherit = "queue.job"

    @api.model
    def _run_without_runner(self, seconds: float = SECONDS) -> int:
        """Run waiting jobs of connectors; return their number."""
        end, count = time.monotonic() + seconds, 0
        registry = self.env.registry
        while time.monotonic() < end:
            with registry.cursor() as cr:
                jobs = api.Environment(cr, SUPERUSER_ID, {})[self._name]
                if not jobs._is_without_runner():
                    break
                if not count:
                    jobs._requeue_dead()
                uuid = jobs._take_next()
            if uuid is None:
                break
            with registry.cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})[self._name]._perform(uuid)
            count += 1
        return count

    @api.model
    def _is_without_runner(self) -> bool:
        """Return whether no job runner is alive."""
        runner = find_runner(self.env.cr)
        return runner is None or not answers(self.env.cr, runner)

    @api.model
    def _requeue_dead(self) -> None:
        """Requeue jobs whose worker died, as the job runner does."""
        try:
            with self.env.cr.savepoint():
                _DeadJobs(self.env.cr.connection).requeue_dead_jobs()
        except errors.SerializationFailure:
            _logger.info("Dead jobs are requeued by the next run", exc_info=True)

    @api.model
    def _take_next(self) -> str | None:
        """Mark the next waiting job of a connector as enqueued; return its UUID."""
        self.env.cr.execute(
            """
            UPDATE queue_job
            SET state = 'enqueued',
                date_enqueued = date_trunc('seconds', now() AT TIME ZONE 'UTC')
            WHERE id = (
                SELECT id FROM queue_job
                WHERE state = %(pending)s
                  AND (eta IS NULL OR eta <= clock_timestamp() AT TIME ZONE 'UTC')
                  AND (sync_backend_model IS NOT NULL OR model_name = ANY(%(models)s))
                ORDER BY priority, date_created, id
                LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
            )
            RETURNING uuid
            """,
            {"pending": PENDING, "models": self._connector_model_names()},
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    @api.model
    def _perform(self, uuid: str) -> None:
        """Perform an enqueued job in this transaction, which is committed or undone.

        Its failure is stored and logged by the controller.
        """
        controller = RunLoadableJobController
        try:
            if job := controller._acquire_job(self.env, uuid):
                controller._runjob(self.env, job)
        except Exception:
            _logger.info("Job %s failed; the next one is run", uuid)
            self.env.cr.rollback()
