# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Believe another Odoo only what has the form that was asked for."""

from __future__ import annotations

import reprlib
from contextlib import suppress
from datetime import datetime
from typing import Any

from odoo import fields

from odoo.addons.connector.exception import InvalidDataError

#: what Python says of a value of another type, or out of range
UNREADABLE = (TypeError, ValueError, AttributeError, OverflowError)


def read_write_date(row: dict[str, Any], model: str) -> datetime | None:
    """Return when a record was last written there.

    :raise InvalidDataError: naming the record
    """
    try:
        return fields.Datetime.to_datetime(row["write_date"])
    except (KeyError, *UNREADABLE) as error:
        raise InvalidDataError(
            f"Expected a write_date of {model} {row.get('id')} of the other Odoo, like "
            f"2026-01-31 12:00:00; found {reprlib.repr(row.get('write_date'))}."
        ) from error


def read_create_date(row: dict[str, Any]) -> datetime | None:
    """Return when a record was created remotely, None if nobody can read that."""
    with suppress(*UNREADABLE):
        return fields.Datetime.to_datetime(row.get("create_date") or None)
    return None


def check_rows(rows: Any, model: str) -> list[dict[str, Any]]:
    """Return what came if that are records, each with its id.

    :raise InvalidDataError: telling what came instead
    """
    if type(rows) is not list or not all(
        isinstance(row, dict) and type(row.get("id")) is int for row in rows
    ):
        raise InvalidDataError(
            f"Expected records of {model} of the other Odoo, each with its id; found "
            f"{reprlib.repr(rows)}."
        )
    return rows


def check_ids(ids: Any, model: str) -> list[int]:
    """Return what came if that are ids of records.

    :raise InvalidDataError: telling what came instead
    """
    if type(ids) is not list or not all(type(each) is int for each in ids):
        raise InvalidDataError(
            f"Expected ids of {model} of the other Odoo; found {reprlib.repr(ids)}."
        )
    return ids


def check_field_types(answer: Any, model: str) -> dict[str, str]:
    """Return ``{field: type}`` of what came for fields.

    :raise InvalidDataError: it is something else
    """
    try:
        return {name: definition["type"] for name, definition in answer.items()}
    except (KeyError, *UNREADABLE) as error:
        raise InvalidDataError(
            f"Expected the types of fields of {model} of the other Odoo; found "
            f"{reprlib.repr(answer)}."
        ) from error


def read_page(page: Any, model: str, last_id: int) -> dict[int, datetime | None]:
    """Return ``{id: when it was last written}`` of a page after the id ``last_id``.

    A date that cannot be read is None: the import of that record tells of it, and of
    no other.

    :raise InvalidDataError: ids do not ascend, or what came is no page
    """
    write_dates: dict[int, datetime | None] = {}
    try:
        for row in page:
            if type(row["id"]) is not int or row["id"] <= last_id:
                raise ValueError(f"an id after {last_id} was asked for")
            last_id = row["id"]
            write_dates[last_id] = None
            with suppress(InvalidDataError):
                write_dates[last_id] = read_write_date(row, model)
    except (KeyError, *UNREADABLE) as error:
        raise InvalidDataError(
            f"Expected records of {model} of the other Odoo, each with an id and a "
            f"write_date, in the order of their ids; found {reprlib.repr(page)} "
            f"({type(error).__name__}: {error}). Is something between that changes "
            "the answers?"
        ) from error
    return write_dates
