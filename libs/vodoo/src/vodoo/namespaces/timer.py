# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Timers of timesheets (Odoo Enterprise, module ``timesheet_grid``).

In Odoo 19 a timer runs on the timesheet line. Before, it ran on the task or ticket as
a ``timer.timer``, and stopping it opened a wizard that created the line.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import RecordNotFoundError
from .._runners import awaited
from .._runners.sync import blocking, run
from .._values import Record, to_datetime
from .base import Namespace

LINE = "account.analytic.line"
FIELDS = (
    "id name project_id task_id helpdesk_ticket_id unit_amount timer_start date"
).split()

#: Since this version timers run on timesheet lines.
TIMERS_ON_LINES_VERSION = 19

#: wizard that stopping a timer opens: the method that confirms it
WIZARDS = {
    "project.task.create.timesheet": "save_timesheet",
    "helpdesk.ticket.create.timesheet": "action_generate_timesheet",
    "hr.timesheet.stop.timer.confirmation.wizard": "action_stop_timer",
}


@dataclass(frozen=True)
class Timesheet:
    """A timesheet line, or a timer without a line yet (``id`` is None).

    The timer runs on the record ``res_id`` of ``res_model``.
    """

    id: int | None
    name: str | None
    project: str | None = None
    task: str | None = None
    ticket: str | None = None
    hours: float = 0.0
    date: str | None = None
    timer_start: datetime.datetime | None = None
    res_model: str = LINE
    res_id: int | None = None

    @property
    def is_running(self) -> bool:
        return self.timer_start is not None


def timesheet_of(record: Record) -> Timesheet:
    """Return the timesheet of a line."""

    def label(name: str) -> str | None:
        value = record.get(name)
        return value[1] if value else None

    start = record.get("timer_start")
    return Timesheet(
        id=record["id"],
        name=record.get("name"),
        project=label("project_id"),
        task=label("task_id"),
        ticket=label("helpdesk_ticket_id"),
        hours=record.get("unit_amount") or 0.0,
        date=record.get("date"),
        timer_start=to_datetime(start) if start else None,
        res_id=record["id"],
    )


class _Handle:
    def __init__(self, timer: TimerBase, res_model: str, res_id: int) -> None:
        self.timer = timer
        self.res_model = res_model
        self.res_id = res_id


class AsyncTimerHandle(_Handle):
    """A started timer."""

    async def stop(self) -> None:
        """Stop the timer."""
        await self.timer._stop(self.res_model, self.res_id)


class TimerHandle(_Handle):
    """A started timer."""

    stop = blocking(AsyncTimerHandle.stop)


class TimerBase(Namespace):
    async def _start(self, model: str, record_id: int) -> tuple[str, int]:
        await self._call(model, "action_timer_start", ids=[record_id])
        return model, record_id

    async def _start_source(self, timesheet_id: int) -> tuple[str, int]:
        return await self._start(*await self._source(timesheet_id))

    async def _stop(self, model: str, record_id: int) -> None:
        """Stop a timer and confirm the wizard that Odoo may open."""
        action = await self._call(model, "action_timer_stop", ids=[record_id])
        if not isinstance(action, dict) or action.get("res_model") not in WIZARDS:
            return
        wizard = action["res_model"]
        context = {
            **(action.get("context") or {}),
            "active_model": model,
            "active_id": record_id,
            "active_ids": [record_id],
        }
        wizard_id = action.get("res_id") or await self._create(wizard, {}, context)
        await self._call(wizard, WIZARDS[wizard], ids=[wizard_id], context=context)

    async def _on_lines(self) -> bool:
        return (await self._version()) >= TIMERS_ON_LINES_VERSION

    async def _source(self, timesheet_id: int) -> tuple[str, int]:
        """Return the record on which the timer of a line runs."""
        if await self._on_lines():
            return LINE, timesheet_id
        found = await self._search_existing(
            LINE, [["id", "=", timesheet_id]], ["task_id", "helpdesk_ticket_id"]
        )
        if not found:
            raise RecordNotFoundError(LINE, timesheet_id)
        for field, model in (
            ("helpdesk_ticket_id", "helpdesk.ticket"),
            ("task_id", "project.task"),
        ):
            if found[0].get(field):
                return model, found[0][field][0]
        return LINE, timesheet_id

    async def _lines(
        self, domain: Sequence[Any], limit: int | None = None
    ) -> Sequence[Timesheet]:
        own = [
            ["user_id", "=", await self._uid()],
            ["project_id", "!=", False],
            *domain,
        ]
        records = await self._search_existing(
            LINE, own, FIELDS, limit=limit, order="date desc, id desc"
        )
        return [timesheet_of(record) for record in records]

    async def _uid(self) -> int:
        transport = await self.client._ready_transport()
        return int(await transport._uid())

    async def _running_timers(self) -> Sequence[Timesheet]:
        domain = [
            ["user_id", "=", await self._uid()],
            ["timer_start", "!=", False],
            ["timer_pause", "=", False],
        ]
        fields = ["timer_start", "res_model", "res_id"]
        timers = await self._search_read("timer.timer", domain, fields)
        return [await self._timesheet_of(timer) for timer in timers]

    async def _timesheet_of(self, timer: Record) -> Timesheet:
        """Return the timesheet of a ``timer.timer``."""
        model, record_id = timer["res_model"], timer["res_id"]
        names = await self._read(model, [record_id], ["display_name"])
        name = names[0]["display_name"] if names else None
        return Timesheet(
            id=record_id if model == LINE else None,
            name=name,
            timer_start=to_datetime(timer["timer_start"]),
            res_model=model,
            res_id=record_id,
            task=name if model == "project.task" else None,
            ticket=name if model == "helpdesk.ticket" else None,
        )


class AsyncTimer(TimerBase):
    """Start and stop the timers of the connected user."""

    async def list(
        self, *, days: int = 0, limit: int | None = None
    ) -> Sequence[Timesheet]:
        """Return the user's timesheets of today (UTC) and the ``days`` before.

        A negative number returns all timesheets.
        """
        domain = []
        if days >= 0:
            today = datetime.datetime.now(datetime.timezone.utc).date()
            domain = [["date", ">=", today - datetime.timedelta(days=days)]]
        return await self._lines(domain, limit=limit)

    async def active(self) -> Sequence[Timesheet]:
        """Return the running timers."""
        if await self._on_lines():
            return await self._lines([["timer_start", "!=", False]])
        return await self._running_timers()

    async def start_task(self, task_id: int) -> AsyncTimerHandle:
        """Start the timer of a task."""
        return AsyncTimerHandle(self, *await self._start("project.task", task_id))

    async def start_ticket(self, ticket_id: int) -> AsyncTimerHandle:
        """Start the timer of a ticket."""
        return AsyncTimerHandle(self, *await self._start("helpdesk.ticket", ticket_id))

    async def start_timesheet(self, timesheet_id: int) -> AsyncTimerHandle:
        """Start the timer of a timesheet (before Odoo 19, of its task or ticket)."""
        return AsyncTimerHandle(self, *await self._start_source(timesheet_id))

    async def stop_timesheet(self, timesheet_id: int) -> None:
        """Stop the timer of a timesheet (before Odoo 19, of its task or ticket)."""
        model, record_id = await self._source(timesheet_id)
        await self._stop(model, record_id)

    async def stop(self) -> Sequence[Timesheet]:
        """Stop all running timers and return them."""
        running = await awaited(self.active())
        for timesheet in running:
            assert timesheet.res_id is not None
            await self._stop(timesheet.res_model, timesheet.res_id)
        return running


class Timer(TimerBase):
    """Start and stop the timers of the connected user."""

    list = blocking(AsyncTimer.list)
    active = blocking(AsyncTimer.active)
    stop_timesheet = blocking(AsyncTimer.stop_timesheet)
    stop = blocking(AsyncTimer.stop)

    def start_task(self, task_id: int) -> TimerHandle:
        """Start the timer of a task."""
        return TimerHandle(self, *run(self._start("project.task", task_id)))

    def start_ticket(self, ticket_id: int) -> TimerHandle:
        """Start the timer of a ticket."""
        return TimerHandle(self, *run(self._start("helpdesk.ticket", ticket_id)))

    def start_timesheet(self, timesheet_id: int) -> TimerHandle:
        """Start the timer of a timesheet (before Odoo 19, of its task or ticket)."""
        return TimerHandle(self, *run(self._start_source(timesheet_id)))
