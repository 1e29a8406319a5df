# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prepare each job right before it runs: may it start, and in which context?

``queue_job`` has no hook between loading a job and running its method, and all ways to
run one meet in ``Job.perform``: the runner, a shell, the trapped jobs of a test. So
this is the one place that is asked, for the jobs of our bindings as for those that an
author writes. A method that is called directly, outside a job, does not come here.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from odoo.addons.queue_job.job import Job


def prepare_before_perform() -> None:
    """Let ``queue.job._prepare_to_perform`` look at each job before it runs.

    It does nothing in a database without this addon, and nothing the second time.
    """
    perform = Job.perform
    if hasattr(perform, "__wrapped__"):
        return

    @wraps(perform)
    def perform_prepared(job: Job) -> Any:
        prepare = getattr(job.env["queue.job"], "_prepare_to_perform", None)
        if prepare is not None:
            prepare(job)
        return perform(job)

    Job.perform = perform_prepared


prepare_before_perform()
