# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether jobs are run, and by whom.

=================  ==================================================================
not connected      no job runner has a connection to this database
silent             it is connected, and does not react (``liveness.py``)
not started        it gives jobs to Odoo, and none starts: it calls a wrong address
not given          jobs are due, none runs, and none is given to Odoo for minutes
=================  ==================================================================

Jobs that wait while others run are not a condition: the channels are full.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from odoo import api, models

from .condition import WARNING, Condition
from .health import only_on
from .liveness import answers, find_runner

#: addons whose scheduled actions run jobs without a job runner
REPLACEMENTS = ("queue_job_cron_jobrunner",)
#: the scheduled action of this addon, off by default
WITHOUT_RUNNER = "connector.ir_cron_run_without_runner"


class Queue(NamedTuple):
    """The jobs of a database.

    :param due: jobs of connectors that could start
    :param due_since: since when the oldest of them could start
    :param started: jobs of any addon that run
    :param lost: jobs that were given to Odoo and did not start
    :param is_late: no job runs, and the oldest is due for minutes
    """

    due: int
    due_since: datetime | None
    started: int
    lost: int
    lost_since: datetime | None
    is_late: bool


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_database_conditions(self, backends):
        found = super()._find_database_conditions(backends)
        queue = self._read_queue()
        if self._expects_jobs(backends, queue):
            found += self._find_runner_conditions(queue)
        return found

    @api.model
    def _expects_jobs(self, backends, queue: Queue) -> bool:
        """Return whether there is anything to run: a backend that is on, or a job."""
        return bool(queue.due or only_on(backends.values()))

    @api.model
    def _read_queue(self) -> Queue:
        """Return the state of the queue; it reads no job that has ended."""
        self.env["queue.job"].sudo().flush_model()
        self.env.cr.execute(
            """
            WITH job AS (
                SELECT state, sync_backend_model, date_enqueued, date_started,
                       greatest(date_created, eta) AS due_at,
                       clock_timestamp() AT TIME ZONE 'UTC' AS now
                FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')
            ), lost AS (
                -- given to Odoo, and not started: given back, or given some time ago
                SELECT * FROM job
                WHERE state <> 'started' AND date_started IS NULL
                  AND date_enqueued IS NOT NULL AND due_at < now - interval '30 s'
                  AND (state = 'pending' OR date_enqueued < now - interval '15 s'
                       OR due_at < now - interval '75 s')
            ), due AS (
                SELECT * FROM job
                WHERE state = 'pending' AND sync_backend_model IS NOT NULL
                  AND due_at <= now
            )
            SELECT (SELECT count(*) FROM due), (SELECT min(due_at) FROM due),
                   (SELECT count(*) FROM job WHERE state = 'started'),
                   (SELECT count(*) FROM lost), (SELECT min(due_at) FROM lost),
                   (SELECT min(due_at) < min(now) - interval '10 min'
                           AND NOT EXISTS (SELECT FROM job WHERE state <> 'pending')
                    FROM due)
            """
        )
        *numbers, is_late = self.env.cr.fetchone()
        return Queue(*numbers, is_late=bool(is_late))

    @api.model
    def _has_ended_job(self) -> bool:
        """Return whether a job was done lately, so that jobs are run."""
        self.env.cr.execute(
            """
            SELECT EXISTS (
                SELECT FROM queue_job_channel AS channel
                JOIN queue_job AS job ON job.channel = channel.complete_name
                WHERE job.date_done
                      > clock_timestamp() AT TIME ZONE 'UTC' - interval '90 s'
            )
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _find_runner_conditions(self, queue: Queue) -> list[Condition]:
        runner = find_runner(self.env.cr)
        if runner is None:
            if not self._find_replacement():
                return [self._no_runner(queue)]
        elif not answers(self.env.cr, runner):
            return [self._silent_runner(queue, runner.acted_at)]
        if queue.started or not (queue.lost or queue.is_late):
            return []
        if self._has_ended_job():
            return []
        return [self._unstarted_jobs(queue) if queue.lost else self._late_jobs(queue)]

    @api.model
    def _find_replacement(self) -> str | None:
        """Return what runs jobs without a job runner, None if nothing does."""
        cron = self.env.ref(WITHOUT_RUNNER, raise_if_not_found=False)
        if cron and cron.sudo().active:
            return "scheduled action"
        installed = self.pool._init_modules
        return next((name for name in REPLACEMENTS if name in installed), None)

    @api.model
    def _find_kind_of_runner(self) -> str | None:
        """Return what runs the jobs: the job runner, or its replacement.

        Both may be on: then the scheduled action steps aside.
        """
        return "job runner" if find_runner(self.env.cr) else self._find_replacement()

    # -- texts ----------------------------------------------------------------

    @api.model
    def _no_runner(self, queue: Queue) -> Condition:
        return self._condition(
            None,
            "runner",
            key="runner:absent",
            text=self._with_waiting(
                self.env._("No job runner is connected to this database."), queue
            ),
            since=queue.due_since,
            count=queue.due,
            fix=self.env._(
                "Start Odoo with queue_job among its server-wide modules "
                "(--load=base,web,queue_job), and check the log for “jobrunner”. Where "
                "no job runner can be started, activate the scheduled action “Run "
                "connector jobs without a job runner”."
            ),
        )

    @api.model
    def _silent_runner(self, queue: Queue, acted_at: datetime | None) -> Condition:
        return self._condition(
            None,
            "runner",
            key="runner:silent",
            text=self._with_waiting(
                self.env._("The job runner is connected, but does not react."), queue
            ),
            since=acted_at,
            count=queue.due,
            fix=self.env._(
                "Its process hangs, or a firewall has cut its connection. Restart the "
                "job runner, or Odoo if it runs there."
            ),
        )

    @api.model
    def _unstarted_jobs(self, queue: Queue) -> Condition:
        return self._condition(
            None,
            "runner",
            key="runner:unstarted",
            text=self.env._(
                "The job runner calls Odoo, but no job starts (%s).", queue.lost
            ),
            since=queue.lost_since,
            count=queue.lost,
            fix=self.env._(
                "Check the host, the port and the login that the job runner uses "
                "(ODOO_QUEUE_JOB_HOST, ODOO_QUEUE_JOB_PORT, "
                "ODOO_QUEUE_JOB_HTTP_AUTH_USER), and whether that server has free "
                "workers."
            ),
        )

    @api.model
    def _late_jobs(self, queue: Queue) -> Condition:
        return self._condition(
            None,
            "runner",
            key="runner:late",
            severity=WARNING,
            text=self.env._(
                "No job runs, and no waiting job is started (%s).",
                queue.due,
            ),
            since=queue.due_since,
            count=queue.due,
            fix=self.env._(
                "Jobs of other databases use its channels, or the channels of these "
                "jobs have no capacity: see ODOO_QUEUE_JOB_CHANNELS."
            ),
        )

    @api.model
    def _with_waiting(self, text: str, queue: Queue) -> str:
        """Return the text, with the number of jobs that wait."""
        if not queue.due:
            return text
        if queue.due == 1:
            return self.env._("%s 1 job waits.", text)
        return self.env._("%(text)s %(count)s jobs wait.", text=text, count=queue.due)
