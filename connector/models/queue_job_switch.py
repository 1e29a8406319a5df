# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from odoo.addons.queue_job.job import (
    CANCELLED,
    FAILED,
    PENDING,
    STARTED,
    WAIT_DEPENDENCIES,
    Job,
)

from ..exception import BackendPaused
from .queue_job_sync import find_backend

#: A parked job waits for its backend to be activated. That wakes it; it also looks by
#: itself once a day, as a database may be changed behind our back. The runner cannot
#: wait for longer than 24 days.
PARKED_SECONDS = 24 * 60 * 60
#: A job that is refused waits for this long if its backend is on again by the time that
#: is written.
REFUSED_SECONDS = 10
#: What is made of nothing else, once its job is gone: the binding was deleted.
DELETION = "export_delete_record"


def keep_off(backend: models.BaseModel) -> bool:
    """Let nobody switch the backend on before the end of the transaction.

    Return False where somebody does so now, or did since the transaction began.
    """
    cr = backend.env.cr
    try:
        with cr.savepoint():
            cr.execute(
                SQL(
                    "SELECT FROM %s WHERE id = %s FOR SHARE NOWAIT",
                    SQL.identifier(backend._table),
                    backend.id,
                ),
                log_exceptions=False,
            )
    except (errors.SerializationFailure, errors.LockNotAvailable):
        return False
    return True


def with_own_context(value: Any, backend: models.BaseModel) -> Any:
    """Return a value with its records in the backend's own context."""
    if isinstance(value, models.BaseModel):
        context = backend._get_own_context(value.env.context)
        # replaced, not added to: keys of the user who delayed the job have to go
        return value.with_context(context)  # pylint: disable=context-overridden
    if isinstance(value, list | tuple):
        return type(value)(with_own_context(each, backend) for each in value)
    if isinstance(value, dict):
        return {key: with_own_context(each, backend) for key, each in value.items()}
    return value


class QueueJob(models.Model):
    """Postpone the jobs of a backend that is off, cancel those of an archived one."""

    _inherit = "queue.job"

    sync_is_parked = fields.Boolean(
        string="Waits for its backend",
        readonly=True,
        help="The backend is off: the job is run once it is activated again",
    )

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        jobs = super().create(vals_list)
        for job, vals in zip(jobs, vals_list, strict=True):
            if vals.get("method_name") == DELETION:
                if values := job._values_while_off():
                    job.write(values)
        return jobs

    def write(self, vals):
        if vals.get("state") in (PENDING, FAILED) and len(self) == 1:
            if self.state == STARTED:
                vals = {
                    **vals,
                    **self._values_while_off(failed=vals["state"] == FAILED),
                }
        return super().write(vals)

    # -- at the start of a job ------------------------------------------------

    @api.model
    def _prepare_to_perform(self, job: Job) -> None:
        """Refuse to run a job while its backend is off; give it its own context.

        :raise BackendPaused: why the backend is off
        """
        backend = find_backend(job.recordset, (*job.args, *job.kwargs.values()))
        if not backend:
            return
        try:
            reason = backend.sudo()._find_reason_to_pause()
        except MissingError:
            reason = self._reason_of_deletion()
        if reason:
            raise BackendPaused(reason, seconds=REFUSED_SECONDS, ignore_retry=True)
        if backend._has_own_context:
            owner = backend.sudo()
            job.recordset = with_own_context(job.recordset, owner)
            job.args = with_own_context(job.args, owner)
            job.kwargs = with_own_context(job.kwargs, owner)

    # -- while the backend is off ---------------------------------------------

    def _values_while_off(self, failed: bool = False) -> Mapping[str, Any]:
        """Return what parks or cancels the job, {} if its backend is on.

        A job is parked only while its backend cannot be switched on: that wakes the
        jobs that are parked by then, and those that it sees once it is committed.
        """
        backend = self._get_sync_backend()
        if backend is None:
            return {}
        if not backend.exists():
            return self._cancelling_values(self._reason_of_deletion())
        reason = None if failed else backend._find_reason_to_pause()
        if not reason:
            return {}
        if backend._is_archived():
            return self._cancelling_values(reason)
        if not keep_off(backend):
            return {}
        return {
            "state": PENDING,
            "eta": fields.Datetime.now() + timedelta(seconds=PARKED_SECONDS),
            "result": reason,
            "sync_is_parked": True,
        }

    def _get_sync_backend(self) -> models.BaseModel | None:
        """Return the backend that was noted with the job, as superuser."""
        model_name = self.sync_backend_model
        if not model_name or model_name not in self.env:
            return None
        return self.env[model_name].sudo().browse(self.sync_backend_id)

    def _reason_of_deletion(self) -> str:
        return self.env._("The backend of this job was deleted.")

    def _cancelling_values(self, reason: str) -> dict[str, Any]:
        return {
            "state": CANCELLED,
            "date_cancelled": fields.Datetime.now(),
            "eta": False,
            "result": reason,
            "sync_is_parked": True,
        }

    # -- when it is switched --------------------------------------------------

    @api.model
    def _find_of_backends(self, backends: models.BaseModel, *states: str):
        """Return the jobs of these backends, of one model, in these states."""
        return self.sudo().search(
            [
                ("sync_backend_model", "=", backends._name),
                ("sync_backend_id", "in", backends.ids),
                ("state", "in", states),
            ]
        )

    @api.model
    def _cancel_of_backends(
        self, backends: models.BaseModel, *states: str, reason: str
    ):
        """Cancel the jobs of these backends in these states, and say why."""
        jobs = self._find_of_backends(backends, *states)
        jobs.write(self._cancelling_values(reason))

    @api.model
    def _wake_of_backends(self, backends: models.BaseModel) -> None:
        """Let the jobs run that waited for these backends.

        So are the deletions that were cancelled with an archived backend: nothing else
        remembers them.
        """
        jobs = self._find_of_backends(backends, PENDING, WAIT_DEPENDENCIES, CANCELLED)
        parked = jobs.filtered("sync_is_parked")
        deletions = parked.filtered(
            lambda job: job.state == CANCELLED and job.method_name == DELETION
        )
        cancelled = parked.filtered(lambda job: job.state == CANCELLED)
        (cancelled - deletions).sync_is_parked = False
        awake = {"eta": False, "result": False, "sync_is_parked": False}
        (parked - cancelled).write(awake)
        deletions.write({**awake, "state": PENDING, "date_cancelled": False})
