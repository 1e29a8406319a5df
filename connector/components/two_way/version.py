# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..comparison.changes import fingerprint


class Version(NamedTuple):
    """Values of a remote record at the time of reading, and its dates (UTC)."""

    values: dict[str, Any]
    written_at: datetime | None
    created_at: datetime | None = None

    @classmethod
    def of(
        cls,
        record: Mapping[str, Any],
        written_at: datetime | None,
        created_at: datetime | None = None,
        without: Collection[str] = (),
    ) -> Version:
        """Return the version of a record as it was read.

        Lists have no order: neither ids, nor the children that take their place.

        :param without: fields that do not count as values, like the dates
        """
        values = {
            name: sorted(value, key=repr) if isinstance(value, list) else value
            for name, value in record.items()
            if name not in without
        }
        return cls(values, written_at, created_at)

    def differs_from(self, other: Version, except_in: Collection[str]) -> bool:
        """Return whether any other field has another value."""
        return any(
            self.values.get(name) != other.values.get(name)
            for name in (self.values.keys() | other.values.keys()) - set(except_in)
        )

    def fingerprint(self) -> str:
        """Return a text that is the same for the same values."""
        return fingerprint(self.values)
