# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from odoo import fields, models

from odoo.addons.queue_job.job import DONE, FAILED, PENDING, STARTED

from ..database import LOST_DATABASE_SECONDS, lost_database_names

_logger = logging.getLogger(__name__)

LOST_DATABASE_NAMES = lost_database_names()
#: how often one job may lose the database before it fails
LOST_DATABASE_TRIES = 10


class QueueJob(models.Model):
    """Try a job of a connector again when its database was lost.

    The job runner leaves a savepoint on the dead connection, and so sees another
    error than ``retry_without_database`` raised. It notes the failure over a new
    connection, here. Nothing that the job did is left: it was rolled back.
    """

    _inherit = "queue.job"

    sync_lost_database_count = fields.Integer(
        string="Database lost",
        readonly=True,
        help="How often the job was tried again because the database was lost",
    )

    def write(self, vals):
        if not self._has_lost_database(vals):
            return super().write(vals)
        if not self._is_still_of_worker(vals.get("worker_pid")):
            _logger.info("%s was taken over since: not failed", self.uuid)
            return True
        _logger.warning("%s lost the database, and is tried again", self.uuid)
        return super().write({**vals, **self._try_again_values(vals)})

    def _has_lost_database(self, values: Mapping[str, Any]) -> bool:
        """Tell whether this is the failure of a connector's job to be tried again."""
        return (
            values.get("state") == FAILED
            and values.get("exc_name") in LOST_DATABASE_NAMES
            and len(self) == 1
            and self._is_of_connector()
            and self.sync_lost_database_count < LOST_DATABASE_TRIES
        )

    def _is_of_connector(self) -> bool:
        """Tell whether the job is about a backend or a binding."""
        return bool(self.sync_backend_model) or (
            self.model_name in self._connector_model_names()
        )

    def _is_still_of_worker(self, worker_pid: int | None) -> bool:
        """Tell whether no other worker, and nobody else, has the job by now.

        The runner takes a job whose connection is gone for dead, and may have
        given it to another. A job that was done is done again, as its commit may
        be all that happened: what depends on it would wait for ever.
        """
        if self.state == STARTED:
            return self.worker_pid == (worker_pid or 0)
        return self.state == DONE

    def _try_again_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what makes the failed job one to be tried soon; it is no try."""
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
