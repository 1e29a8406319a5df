# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The page of a search: an adapter yields one for each answer of the backend.

========================================  ==============================================
a list of external ids                    each record is read by its import
``{external id: time of last change}``    unchanged records are not read
:class:`RecordPage`                       no record is read: the page holds them
========================================  ==============================================

An adapter whose pages hold what its ``read`` returns declares it by an attribute, and
makes its pages with ``make_page``. An adapter of a protocol without attributes may
yield a ``RecordPage`` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ..timestamps import precise_now

#: external ids, ``{external id: time of the last change}``, or a ``RecordPage``
Page = Iterable[Any]


class RecordPage:
    """Page that holds whole records; as an iterable, a page of their external ids.

    :param records: ``{external id: external record}``, as ``read`` returns them
    :param updated_at: ``{external id: time of the last change}``, where it is known
    :param read_at: time (UTC, naive) before the page was requested; by default now
    """

    def __init__(
        self,
        records: Mapping[Any, Any],
        updated_at: Mapping[Any, Any] | None = None,
        read_at: datetime | None = None,
    ) -> None:
        self.records = records
        self.updated_at = updated_at
        self.read_at = read_at or precise_now()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def without_records(self) -> list[Any] | dict[Any, Any]:
        """Return the same page without records: the ids, or their times of change."""
        if self.updated_at is None:
            return list(self.records)
        return {key: self.updated_at.get(key) for key in self.records}
