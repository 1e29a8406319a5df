# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prepare each job right before it runs: may it start, and in which context?

``queue_job`` has no hook between loading a job and running its method, and all ways to
run one meet in ``Job.perform``: the runner, a shell, the trapped jobs of a test. So
this is the one place that is asked, for the jobs of our bindings as for those that an
author writes. A method that is called directly, outside a job, does not come here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from odoo.api import Environment

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job

_running: ContextVar[Job | None] = ContextVar("connector_running_job", default=None)
_KEY = "connector.job_that_ran"


def running_job(env: Environment) -> Job | None:
    """Return the job that is being performed, None outside of jobs.

    What a job left to be done before its commit belongs to it, too.
    """
    return _running.get() or env.cr.precommit.data.get(_KEY)


@contextmanager
def _running_as(job: Job) -> Iterator[None]:
    """Let ``running_job`` know the job, until what it left for the commit is done."""
    token = _running.set(job)
    try:
        yield
    finally:
        _running.reset(token)
    if len(job.env.cr.precommit):
        job.env.cr.precommit.data[_KEY] = job


def prepare_before_perform() -> None:
    """Let ``queue.job._prepare_to_perform`` look at each job before it runs.

    And let ``_note_wait`` look at the error of one that is to be tried again.

    It does nothing in a database without this addon, and nothing the second time.
    """
    perform = Job.perform
    if hasattr(perform, "__wrapped__"):
        return

    @wraps(perform)
    def perform_prepared(job: Job) -> Any:
        jobs = job.env["queue.job"]
        if not hasattr(jobs, "_prepare_to_perform"):
            return perform(job)
        jobs._prepare_to_perform(job)
        try:
            with _running_as(job):
                return perform(job)
        except RetryableJobError as error:
            jobs._note_wait(job, error)
            raise

    Job.perform = perform_prepared


prepare_before_perform()
