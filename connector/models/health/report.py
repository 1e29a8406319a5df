# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The state of all backends as JSON, for uptime monitors.

It contains the names of backends, but neither secrets nor names of records: the texts
of conditions of backends, which quote records and answers, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..sync_error import OPEN_STATES
from .condition import Condition, worst_of
from .cron import SCHEDULE
from .health import Key


class Backlog(NamedTuple):
    """Jobs of one backend.

    :param waiting: jobs that could start
    :param postponed: jobs that wait for a time, or for other jobs
    :param oldest_seconds: for which the oldest waiting job could have started
    """

    waiting: int = 0
    postponed: int = 0
    running: int = 0
    oldest_seconds: float = 0.0


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _report(self) -> dict[str, Any]:
        """Return the report on all backends; call it as superuser."""
        backends = self._find_backends()
        conditions = self._find_conditions_of(backends)
        backlogs = self._read_backlogs()
        errors = self._count_open_errors()
        totals = self.env["connector.sync.total"].sudo()._read_totals()
        successes = self._read_successes(totals)
        by_backend: dict[tuple, list[Condition]] = {}
        for condition in conditions:
            by_backend.setdefault(condition.backend_key, []).append(condition)
        return {
            "status": worst_of(conditions),
            "checked_at": _time(fields.Datetime.now()),
            "runner": self._describe_runner(conditions),
            "cron": self._describe_cron(conditions),
            "backends": [
                self._describe_backend(
                    backend,
                    by_backend.get(key, []),
                    backlogs.get(key, Backlog()),
                    sum(errors.get(key, {}).values()),
                    successes.get(key),
                )
                for key, backend in backends.items()
            ],
        }

    @api.model
    def _describe_backend(
        self,
        backend: models.BaseModel,
        conditions: list[Condition],
        backlog: Backlog,
        open_errors: int,
        last_success: datetime | None,
    ) -> dict[str, Any]:
        return {
            "name": backend.display_name,
            "model": backend._name,
            "id": backend.id,
            "state": backend.state if "state" in backend._fields else None,
            "status": worst_of(conditions),
            "last_success": _time(last_success),
            "next_run": _time(self._next_run(backend)),
            "backlog": backlog.waiting,
            "oldest_waiting_seconds": round(backlog.oldest_seconds, 1),
            "open_errors": open_errors,
            "conditions": [
                {
                    "kind": condition.kind,
                    "severity": condition.severity,
                    "code": condition.code,
                    "since": _time(condition.since),
                    "count": condition.count,
                }
                for condition in conditions
            ],
        }

    @api.model
    def _describe_runner(self, conditions: Iterable[Condition]) -> dict[str, Any]:
        """Return the kind of the job runner, and its conditions."""
        return {"kind": self._find_kind_of_runner(), **_of_kind("runner", conditions)}

    @api.model
    def _describe_cron(self, conditions: Iterable[Condition]) -> dict[str, Any]:
        """Return when the schedule of backends ran, and its conditions."""
        cron = self.env.ref(SCHEDULE, raise_if_not_found=False)
        return {
            "last_run": _time(cron and cron.sudo().lastcall),
            "next_run": _time(cron and cron.sudo().nextcall),
            **_of_kind("cron", conditions),
        }

    @api.model
    def _next_run(self, backend: models.BaseModel) -> datetime | None:
        """Return the next time of the schedule, None for a backend without one."""
        if not backend._has_states or backend.state != "production":
            return None
        return min(backend._find_due_times(), default=None)

    # -- numbers --------------------------------------------------------------

    @api.model
    def _read_backlogs(self) -> dict[Key, Backlog]:
        """Return the jobs of each backend that has any, in one query."""
        self.env["queue.job"].sudo().flush_model()
        self.env.cr.execute(
            """
            WITH job AS (
                SELECT sync_backend_model, sync_backend_id, state,
                       clock_timestamp() AT TIME ZONE 'UTC'
                           - greatest(date_created, eta) AS age
                FROM queue_job
                WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started')
                  AND sync_backend_model IS NOT NULL
            )
            SELECT sync_backend_model, sync_backend_id,
                   count(*) FILTER (WHERE is_waiting),
                   count(*) FILTER (WHERE NOT is_waiting AND state <> 'started'),
                   count(*) FILTER (WHERE state = 'started'),
                   coalesce(extract(
                       epoch FROM max(age) FILTER (WHERE is_waiting)
                   ), 0)::float8
            FROM (
                SELECT *, state = 'enqueued' OR (
                    state = 'pending' AND age >= interval '0'
                ) AS is_waiting FROM job
            ) AS job
            GROUP BY sync_backend_model, sync_backend_id
            """
        )
        return {
            (model, backend_id): Backlog(*numbers)
            for model, backend_id, *numbers in self.env.cr.fetchall()
        }

    @api.model
    def _count_open_errors(self) -> dict[Key, dict[str, int]]:
        """Return the number of open errors by backend and code of their cause."""
        groups = (
            self.env["connector.sync.error"]
            .sudo()
            ._read_group(
                [("state", "in", OPEN_STATES)],
                ["backend_model", "backend_id", "cause"],
                ["__count"],
            )
        )
        found: dict[Key, dict[str, int]] = {}
        for model, backend_id, cause, count in groups:
            found.setdefault((model, backend_id), {})[cause] = count
        return found

    @api.model
    def _read_successes(self, totals: models.BaseModel) -> dict[Key, datetime]:
        """Return when each backend was last synchronized, or searched for changes."""
        cursors = self.env["connector.cursor"].sudo()
        times = [(total, total.last_success_at) for total in totals]
        times += [(cursor, cursor.looked_at) for cursor in cursors.search(Domain.TRUE)]
        found: dict[Key, datetime] = {}
        for row, at in times:
            key = (row.backend_model, row.backend_id)
            if at and at > found.get(key, datetime.min):
                found[key] = at
        return found


def _of_kind(kind: str, conditions: Iterable[Condition]) -> dict[str, Any]:
    """Return the worst condition of the database of one kind, as JSON."""
    found = next((one for one in conditions if one.kind == kind), None)
    return {
        "status": worst_of([found] if found else []),
        "text": found.text if found else None,
        "since": _time(found.since) if found else None,
    }


def _time(value: datetime | None) -> str | None:
    """Return a time (UTC) in the format of ISO 8601."""
    return f"{value.replace(microsecond=0).isoformat()}Z" if value else None
