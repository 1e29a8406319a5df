# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Positions of a cursor; ``models/cursor.py`` explains them.

A position that no search can read would fail every later import, so it is refused when
it is written. An author's search may keep other keys in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from .components.external_id import can_be_stored

TIMES = ("since", "reached_at")
#: no backend has earlier changes
EARLIEST = datetime(1970, 1, 1)
#: clocks and time zones differ by less; a cursor ahead of that would skip changes
LATEST_FROM_NOW = timedelta(days=2)
#: users also write a date without a time
_DATE_LENGTH = len("2026-01-31")


def since(position: dict[str, Any] | None, overlap_seconds: int) -> datetime | None:
    """Return the start of the next search, None to search for all records."""
    position = position or {}
    reached = fields.Datetime.to_datetime(position.get("since"))
    if not reached:
        return None
    if position.get("settled"):
        return reached + timedelta(seconds=1)
    return reached - timedelta(seconds=overlap_seconds)


def moved(
    position: dict[str, Any] | None,
    reached: datetime,
    overlap_seconds: int,
    read_at: datetime,
) -> dict[str, Any]:
    """Return the position after a search that found all changes up to ``reached``.

    The seconds until it is settled are counted by the local clock, from the first
    search that reached this time.
    """
    position = dict(position or {})
    text = fields.Datetime.to_string(reached)
    reached_at = fields.Datetime.to_datetime(position.get("reached_at"))
    if text > (position.get("since") or "") or not reached_at:
        position["since"] = max(text, position.get("since") or "")
        position["reached_at"] = fields.Datetime.to_string(read_at)
        position.pop("settled", None)
    elif read_at - reached_at >= timedelta(seconds=overlap_seconds + 2):
        position["settled"] = True
    return position


# -- which positions are valid --------------------------------------------------


def read_position(text: str | None) -> Any:
    """Return the position that a user wrote as JSON; a date becomes its midnight.

    :raise ValueError: naming the problem
    """
    try:
        position = json.loads(text or "null", parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(position, dict):
        for name in TIMES:
            value = position.get(name)
            if isinstance(value, str) and len(value) == _DATE_LENGTH:
                position[name] = f"{value} 00:00:00"
    check_position(position)
    return position


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def check_position(position: Any) -> None:
    """Raise a ValueError for a position at which no search can start."""
    if position is None or position is False:
        return
    _check_object(position)
    for name in TIMES:
        value = position.get(name)
        if value is None or value is False:
            continue
        time = _parse(name, value)
        if time < EARLIEST or time > fields.Datetime.now() + LATEST_FROM_NOW:
            raise ValueError(
                f"{name}: expected a time between {EARLIEST.year} and now (UTC), "
                f"found {value}"
            )
    settled = position.get("settled", False)
    if not isinstance(settled, bool):
        raise ValueError(f"settled: expected true or false, found {_shown(settled)}")
    _check_storable(position)


def check_found(found: Any) -> None:
    """Raise a ValueError unless it is ``{time: external ids}``."""
    if not found:
        return
    _check_object(found)
    for text, external_ids in found.items():
        if text:
            _parse(text, text)
        if not isinstance(external_ids, list) or not all(
            isinstance(each, str | int) for each in external_ids
        ):
            raise ValueError(
                f"{text}: expected a list of external ids, found {external_ids!r:.80}"
            )
    _check_storable(found)


def _check_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {_shown(value)}")


def _parse(name: str, value: Any) -> datetime:
    """Return a time that is written as Odoo writes it: the texts are compared, too."""
    try:
        time = fields.Datetime.to_datetime(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or fields.Datetime.to_string(time) != value:
        raise ValueError(
            f'{name}: expected a time (UTC) like "2026-01-31 12:00:00", found '
            f"{value!r:.80}"
        )
    return time


def _check_storable(value: Any) -> None:
    """Raise a ValueError for JSON that PostgreSQL cannot store."""
    for each in _leaves(value):
        if isinstance(each, str) and not can_be_stored(each):
            raise ValueError(f"no database can store the text {each!r:.80}")
        if isinstance(each, float) and not math.isfinite(each):
            raise ValueError(f"no database can store the number {each}")


def _leaves(value: Any) -> Iterator[Any]:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            pending += [*each, *each.values()]
        elif isinstance(each, list | tuple):
            pending += each
        else:
            yield each


def _shown(value: Any) -> str:
    return f"{json.dumps(value, default=str):.80}"
