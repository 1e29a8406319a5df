# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The dates of remote records, and the versions that they belong to."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from odoo import fields

from odoo.addons.connector.api import InvalidDataError, Version

#: fields of a record that are not among the values of its version
DATES = ("write_date", "create_date")
#: raised for a value that is not a date
NOT_A_DATE = (TypeError, ValueError, AttributeError, OverflowError)


def read_write_date(row: Mapping[str, Any], model: str) -> datetime | None:
    """Return when a remote record was last written.

    :raise InvalidDataError: the date cannot be read; it names the record
    """
    try:
        return fields.Datetime.to_datetime(row["write_date"])
    except (KeyError, *NOT_A_DATE) as error:
        raise InvalidDataError(
            f"Expected a write_date of {model} {row.get('id')} of the other Odoo, like "
            f"2026-01-31 12:00:00; found {reprlib.repr(row.get('write_date'))}."
        ) from error


def find_write_date(row: Mapping[str, Any], model: str) -> datetime | None:
    """Return when a remote record was last written, None if that cannot be read."""
    with suppress(InvalidDataError):
        return read_write_date(row, model)
    return None


def read_create_date(row: Mapping[str, Any]) -> datetime | None:
    """Return when a remote record was created, None if that cannot be read."""
    with suppress(*NOT_A_DATE):
        return fields.Datetime.to_datetime(row.get("create_date") or None)
    return None


def version_of(row: Mapping[str, Any], model: str) -> Version:
    """Return the version of a remote record as it was read."""
    written_at, created_at = find_write_date(row, model), read_create_date(row)
    return Version.of(row, written_at, created_at, without=("id", *DATES))
