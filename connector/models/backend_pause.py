# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a backend while it asks them to wait, and shortly after.

The job that receives ``429`` stores the pause here, in a separate transaction, as the
job's transaction is rolled back. Then

* a job that starts before the end of the pause is postponed, and sends nothing;
* jobs are postponed to different times, urgent ones to earlier times;
* for two minutes after the pause, one job at a time works with the backend, and may use
  all the requests that the backend allows. Several jobs would each use up a part of
  them, and none would complete;
* if no job was done since the last pause, the next pause is twice as long: a backend
  that asks for one second at a time would never let a long job complete.

A backend that never asks to wait has no row; its jobs make one query each.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta, timezone
from math import ceil

import psycopg2

from odoo import api, fields, models
from odoo.sql_db import PoolError
from odoo.tools import format_datetime

from odoo.addons.queue_job.job import DEFAULT_PRIORITY

from ..components.external_id import storable_text
from ..database import pg_try_advisory_lock, separate_transaction
from ..exception import (
    MAX_JOB_WAIT_SECONDS,
    NetworkRetryableError,
    RetryableJobError,
)
from ..jobs.lifecycle import DEFAULT_PAUSE_SECONDS, clamp_wait

_logger = logging.getLogger(__name__)

#: seconds after a pause in which one job at a time works with the backend: Odoo's
#: default limit for a job
TURNS_SECONDS = 120
#: a pause may be longer than the backend asks for, up to this
MAX_LONGER_SECONDS = 900
#: jobs that are postponed together start within this time, at most
MAX_SPREAD_SECONDS = 300
LOCK_TIMEOUT = "2s"

#: until when, why, and how many pauses before it let no job complete
Pause = tuple[datetime, str, int]


def utc_now() -> datetime:
    """Return the time (UTC), to the microsecond: a pause may be short."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


class ConnectorBackendPause(models.Model):
    """Until when a backend asks all jobs to wait. One row per backend."""

    _name = "connector.backend.pause"
    _description = "Pause of a Backend"
    _log_access = False

    backend_model = fields.Char(required=True)
    backend_id = fields.Many2oneReference(model_field="backend_model", required=True)
    until = fields.Datetime(required=True)
    reason = fields.Text()
    fruitless_count = fields.Integer(help="Consecutive pauses without a finished job")

    _backend_uniq = models.Constraint(
        "UNIQUE (backend_model, backend_id)", "A backend has one pause."
    )

    # -- jobs -----------------------------------------------------------------

    @api.model
    def _check(self, backend: models.BaseModel, priority: int | None) -> None:
        """Raise an error if a job of this priority must wait.

        :raise RetryableJobError: the backend asks to wait, or has asked shortly before
            and another job is working with it
        """
        known = self._find(backend)
        if known is None:
            return
        until, reason, __ = known
        if until > utc_now():
            error = NetworkRetryableError(
                self._message(backend, until, reason),
                seconds=self._seconds_to(until, backend, priority),
                ignore_retry=True,
            )
            error.paused_until = until
            raise error
        if until + timedelta(seconds=TURNS_SECONDS) < utc_now():
            return
        turn = ("turn", backend._name, backend.id)
        if not pg_try_advisory_lock(self.env, turn):
            raise RetryableJobError(
                self.env._(
                    "%s asked to wait recently: one job at a time may use it, and "
                    "another one does.",
                    backend.display_name,
                ),
                seconds=self._seconds_to(utc_now(), backend, priority),
                ignore_retry=True,
            )

    @api.model
    def _note(
        self,
        backend: models.BaseModel,
        error: RetryableJobError,
        priority: int | None = None,
    ) -> None:
        """Store that the backend asks to wait, and set the wait of the error."""
        if getattr(error, "paused_until", None):
            return
        if not getattr(error, "pauses_backend", True):
            return
        asked = clamp_wait(error.seconds) or DEFAULT_PAUSE_SECONDS
        reason = storable_text(str(error))
        until = self._keep(backend, asked, reason)
        error.paused_until = until
        error.args = (self._message(backend, until, reason),)
        error.seconds = self._seconds_to(until, backend, priority)

    def _count_fruitless(self, backend: models.BaseModel) -> int:
        """Return how many pauses before this one let no job complete."""
        known = self._find(backend)
        if known is None:
            return 0
        until, __, fruitless = known
        if until > utc_now():
            return fruitless
        if until + timedelta(seconds=MAX_JOB_WAIT_SECONDS) < utc_now():
            return 0
        done = self._jobs_of(backend) + [
            ("state", "=", "done"),
            ("date_done", ">=", until.replace(microsecond=0)),
        ]
        if self.env["queue.job"].sudo().search_count(done, limit=1):
            return 0
        return min(fruitless + 1, 10)

    def _message(self, backend: models.BaseModel, until: datetime, reason: str) -> str:
        return self.env._(
            "%(backend)s asks to wait until %(until)s UTC: %(reason)s",
            backend=backend.display_name,
            until=f"{until:%Y-%m-%d %H:%M:%S}",
            reason=reason,
        )

    def _seconds_to(
        self, time: datetime, backend: models.BaseModel, priority: int | None
    ) -> int:
        """Return in how many seconds a job starts, after a time.

        The more jobs wait, the further apart they start: each job that must be
        postponed again costs a worker a few milliseconds.
        """
        remaining = max(0.0, (time - utc_now()).total_seconds())
        waiting = self._count_waiting(backend)
        spread = min(waiting, 20) + max(0, waiting - 20) / 4
        if priority is not None and priority < DEFAULT_PRIORITY:
            spread = spread / 4
        jitter = random.uniform(0, min(max(spread, 3), MAX_SPREAD_SECONDS))
        # times of jobs are whole seconds: round up, never start too early
        return ceil(remaining + jitter) + 1

    def _count_waiting(self, backend: models.BaseModel) -> int:
        waiting = [("state", "in", ("pending", "enqueued", "started"))]
        return (
            self.env["queue.job"].sudo().search_count(self._jobs_of(backend) + waiting)
        )

    def _jobs_of(self, backend: models.BaseModel) -> list:
        return [
            ("sync_backend_model", "=", backend._name),
            ("sync_backend_id", "=", backend.id),
        ]

    # -- rows -----------------------------------------------------------------

    def _find(self, backend: models.BaseModel) -> Pause | None:
        """Return the last pause of the backend, which may be over."""
        self.env.cr.execute(
            "SELECT until, reason, fruitless_count FROM connector_backend_pause"
            " WHERE backend_model = %s AND backend_id = %s",
            (backend._name, backend.id),
        )
        return self.env.cr.fetchone()

    def _keep(self, backend: models.BaseModel, asked: int, reason: str) -> datetime:
        """Store a pause in a separate transaction; return its end.

        That transaction sees the pauses that other workers have stored. If it fails,
        only the current job waits.
        """
        try:
            with separate_transaction(self, LOCK_TIMEOUT) as pauses:
                if pauses.env[backend._name].browse(backend.id).exists():
                    return pauses._begin(backend, asked, reason)
        except psycopg2.errors.SerializationFailure:
            return utc_now() + timedelta(seconds=asked)  # another worker stores it now
        except (psycopg2.Error, PoolError):
            _logger.warning(
                "The pause of %s could not be stored", backend, exc_info=True
            )
            return utc_now() + timedelta(seconds=asked)
        # the backend was created in this transaction: no other job works with it
        return self._begin(backend, asked, reason)

    def _begin(self, backend: models.BaseModel, asked: int, reason: str) -> datetime:
        """Start a pause of the requested seconds, or longer."""
        fruitless = self._count_fruitless(backend)
        longer = min(asked * 2**fruitless, MAX_LONGER_SECONDS)
        until = utc_now() + timedelta(seconds=max(asked, longer))
        self._write_down(backend, (until, reason, fruitless))
        return until

    def _write_down(self, backend: models.BaseModel, pause: Pause) -> None:
        self.env.cr.execute(
            "INSERT INTO connector_backend_pause"
            " (backend_model, backend_id, until, reason, fruitless_count)"
            " VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (backend_model, backend_id) DO UPDATE"
            " SET until = EXCLUDED.until, reason = EXCLUDED.reason,"
            " fruitless_count = EXCLUDED.fruitless_count"
            " WHERE connector_backend_pause.until < EXCLUDED.until",
            (backend._name, backend.id, *pause),
        )
        self.invalidate_model()

    # -- users ----------------------------------------------------------------

    @api.model
    def _lift(self, backends: models.BaseModel) -> None:
        """Delete the pauses of backends: their jobs may start."""
        self.search(
            [("backend_model", "=", backends._name), ("backend_id", "in", backends.ids)]
        ).unlink()

    @api.model
    def _describe(self, backend: models.BaseModel) -> str | None:
        """Return until when the backend asks to wait, and why; None if it does not."""
        known = self._find(backend)
        if known is None or known[0] <= utc_now():
            return None
        until, reason, __ = known
        return self.env._(
            "%(backend)s asks to wait until %(until)s: %(reason)s",
            backend=backend.display_name,
            until=format_datetime(self.env, until),
            reason=reason,
        )
