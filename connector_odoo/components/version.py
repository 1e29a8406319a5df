# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a record was in the other Odoo at one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from odoo.addons.connector.components.synchronizer.changes import fingerprint
from odoo.addons.connector.exception import InvalidDataError

from .answers import read_create_date, read_write_date


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
        written_at = None
        with suppress(InvalidDataError):
            written_at = read_write_date(row, model)
        return cls(values, written_at, read_create_date(row))

    def differs_from(self, other: Version, except_in: Collection[str]) -> bool:
        """Tell whether any other field has another value."""
        return any(
            self.values.get(name) != other.values.get(name)
            for name in (self.values.keys() | other.values.keys()) - set(except_in)
        )

    def fingerprint(self) -> str:
        """Return a text that is the same for the same values."""
        return fingerprint(self.values)
