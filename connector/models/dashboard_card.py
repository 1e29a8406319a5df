# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The card of one backend on the dashboard, as plain data.

A card shows the worst of three states: its conditions, those of the whole database (no
job runner) while it is on, and its own state::

    error > decision > warning > off > running > ok

Every card has all keys of ``make_empty_card``, so that the screen has one template.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from odoo import fields, models
from odoo.api import Environment

from .dashboard_links import link_errors, link_jobs, link_runs
from .dashboard_models import find_binding_models, find_parents, is_binding_of
from .dashboard_numbers import Numbers, sum_hours

Data = dict[str, Any]
to_string = fields.Datetime.to_string

#: conditions that ask a user to decide
DECISIONS = ("decision", "conflict")
#: numbers of a row that include those of its sub-models
ADDED = ("waiting", "running", "failing")


def make_card(
    backend: models.BaseModel,
    numbers: Numbers,
    conditions: list[Data],
    of_all: list[Data],
    first_hour: datetime,
) -> Data:
    """Return the card of a backend.

    :param conditions: of the backend
    :param of_all: conditions of the whole database
    :param first_hour: start of the strip, in UTC
    """
    jobs = numbers.total_jobs()
    reason = backend.sudo()._find_reason_to_pause()
    times = [numbers.last("succeeded_at"), *numbers.searches.values()]
    state = find_state(conditions if reason else [*conditions, *of_all])
    if state == "ok" and (reason or jobs.running or jobs.due):
        state = "off" if reason else "running"
    return {
        **make_empty_card(backend.env, backend._name, backend.id),
        **make_schedule(backend, is_off=bool(reason)),
        "name": backend.display_name,
        "state": state,
        "note": reason or "",
        "conditions": conditions,
        "last_success": to_string(max(filter(None, times), default=None)),
        "waiting": jobs.waiting,
        "running": jobs.running,
        "is_live": bool(jobs.running or jobs.due) and not reason,
        "oldest": to_string(jobs.oldest),
        "failing": numbers.count_failing(),
        "hours": make_hours(numbers, first_hour),
        "rows": make_rows(backend, numbers),
    }


def make_empty_card(env: Environment, model: str, res_id: int) -> Data:
    """Return a card without numbers."""
    return {
        "id": f"{model},{res_id}",
        "model": model,
        "res_id": res_id,
        "name": f"{model} {res_id}",
        "kind": "",
        "state": "ok",
        "backend_state": "",
        "note": "",
        "is_installed": model in env,
        "conditions": [],
        "buttons": [],
        "has_schedule": False,
        "is_stopped": False,
        "next_run": False,
        "last_success": False,
        "waiting": 0,
        "running": 0,
        "is_live": False,
        "oldest": False,
        "failing": 0,
        "hours": [],
        "rows": [],
        "errors_link": link_errors(model, res_id),
        "runs_link": link_runs(model, res_id),
        "jobs_link": link_jobs(env, model, res_id),
    }


def find_state(conditions: Iterable[Data]) -> str:
    """Return the worst state of conditions: error, decision, warning or ok."""
    states = {
        "decision" if each["kind"] in DECISIONS else each["severity"]
        for each in conditions
    }
    return next((s for s in ("error", "decision", "warning") if s in states), "ok")


def make_schedule(backend: models.BaseModel, is_off: bool) -> Data:
    """Return the schedule of a backend, and the buttons that the user may press.

    A backend without the mixin has neither.
    """
    if not backend._has_states:
        return {}
    is_scheduled = (
        backend.state == "production"
        and backend.import_interval_minutes > 0
        and not (is_off or backend.schedule_stopped_reason)
    )
    shown = {
        "button_check_connection": True,
        "button_activate": backend.state == "checked" and not is_off,
        "button_import_now": not is_off and bool(backend._imported_models()),
        "button_pause": not is_off,
        "button_resume": backend.state == "paused",
    }
    return {
        "backend_state": backend.state,
        "buttons": (
            [name for name, is_shown in shown.items() if is_shown]
            if backend.has_access("write")
            else []
        ),
        "has_schedule": is_scheduled,
        "is_stopped": bool(backend.schedule_stopped_reason) and not is_off,
        "next_run": is_scheduled and to_string(backend.next_import_at),
    }


def make_hours(numbers: Numbers, first_hour: datetime) -> list[Data]:
    """Return the hours of the strip, the first one first."""
    return [
        {"at": to_string(first_hour + timedelta(hours=number)), **hour}
        for number, hour in enumerate(sum_hours(numbers.sums))
    ]


# -- the table of models ----------------------------------------------------------


def make_rows(backend: models.BaseModel, numbers: Numbers) -> list[Data]:
    """Return the rows of the models of a backend, with those of their sub-models.

    Besides the synchronized models, those with outcomes or open errors are shown.
    """
    names = dict.fromkeys(find_binding_models(backend))
    names |= dict.fromkeys(
        row["model_name"]
        for row in numbers.sums
        if is_binding_of(backend.env, row["model_name"], backend._name)
    )
    names |= dict.fromkeys(filter(None, numbers.errors))
    parents = find_parents(backend.env, list(names))
    directions = find_directions(backend, numbers)
    rows = {name: make_row(backend, name, numbers, directions) for name in names}
    for name, parent in parents.items():
        rows[parent]["rows"].append(rows[name])
    return [add_up(backend, row) for name, row in rows.items() if name not in parents]


def find_directions(backend: models.BaseModel, numbers: Numbers) -> dict[str, set[str]]:
    """Return ``{direction: its models}``; without the mixin, what was synchronized."""
    if backend._has_states:
        return {
            "import": set(backend._imported_models()),
            "export": set(backend._exported_models()),
        }
    return {
        direction: {
            row["model_name"] for row in numbers.sums if row["direction"] == direction
        }
        for direction in ("import", "export")
    }


def make_row(
    backend: models.BaseModel,
    name: str,
    numbers: Numbers,
    directions: dict[str, set[str]],
) -> Data:
    """Return the row of one model."""
    jobs = numbers.jobs.get(name)
    return {
        "id": name,
        "model": name,
        "name": name,
        "directions": [each for each, names in directions.items() if name in names],
        "changed_at": to_string(numbers.last("changed_at", name)),
        "waiting": jobs.waiting if jobs else 0,
        "running": jobs.running if jobs else 0,
        "failing": numbers.errors.get(name, 0),
        "rows": [],
        "errors_link": link_errors(backend._name, backend.id, [name]),
        "runs_link": link_runs(backend._name, backend.id, [name]),
    }


def add_up(backend: models.BaseModel, row: Data) -> Data:
    """Return a row that includes its sub-models, in numbers and links."""
    if not row["rows"]:
        return row
    own = {**row, "id": f"{row['id']} only", "rows": []}
    parts = [own, *row["rows"]]
    names = [part["model"] for part in parts]
    used = {direction for part in parts for direction in part["directions"]}
    return {
        **row,
        **{key: sum(part[key] for part in parts) for key in ADDED},
        "directions": [each for each in ("import", "export") if each in used],
        "changed_at": max(part["changed_at"] or "" for part in parts) or False,
        "errors_link": link_errors(backend._name, backend.id, names),
        "runs_link": link_runs(backend._name, backend.id, names),
        "rows": parts,
    }
