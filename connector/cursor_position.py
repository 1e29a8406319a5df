# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a cursor's position, and what it remembers, may be.

Both are JSON: a position holds ``since`` and ``reached_at`` (UTC), ``settled``, and
whatever else an author's search counts by. What cannot be read would fail every later
import, so it is refused when it is written.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from .components.external_id import can_be_stored

MOMENTS = ("since", "reached_at")
#: no backend has changes from before
EARLIEST = datetime(1970, 1, 1)
#: clocks and zones differ by less; a cursor ahead of that would skip changes
LATEST_FROM_NOW = timedelta(days=2)
#: a form of a moment that people write, too
_DATE_LENGTH = len("2026-01-31")


def read_position(text: str | None) -> Any:
    """Return the position that a person wrote as JSON; a date alone is its midnight.

    :raise ValueError: telling what is wrong
    """
    try:
        position = json.loads(text or "null", parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(position, dict):
        for name in MOMENTS:
            value = position.get(name)
            if isinstance(value, str) and len(value) == _DATE_LENGTH:
                position[name] = f"{value} 00:00:00"
    check_position(position)
    return position


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def check_position(position: Any) -> None:
    """Refuse a position at which no search can begin.

    :raise ValueError: telling the key, and what was found
    """
    if position is None or position is False:
        return
    if not isinstance(position, dict):
        raise ValueError(f"expected an object, found {_kind(position)}")
    for name in MOMENTS:
        if name in position:
            _check_moment(name, position[name])
    if "settled" in position and not isinstance(position["settled"], bool):
        raise ValueError(
            f"settled: expected true or false, found {_kind(position['settled'])}"
        )
    _check_json(position)


def check_found(found: Any) -> None:
    """Refuse what is not ``{date: external ids}``.

    :raise ValueError: telling what was found
    """
    if not found:
        return
    if not isinstance(found, dict):
        raise ValueError(f"expected an object, found {_kind(found)}")
    for text, external_ids in found.items():
        if text:
            _parse(text, text)
        if not isinstance(external_ids, list) or not all(
            isinstance(each, str | int) for each in external_ids
        ):
            raise ValueError(
                f"{text}: expected a list of external ids, found {external_ids!r:.80}"
            )
    _check_json(found)


def _check_moment(name: str, value: Any) -> None:
    if value is None or value is False:
        return
    moment = _parse(name, value)
    latest = fields.Datetime.now() + LATEST_FROM_NOW
    if moment < EARLIEST or moment > latest:
        raise ValueError(
            f"{name}: expected a time between {EARLIEST.year} and now (UTC), found "
            f"{value}"
        )


def _parse(name: str, value: Any) -> datetime:
    """Return a moment that is written as Odoo writes it: texts are compared, too."""
    try:
        moment = fields.Datetime.to_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or fields.Datetime.to_string(moment) != value:
        raise ValueError(
            f'{name}: expected a time (UTC) like "2026-01-31 12:00:00", found '
            f"{value!r:.80}"
        )
    return moment


def _check_json(value: Any) -> None:
    """Refuse what PostgreSQL cannot hold as JSON."""
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


def _kind(value: Any) -> str:
    return f"{json.dumps(value, default=str):.80}"
