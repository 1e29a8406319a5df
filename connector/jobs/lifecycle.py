# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a job of a binding, before and around the method that it calls.

::

    with_delay ──► equal job waits? ── yes ──► bring_forward(that job)
                        │ no
                        ▼
                  queue.job row: priority, backend, subject
                        │
                        ▼            may raise: the backend is paused,
    Job.perform ──► _prepare_to_perform(job)   or asks to wait
                    method                     running_job(env) returns the job
                    note_failure(job, error)   for the stored failure (failure.py)
                    _note_wait(job, error)     after a RetryableJobError

**Priority.** The lower the number, the earlier a job runs:

====================  ======================================================
3                     the import that a webhook asked for
4                     the export of an edit
10                    a few records that a user selected (the default)
20, 21, 22, …         all records, or all changes, of the first, second, …
                      model of a backend
====================  ======================================================

A job that is delayed by another job inherits its priority: the chunks of a search run
before the search of the next model, and the dependencies of a webhook's record run
before a bulk import.

**Equal job.** ``queue_job`` does not store a job whose identity key a waiting job has.
It drops the time and the priority of the new job, so an import that waits until
tomorrow would swallow every import that is requested now. Here the waiting job takes
the earlier time and the lower priority number of the two.

**Perform.** ``queue_job`` has no hook between loading a job and running its method. The
runner, a shell and the trapped jobs of a test all call ``Job.perform``, so it is
wrapped. A method that is called directly, outside a job, is not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import wraps
from math import ceil, isfinite
from typing import Any

import psycopg2

from odoo import fields, models
from odoo.api import Environment

from odoo.addons.queue_job.delay import Delayable, DelayableRecordset
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import (
    DEFAULT_PRIORITY,
    ENQUEUED,
    PENDING,
    WAIT_DEPENDENCIES,
    Job,
)
from odoo.addons.queue_job.utils import must_run_without_delay

from ..exception import MAX_JOB_WAIT_SECONDS, NetworkRetryableError
from .failure import note_failure

#: states of a job that will still be performed
PENDING_STATES = ("wait_dependencies", "pending", "enqueued", "started")

#: of jobs that a webhook delays
WEBHOOK_PRIORITY = 3
#: of jobs that export an edit
EDIT_PRIORITY = 4
#: of the first model of a backend; the others follow in their order
BULK_PRIORITY = 20

#: context key: the batch for which a job searches
BATCH = "connector_batch_id"
#: context key: the trigger of a job, ``user`` unless given
TRIGGER = "connector_trigger"

#: the wait where a backend asks for one without saying how long
DEFAULT_PAUSE_SECONDS = 60

_running: ContextVar[Job | None] = ContextVar("connector_running_job", default=None)
_KEY = "connector.job_that_ran"


def running_job(env: Environment) -> Job | None:
    """Return the job that is being performed, None outside of jobs.

    Work that a job leaves for its commit belongs to the job, too.
    """
    return _running.get() or env.cr.precommit.data.get(_KEY)


def running_priority(env: Environment) -> int | None:
    """Return the priority of the job that is being performed, None outside of jobs."""
    job = running_job(env)
    return None if job is None else job.priority


@contextmanager
def _running_as(job: Job) -> Iterator[None]:
    token = _running.set(job)
    try:
        yield
    finally:
        _running.reset(token)
    if len(job.env.cr.precommit):
        job.env.cr.precommit.data[_KEY] = job


def wrap_perform() -> None:
    """Wrap ``Job.perform``, once; in a database without this addon nothing changes."""
    perform = Job.perform
    if hasattr(perform, "__wrapped__"):
        return

    @wraps(perform)
    def perform_prepared(job: Job) -> Any:
        jobs = job.env["queue.job"]
        if not hasattr(jobs, "_prepare_to_perform"):
            return perform(job)
        with jobs._logging_as(job):
            jobs._prepare_to_perform(job)
            try:
                with _running_as(job):
                    return perform(job)
            except Exception as error:
                note_failure(job, error)
                if isinstance(error, RetryableJobError):
                    jobs._note_wait(job, error)
                raise

    Job.perform = perform_prepared


# -- in which company and as which user ------------------------------------------


def company_of(backend: models.BaseModel) -> models.BaseModel:
    """Return the company of a backend, an empty one if it is for all of them."""
    if "company_id" in backend._fields:
        return backend.company_id
    return backend.env["res.company"]


def in_own_company(backend: models.BaseModel) -> models.BaseModel:
    """Return the backend in the environment of its company, for jobs delayed there."""
    return backend.with_company(company_of(backend))


def as_own_user(backend: models.BaseModel) -> models.BaseModel:
    """Return the backend in the environment of its user, with this user's rights.

    Jobs of schedules and webhooks are delayed there, and so are the jobs that these
    delay.
    """
    user = backend.sudo().user_id
    companies = company_of(backend.sudo()) or user.company_id | user.company_ids
    return backend.with_user(user).with_context(allowed_company_ids=companies.ids)


# -- how long it waits for a retry ---------------------------------------------


def clamp_wait(seconds: Any) -> int | None:
    """Return a wait in whole seconds, an hour at most; None if it is not a number.

    None and 0 leave the wait to the retry pattern of the job.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if seconds > MAX_JOB_WAIT_SECONDS:  # before isfinite: an int may be too large
        return MAX_JOB_WAIT_SECONDS
    if not isfinite(seconds) or seconds <= 0:
        return None
    return ceil(seconds)


def asks_to_wait(error: Any) -> bool:
    """Return whether the backend asks all its jobs to wait.

    Adapters raise it as ``NetworkRetryableError(…, seconds=…, ignore_retry=True)``.
    """
    return isinstance(error, NetworkRetryableError) and bool(error.ignore_retry)


def keeps_dependencies(error: Exception) -> bool:
    """Return whether a job may commit the dependencies that it synchronized.

    Nothing was written for the record that needs them. Another job continues with it,
    instead of starting again with the dependencies.
    """
    return getattr(error, "keeps_dependencies", False)


# -- an equal job waits already ------------------------------------------------


class BringingForward(DelayableRecordset):
    """Delayable records that bring an equal waiting job forward."""

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
    """Start a waiting job at ``eta``, or now, unless it starts earlier.

    A job that failed and waits for its retry keeps its time: repeated requests would
    use up its retries while the backend is down.
    """
    now = fields.Datetime.now()
    if not isinstance(eta, datetime):
        eta = now + (eta if isinstance(eta, timedelta) else timedelta(seconds=eta or 0))
    priority = DEFAULT_PRIORITY if priority is None else priority
    retry_until = now + timedelta(seconds=MAX_JOB_WAIT_SECONDS)
    waits_for_retry = bool(job.retry and job.eta and job.eta <= retry_until)
    values: dict[str, Any] = {}
    if job.eta and job.eta > eta and not waits_for_retry:
        values["eta"] = eta if eta > now else False
    if job.priority > priority:
        values["priority"] = priority
    if values and job.state == PENDING and not job.sync_is_parked:
        _write_unless_taken(job, values)


def _write_unless_taken(job: models.BaseModel, values: dict[str, Any]) -> None:
    """Write on a job unless another transaction has it; never abort this one."""
    try:
        with job.env.cr.savepoint():
            if job.try_lock_for_update():
                job.write(values)
                job.flush_recordset()
    except psycopg2.OperationalError:
        # the runner, or another request, has changed it since this transaction began
        job.invalidate_recordset()


def delay_many(delayables: Iterable[Delayable]) -> None:
    """Delay jobs that differ in their arguments only, in two queries.

    Each is like ``records.delayable(identity_key=…).method(…)``. A job that an equal
    one waits for is not stored; that one is brought forward.
    """
    jobs = [delayable._build_job() for delayable in delayables]
    if not jobs:
        return
    env = jobs[0].env
    if must_run_without_delay(env):
        for job in jobs:
            job.perform()
        return
    stored = env["queue.job"].sudo()
    waiting = stored.search(
        [
            ("identity_key", "in", [job.identity_key for job in jobs]),
            ("state", "in", (WAIT_DEPENDENCIES, PENDING, ENQUEUED)),
        ]
    )
    known = {job.identity_key: job for job in waiting}
    new = [job for job in jobs if job.identity_key not in known]
    for job in jobs:
        if job.identity_key in known:
            bring_forward(known[job.identity_key], job.eta, job.priority)
    stored.with_context(_job_edit_sentinel=stored.EDIT_SENTINEL).create(
        [job._store_values(create=True) for job in new]
    )


wrap_perform()
