# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that cannot be loaded: their model, user, method or arguments no longer exist.

``queue_job`` loads a job before it starts it, cancels it or sets it to done. The runner
requeues a job that cannot be loaded forever, and it occupies a slot of its channel.
Here such a job fails with a reason (``controllers/run_job.py``), and can be cancelled.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError

from odoo.addons.queue_job.job import (
    CANCELLED,
    DONE,
    FAILED,
    PENDING,
    WAIT_DEPENDENCIES,
    Job,
)

from .errors import IS_UNLOADABLE

_logger = logging.getLogger(__name__)


class QueueJob(models.Model):
    _inherit = "queue.job"

    def _find_load_error(self) -> Exception | None:
        """Return the error of loading the job, None if it can be loaded.

        To store a job, ``queue_job`` also loads the jobs that it depends on, and writes
        its company, which may have been deleted.

        :raise psycopg2.Error: the database fails, not the job
        """
        self.ensure_one()
        try:
            job = Job.load(self.env, self.uuid)
            _related = job.depends_on, job.reverse_depends_on
            company = self.env["res.company"].browse(job.company_id or ())
            if company != company.exists():
                raise MissingError(self.env._("the company of the job was deleted."))
        except psycopg2.Error:
            raise
        except Exception as error:
            return error
        return None

    def _explain_load_error(self, error: Exception) -> str:
        """Return a sentence that names the missing model, method or record."""
        self.ensure_one()
        model_name, method_name = self.model_name, self.method_name
        if model_name not in self.env:
            missing = self.env._("the model %s is not installed.", model_name)
        elif not hasattr(type(self.env[model_name]), method_name or ""):
            missing = self.env._(
                "the model %(model)s has no method %(method)s.",
                model=model_name,
                method=method_name,
            )
        elif not self.user_id.exists():
            missing = self.env._("the user who started it was deleted.")
        elif isinstance(error, KeyError) and str(error.args[0]) not in self.env:
            missing = self.env._(
                "the model %s of an argument is not installed.", error.args[0]
            )
        elif isinstance(error, MissingError):
            missing = str(error)
        else:
            missing = f"{type(error).__name__}: {error}"
        return self.env._(
            "The job cannot be loaded: %s Install the missing addon and requeue the "
            "job, or cancel it.",
            missing,
        )

    # -- states ---------------------------------------------------------------

    def _fail_if_unloadable(self) -> bool:
        """Fail the job where it cannot be loaded; return whether it failed."""
        self.ensure_one()
        error = self._find_load_error()
        if error is None:
            return False
        self._fail_unloaded(error)
        return True

    def _fail_unloaded(self, error: Exception) -> None:
        reason = self._explain_load_error(error)
        _logger.error("Job %s (%s): %s", self.uuid, self.name, reason, exc_info=error)
        self.sudo().with_context(**{IS_UNLOADABLE: True}).write(
            {
                **self._stopping_values(FAILED),
                "exc_name": f"{type(error).__module__}.{type(error).__name__}",
                "exc_message": reason,
                "exc_info": "".join(traceback.format_exception(error)),
            }
        )

    @api.model
    def _stopping_values(self, state: str, result: str | None = None) -> dict[str, Any]:
        """Return the values of a job that ends without being performed."""
        now = fields.Datetime.now()
        return {
            "state": state,
            "date_done": now if state == DONE else False,
            "date_cancelled": now if state == CANCELLED else False,
            "date_enqueued": False,
            "date_started": False,
            "worker_pid": False,
            "eta": False,
            **({} if result is None else {"result": result}),
        }

    def _change_job_state(self, state, result=None):
        """Change the state, also of a job that cannot be loaded."""
        for job in self:
            error = job._find_load_error()
            if error is None:
                super(QueueJob, job)._change_job_state(state, result=result)
            elif state == PENDING:
                job._fail_unloaded(error)
            else:
                job._stop_unloaded(state, result)

    def _stop_unloaded(self, state: str, result: str | None = None) -> None:
        """Set jobs to done or cancelled without loading them, and handle dependents.

        As in ``queue_job``: jobs that depend on a done job may run, jobs that depend on
        a cancelled one are cancelled. The caller has checked the rights.
        """
        jobs = self.sudo()
        jobs.write(self._stopping_values(state, result))
        jobs.flush_model()
        waiting = jobs.dependent_ids.filtered(
            lambda job: job.state == WAIT_DEPENDENCIES
        )
        if not waiting:
            return
        if state == CANCELLED:
            waiting._stop_unloaded(
                CANCELLED,
                self.env._("Cancelled because a job it depends on was cancelled"),
            )
            return
        waiting.filtered(
            lambda job: all(each.state == DONE for each in job.dependency_ids)
        ).write({"state": PENDING})

    def open_related_action(self):
        """Open the related record; explain why an unloadable job has none."""
        self.ensure_one()
        self.check_access("read")
        error = self._find_load_error()
        if error is not None:
            raise UserError(self._explain_load_error(error))
        return super().open_related_action()
