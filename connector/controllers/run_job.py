# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import psycopg2

from odoo import api

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import Job


class RunLoadableJobController(RunJobController):
    """Fail a job that cannot be loaded, instead of requeueing it forever.

    The lines that are logged at the end of a job contain its id as well.
    """

    @classmethod
    def _runjob(cls, env: api.Environment, job: Job) -> None:
        jobs = env["queue.job"]
        if not hasattr(jobs, "_logging_as"):
            return super()._runjob(env, job)
        with jobs._logging_as(job):
            return super()._runjob(env, job)

    @classmethod
    def _acquire_job(cls, env: api.Environment, job_uuid: str) -> Job | None:
        try:
            return super()._acquire_job(env, job_uuid)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise
        except Exception:
            env.cr.rollback()
            env.invalidate_all()
            job = env["queue.job"].search([("uuid", "=", job_uuid)])
            if not job or not job._fail_if_unloadable():
                raise
            env.cr.commit()  # pylint: disable=invalid-commit
            return None
