# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that changed since a point, in an order that can be resumed.

Odoo keeps ``write_date`` with microseconds, compares with them, and returns seconds. So
an order by (write_date, id) is not one of what is returned. Each second is therefore
read as a whole, in the order of ids: the order of the result is that of (second, id).
"""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from ._answers import ascending_after, unexpected
from ._protocols import Call
from ._values import DATETIME_FORMAT, Record, Records, encode_value

#: a moment, or the write_date and the id of the last record that was seen
Since: TypeAlias = (
    "datetime.datetime | str | tuple[datetime.datetime | str, int] | None"
)

ReadPage: TypeAlias = "Callable[[list[Any], str], Awaitable[Records]]"

EVER = "0001-01-01 00:00:00"


class ChangedPages:
    """Read the records that changed since a point, page by page."""

    def __init__(
        self, read_page: ReadPage, domain: Sequence[Any], since: Since, model: str
    ) -> None:
        moment, self._since_id = since if isinstance(since, tuple) else (since, 0)
        self._since = as_second(moment)
        self._from = self._since
        self._read_page = read_page
        self._domain = list(domain)
        self._call = Call(model, "search_read")
        #: the second that is being read, and the last id read of it
        self._second: str | None = None
        self._last_id = 0

    async def next_page(self) -> Sequence[Record]:
        """Return more records, none at the end."""
        while True:
            if self._second is not None:
                page = await self._rest_of_second(self._second)
                if page:
                    return page
                self._from, self._second = next_second(self._second), None
            page = await self._read_page(
                [*self._domain, ["write_date", ">=", self._from]], "write_date, id"
            )
            if not page:
                return []
            complete = self._complete_seconds(page)
            if complete:
                return complete

    def _complete_seconds(self, page: Records) -> Records:
        """Return the records of all seconds but the last, which may go on."""
        seconds = [str(record.get("write_date"))[:19] for record in page]
        if seconds != sorted(seconds) or seconds[0] < self._from:
            raise unexpected(self._call, "records in the order of write_date", page)
        self._second = seconds[-1]
        self._last_id = self._since_id if self._second == self._since else 0
        found = [
            (second, record["id"], record)
            for second, record in zip(seconds, page, strict=True)
            if second < seconds[-1]
            and (second, record["id"]) > (self._since, self._since_id)
        ]
        return [record for _second, _id, record in sorted(found, key=lambda f: f[:2])]

    async def _rest_of_second(self, second: str) -> Records:
        domain = [
            *self._domain,
            ["write_date", ">=", second],
            ["write_date", "<", next_second(second)],
            ["id", ">", self._last_id],
        ]
        page = await self._read_page(domain, "id")
        self._last_id = ascending_after(self._last_id, page, self._call)
        return page


def as_second(moment: datetime.datetime | str | None) -> str:
    """Return a moment as Odoo writes it.

    :raises ValueError: the text is not of the form ``2026-01-31 12:00:00``
    """
    if moment is None:
        return EVER
    if not isinstance(moment, str):
        return str(encode_value(moment))
    return parsed(moment[:19]).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


def parsed(second: str) -> datetime.datetime:
    return datetime.datetime.strptime(second, DATETIME_FORMAT)


def next_second(second: str) -> str:
    """Return the second after one."""
    later = parsed(second) + datetime.timedelta(seconds=1)
    return later.strftime(DATETIME_FORMAT).rjust(19, "0")
