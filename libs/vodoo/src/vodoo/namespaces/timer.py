# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Timers of timesheets (Odoo Enterprise, module ``timesheet_grid``).

In Odoo 19 a timer runs on the timesheet line. Before, it ran on the task or ticket as
a ``timer.timer``, and stopping it opened a wizard that made the line.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..crud import Crud
from ..errors import RecordNotFoundError
from ..operation import Bound, Mode, Operation, operation
from ..values import Record, to_datetime
from .base import Namespace

LINE = "account.analytic.line"
FIELDS = (
    "id",
    "name",
    "project_id",
    "task_id",
    "helpdesk_ticket_id",
    "unit_amount",
    "timer_start",
    "date",
)

#: Since this version timers run on timesheet lines.
TIMERS_ON_LINES_VERSION = 19

#: What stopping a timer opened → the method that confirms it.
WIZARDS = {
    "project.task.create.timesheet": "save_timesheet",
    "helpdesk.ticket.create.timesheet": "action_generate_timesheet",
    "hr.timesheet.stop.timer.confirmation.wizard": "action_stop_timer",
}


@dataclass(frozen=True)
class Timesheet:
    """Describe a timesheet line, or a timer that has no line yet (``id`` is None).

    The timer runs on ``res_model`` and ``res_id``.
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
    """Return the timesheet for a line that was read."""

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


class TimerHandle(Bound[Mode]):
    """Hold a timer that was started."""

    def __init__(self, timer: Timer[Mode], res_model: str, res_id: int) -> None:
        self.timer = timer
        self.shell = timer.shell
        self.res_model = res_model
        self.res_id = res_id

    @operation
    def stop(self) -> Operation[None]:
        """Stop the timer."""
        yield from self.timer.stop_steps(self.res_model, self.res_id)


class Timer(Namespace[Mode]):
    """Start and stop the timers of the user who is logged in."""

    @operation
    def list(
        self, *, days: int = 0, limit: int | None = None
    ) -> Operation[Sequence[Timesheet]]:
        """Return the own timesheets of today (UTC) and ``days`` days before.

        Negative ``days`` mean all there are.
        """
        domain = []
        if days >= 0:
            today = datetime.datetime.now(datetime.timezone.utc).date()
            domain = [["date", ">=", today - datetime.timedelta(days=days)]]
        return (yield from self._lines(domain, limit=limit))

    @operation
    def active(self) -> Operation[Sequence[Timesheet]]:
        """Return what is running, whenever it was started."""
        if (yield from self._on_lines()):
            return (yield from self._lines([["timer_start", "!=", False]]))
        return (yield from self._running_timers())

    @operation
    def start_task(self, task_id: int) -> Operation[TimerHandle[Mode]]:
        """Start the timer of a task."""
        return (yield from self._start("project.task", task_id))

    @operation
    def start_ticket(self, ticket_id: int) -> Operation[TimerHandle[Mode]]:
        """Start the timer of a ticket."""
        return (yield from self._start("helpdesk.ticket", ticket_id))

    @operation
    def start_timesheet(self, timesheet_id: int) -> Operation[TimerHandle[Mode]]:
        """Start the timer of a timesheet line, before Odoo 19 of its task or ticket."""
        model, record_id = yield from self._source(timesheet_id)
        return (yield from self._start(model, record_id))

    @operation
    def stop_timesheet(self, timesheet_id: int) -> Operation[None]:
        """Stop the timer of a timesheet line, before Odoo 19 of its task or ticket."""
        model, record_id = yield from self._source(timesheet_id)
        yield from self.stop_steps(model, record_id)

    @operation
    def stop(self) -> Operation[Sequence[Timesheet]]:
        """Stop all that is running; return what was."""
        running = yield from Timer.active(self)
        for timesheet in running:
            assert timesheet.res_id is not None
            yield from self.stop_steps(timesheet.res_model, timesheet.res_id)
        return running

    def stop_steps(self, model: str, record_id: int) -> Operation[None]:
        """Stop a timer and confirm the wizard that Odoo may open."""
        action = yield from self.call(model, "action_timer_stop", ids=[record_id])
        if not isinstance(action, dict) or action.get("res_model") not in WIZARDS:
            return
        wizard = action["res_model"]
        context = {
            **(action.get("context") or {}),
            "active_model": model,
            "active_id": record_id,
            "active_ids": [record_id],
        }
        wizard_id = action.get("res_id") or (
            yield from Crud.create(self.client, wizard, {}, context)
        )
        yield from self.call(wizard, WIZARDS[wizard], ids=[wizard_id], context=context)

    def _start(self, model: str, record_id: int) -> Operation[TimerHandle[Mode]]:
        yield from self.call(model, "action_timer_start", ids=[record_id])
        return TimerHandle(self, model, record_id)

    def _on_lines(self) -> Operation[bool]:
        version = yield from self.version_steps()
        return version >= TIMERS_ON_LINES_VERSION

    def _source(self, timesheet_id: int) -> Operation[tuple[str, int]]:
        """Return the record that carries the timer of a line."""
        if (yield from self._on_lines()):
            return LINE, timesheet_id
        found = yield from self.search_existing(
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

    def _lines(
        self, domain: Sequence[Any], limit: int | None = None
    ) -> Operation[Sequence[Timesheet]]:
        transport = yield from self.client.transport_steps()
        uid = yield from transport.uid_steps()
        records = yield from self.search_existing(
            LINE,
            [["user_id", "=", uid], ["project_id", "!=", False], *domain],
            FIELDS,
            limit=limit,
            order="date desc, id desc",
        )
        return [timesheet_of(record) for record in records]

    def _running_timers(self) -> Operation[Sequence[Timesheet]]:
        transport = yield from self.client.transport_steps()
        uid = yield from transport.uid_steps()
        timers = yield from Crud.search_read(
            self.client,
            "timer.timer",
            [
                ["user_id", "=", uid],
                ["timer_start", "!=", False],
                ["timer_pause", "=", False],
            ],
            ["timer_start", "res_model", "res_id"],
        )
        running: Sequence[Timesheet] = []
        for timer in timers:
            model, record_id = timer["res_model"], timer["res_id"]
            names = yield from Crud.read(
                self.client, model, [record_id], ["display_name"]
            )
            name = names[0]["display_name"] if names else None
            running = [
                *running,
                Timesheet(
                    id=record_id if model == LINE else None,
                    name=name,
                    timer_start=to_datetime(timer["timer_start"]),
                    res_model=model,
                    res_id=record_id,
                    task=name if model == "project.task" else None,
                    ticket=name if model == "helpdesk.ticket" else None,
                ),
            ]
        return running
