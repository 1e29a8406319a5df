# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of a job that waits, when the same is delayed once more.

``queue_job`` keeps the waiting job and drops the new wish, with its time: an import
that waits till tomorrow would swallow each import that is wanted now. Here the waiting
job takes the earlier of both times, and the more urgent priority.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from odoo import fields, models

from odoo.addons.queue_job.delay import DelayableRecordset
from odoo.addons.queue_job.job import DEFAULT_PRIORITY, PENDING

from .job_waits import MAX_JOB_WAIT_SECONDS


class BringingForward(DelayableRecordset):
    """Delayable records whose waiting job is brought forward by an equal wish."""

    __slots__ = ()

    @classmethod
    def of(cls, delayable_records: DelayableRecordset) -> BringingForward:
        """Return the same delayable records, with this behaviour."""
        records = cls.__new__(cls)
        records.delayable = delayable_records.delayable
        return records

    def __getattr__(self, name: str) -> Callable:
        delay = super().__getattr__(name)

        def delay_or_bring_forward(*args: Any, **kwargs: Any) -> Any:
            job = delay(*args, **kwargs)
            if isinstance(job, models.BaseModel):
                bring_forward(job, self.delayable.eta, self.delayable.priority)
            return job

        return delay_or_bring_forward


def bring_forward(
    job: models.BaseModel,
    eta: datetime | timedelta | int | None = None,
    priority: int | None = None,
) -> None:
    """Let a waiting job begin at ``eta``, or now, unless it begins earlier anyway.

    A job that failed, and waits for its next try, keeps its time: many wishes would use
    up its tries while the backend is down.
    """
    now = fields.Datetime.now()
    wish = _as_time(eta, now)
    priority = DEFAULT_PRIORITY if priority is None else priority
    values: dict[str, Any] = {}
    if job.eta and job.eta > wish and not _waits_for_next_try(job, now):
        values["eta"] = wish if wish > now else False
    if job.priority > priority:
        values["priority"] = priority
    if values and job.state == PENDING and not job.sync_is_parked:
        _write_unless_taken(job, values)


def _as_time(eta: datetime | timedelta | int | None, now: datetime) -> datetime:
    if isinstance(eta, datetime):
        return eta
    if not isinstance(eta, timedelta):
        eta = timedelta(seconds=eta or 0)
    return now + eta


def _waits_for_next_try(job: models.BaseModel, now: datetime) -> bool:
    """Return whether a job waits for a time that a retry pattern may have given it."""
    return bool(job.retry) and job.eta <= now + timedelta(seconds=MAX_JOB_WAIT_SECONDS)


def _write_unless_taken(job: models.BaseModel, values: dict[str, Any]) -> None:
    """Write on a job that nobody has by now; the transaction goes on in any case."""
    try:
        with job.env.cr.savepoint():
            if job.try_lock_for_update():
                job.write(values)
                job.flush_recordset()
    except psycopg2.OperationalError:
        # the runner, or another wish, has changed it since our transaction began
        job.invalidate_recordset()
