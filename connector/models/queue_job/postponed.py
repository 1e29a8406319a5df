# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that are put off: their backend is off, or the database was lost.

**Parked** jobs wait for their backend to be switched on, which wakes them. They are
parked when they start (``_prepare_to_perform`` refuses them), and deletions when they
are created. The jobs of an archived or deleted backend are cancelled; a deletion is
only parked, as nothing else remembers it.

**Lost database.** The job runner leaves a savepoint on the dead connection, so it sees
another error than ``retry_without_database`` raised, and stores the failure over a new
connection. Nothing that the job did was committed: it is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.job import (
    CANCELLED,
    DONE,
    PENDING,
    STARTED,
    WAIT_DEPENDENCIES,
)

from ...database import LOST_DATABASE_SECONDS, lost_database_names
from .job import DELETION

_logger = logging.getLogger(__name__)

#: A parked job also starts once a day, in case the database was changed without Odoo.
#: The runner cannot wait for longer than 24 days.
PARKED_SECONDS = 24 * 60 * 60
LOST_DATABASE_NAMES = lost_database_names()
#: how often one job may lose the database before it fails
LOST_DATABASE_TRIES = 10


def keep_off(backend: models.BaseModel) -> bool:
    """Lock the backend against being switched on before the end of the transaction.

    Return False if another transaction switches it on, or has since this one began.
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


class QueueJob(models.Model):
    _inherit = "queue.job"

    sync_is_parked = fields.Boolean(
        string="Waits for its backend",
        readonly=True,
        help="The backend is off: the job runs once the backend is active again",
    )
    sync_lost_database_count = fields.Integer(
        string="Database lost",
        readonly=True,
        help="How often the job was tried again because the database was lost",
    )

    # -- while the backend is off ---------------------------------------------

    def _values_while_off(self, failed: bool = False) -> Mapping[str, Any]:
        """Return the values that park or cancel the job, {} if its backend is on.

        A job is parked only while the backend is locked: switching it on wakes the jobs
        that are parked by then, and after the commit those parked meanwhile.
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
        """Return the backend of the job, as superuser; None without its model."""
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
        """Return the jobs of backends of one model that are in these states."""
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
        """Cancel the jobs of backends that are in these states."""
        jobs = self._find_of_backends(backends, *states)
        jobs.write(self._cancelling_values(reason))

    @api.model
    def _wake_of_backends(self, backends: models.BaseModel) -> None:
        """Run the parked jobs of backends.

        So run the deletions that were cancelled with an archived backend, as nothing
        else remembers them.
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

    # -- the database was lost ------------------------------------------------

    def _has_lost_database(self, values: Mapping[str, Any]) -> bool:
        """Return whether a connector's job fails by a lost database, and may retry."""
        return (
            values.get("exc_name") in LOST_DATABASE_NAMES
            and len(self) == 1
            and self._is_of_connector()
            and self.sync_lost_database_count < LOST_DATABASE_TRIES
        )

    def _is_of_connector(self) -> bool:
        """Return whether the job is about a backend or a binding."""
        return bool(self.sync_backend_model) or (
            self.model_name in self._connector_model_names()
        )

    def _is_still_of_worker(self, worker_pid: int | None) -> bool:
        """Return whether no other worker has taken the job; log it otherwise.

        The runner takes a job whose connection is lost for dead, and may have given it
        to another worker. A job that is done runs again: only its commit may have
        happened, and jobs that depend on it would wait forever.
        """
        if self.state == DONE:
            return True
        if self.state == STARTED and self.worker_pid == (worker_pid or 0):
            return True
        _logger.info("%s is run by another worker by now: not failed", self.uuid)
        return False

    def _retry_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by which the job runs again soon, without using a retry."""
        _logger.warning("%s lost the database, and is tried again", self.uuid)
        return {
            "state": PENDING,
            "retry": max(0, (values.get("retry") or 0) - 1),
            "eta": fields.Datetime.now() + timedelta(seconds=LOST_DATABASE_SECONDS),
            "result": f"The database was lost: {values.get('exc_message')}",
            "exc_name": False,
            "exc_message": False,
            "exc_info": False,
            "date_enqueued": False,
            "date_started": False,
            "worker_pid": False,
            "sync_lost_database_count": self.sync_lost_database_count + 1,
        }
