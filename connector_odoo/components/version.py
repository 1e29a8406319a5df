# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A version of a remote record: what it held when it was read."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from odoo import fields

from odoo.addons.connector.components.comparison.changes import fingerprint
from odoo.addons.connector.exception import InvalidDataError

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
    """Return when a remote record was created, None if the date cannot be read."""
    with suppress(*NOT_A_DATE):
        return fields.Datetime.to_datetime(row.get("create_date") or None)
    return None


class Version(NamedTuple):
    """The values of a remote record, and when it was written and created."""

    values: dict[str, Any]
    written_at: datetime | None
    created_at: datetime | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any], model: str) -> Version:
        """Return the version of a record as it was read.

        Ids, and the rows of children in their place, have no order.
        """
        values = {
            name: sorted(value, key=repr) if isinstance(value, list) else value
            for name, value in row.items()
            if name not in ("id", "write_date", "create_date")
        }
        return cls(values, find_write_date(row, model), read_create_date(row))

    def differs_from(self, other: Version, except_in: Collection[str]) -> bool:
        """Tell whether any other field has another value."""
        return any(
            self.values.get(name) != other.values.get(name)
            for name in (self.values.keys() | other.values.keys()) - set(except_in)
        )

    def fingerprint(self) -> str:
        """Return a text that is the same for the same values."""
        return fingerprint(self.values)
