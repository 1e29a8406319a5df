# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers of the dashboard: one query each, for all backends together.

``errors``      open errors                               ``connector.sync.error``
``jobs``        running and waiting jobs                  ``queue.job``
``searches``    last search for changes                   ``connector.cursor``
``sums``        outcomes of each hour, last changes       ``connector.sync.rollup``

Open errors are those that the user may read. The other numbers are read by SQL for all
backends; ``dashboard.py`` shows only those of backends that the user may read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from odoo import fields
from odoo.api import Environment
from odoo.tools import SQL

from ..jobs.lifecycle import PENDING_STATES
from .health.health import Key
from .sync_error import OPEN_STATES

#: the hours of the strip
HOURS = 24


@dataclass
class Jobs:
    """The jobs of one model that are still to be performed."""

    waiting: int = 0
    running: int = 0
    #: how many of the waiting jobs are due, or will be within a minute
    due: int = 0
    oldest: datetime | None = None

    def add(self, other: Jobs) -> None:
        self.waiting += other.waiting
        self.running += other.running
        self.due += other.due
        if other.oldest and (self.oldest is None or other.oldest < self.oldest):
            self.oldest = other.oldest


@dataclass
class Numbers:
    """The numbers of one backend, by the names of its models."""

    errors: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, Jobs] = field(default_factory=dict)
    searches: dict[str, datetime] = field(default_factory=dict)
    sums: list[dict[str, Any]] = field(default_factory=list)

    def count_failing(self) -> int:
        """Return the number of failing records; errors of the backend are not."""
        return sum(count for name, count in self.errors.items() if name)

    def total_jobs(self) -> Jobs:
        total = Jobs()
        for jobs in self.jobs.values():
            total.add(jobs)
        return total

    def last(self, column: str, model_name: str | None = None) -> datetime | None:
        """Return the latest time of a column of the sums, of one model or of all."""
        seconds = [
            row[column]
            for row in self.sums
            if row[column] and model_name in (None, row["model_name"])
        ]
        if not seconds:
            return None
        last = datetime.fromtimestamp(max(seconds), timezone.utc)
        return last.replace(tzinfo=None, microsecond=0)


def read_numbers(env: Environment, first_hour: datetime) -> dict[Key, Numbers]:
    """Return the numbers of all backends.

    :param first_hour: start of the strip, in UTC
    """
    found: dict[Key, Numbers] = defaultdict(Numbers)
    for *key, model_name, count in read_open_errors(env):
        found[tuple(key)].errors[model_name or ""] = count
    for *key, model_name, jobs in read_jobs(env):
        found[tuple(key)].jobs[model_name] = jobs
    for *key, model_name, searched_at in read_searches(env):
        found[tuple(key)].searches[model_name] = searched_at
    since = (first_hour - datetime(1970, 1, 1)).total_seconds()
    for row in env["connector.sync.rollup"].sudo()._read_sums(since):
        found[row["backend_model"], row["backend_id"]].sums.append(row)
    return found


def read_open_errors(env: Environment) -> list[tuple]:
    """Return backend, model and number of the open errors that the user may read."""
    return env["connector.sync.error"]._read_group(
        [("state", "in", OPEN_STATES)],
        ["backend_model", "backend_id", "model_name"],
        ["__count"],
    )


def read_jobs(env: Environment) -> list[tuple]:
    """Return backend, model and ``Jobs`` of the jobs that are to be performed."""
    jobs = env["queue.job"].sudo()
    jobs.flush_model(["state", "eta", "date_created"])
    now = fields.Datetime.now()
    rows = env.execute_query(
        SQL(
            """
            SELECT sync_backend_model, sync_backend_id, coalesce(model_name, ''),
                   count(*) FILTER (WHERE state != 'started'),
                   count(*) FILTER (WHERE state = 'started'),
                   count(*) FILTER (
                       WHERE state != 'started' AND (eta IS NULL OR eta < %s)
                   ),
                   min(date_created) FILTER (WHERE state != 'started')
            FROM queue_job
            WHERE state = ANY(%s) AND sync_backend_model IS NOT NULL
            GROUP BY 1, 2, 3
            """,
            now + timedelta(minutes=1),
            list(PENDING_STATES),
        )
    )
    return [(*row[:3], Jobs(*row[3:])) for row in rows]


def read_searches(env: Environment) -> list[tuple]:
    """Return backend, model and time of the last searches for changes."""
    env["connector.cursor"].flush_model(["looked_at"])
    return env.execute_query(
        SQL(
            """
            SELECT backend_model, backend_id, model_name, max(looked_at)
            FROM connector_cursor
            WHERE looked_at IS NOT NULL
            GROUP BY 1, 2, 3
            """
        )
    )


def sum_hours(sums: list[dict[str, Any]]) -> list[dict[str, list[int]]]:
    """Return ``{direction: [changed, not changed, failed]}`` of each hour.

    An outcome of a worker whose clock is ahead counts in the last hour.
    """
    hours = [{"import": [0, 0, 0], "export": [0, 0, 0]} for __ in range(HOURS)]
    for row in sums:
        if row["hour"] >= 0:
            numbers = hours[min(row["hour"], HOURS - 1)][row["direction"]]
            numbers[0] += row["changed"]
            numbers[1] += row["unchanged"] + row["skipped"]
            numbers[2] += row["failed"]
    return hours
