# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading many records: page by page, in an order that can be resumed.

``search_iter`` orders by id. Each page begins after the last id of the one before, so
records that come or go meanwhile shift no page.

``changes`` orders by (second of write_date, id). Odoo stores ``write_date`` with
microseconds, compares with them, and returns seconds: an order by (write_date, id) is
not the order of the returned values. So each second is read as a whole, by id.

Each is written once, as a function that returns ``Pages``. ``iterated`` and
``async_iterated`` turn it into the methods of the two clients.
"""

from __future__ import annotations

import datetime
import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import aclosing
from typing import Any, Concatenate, ParamSpec, TypeAlias

from ._answers import ascending_after, unexpected
from ._bulk import chunks
from ._protocols import Call
from ._runners import awaited
from ._runners.sync import run
from ._values import (
    DATETIME_FORMAT,
    Domain,
    Record,
    Records,
    Values,
    as_list,
    encode_value,
)

P = ParamSpec("P")

#: a timestamp, or the write_date and the id of the last record that was seen
Since: TypeAlias = (
    "datetime.datetime | str | tuple[datetime.datetime | str, int] | None"
)
#: reads the records of a domain, in an order
ReadPage: TypeAlias = "Callable[[list[Any], str], Awaitable[Records]]"

EVER = "0001-01-01 00:00:00"


class Pages(ABC):
    """Reader that remembers where the next page begins."""

    def __init__(self, read_page: ReadPage, domain: Sequence[Any], model: str) -> None:
        self._read_page = read_page
        self._domain = list(domain)
        self._call = Call(model, "search_read")
        self._last_id = 0

    @abstractmethod
    async def next_page(self) -> Sequence[Record]:
        """Return more records, none at the end."""


class KeysetPages(Pages):
    """Pages in the order of ids."""

    _is_finished = False

    async def next_page(self) -> Sequence[Record]:
        if self._is_finished:
            return []
        domain = self._domain
        if self._last_id:
            domain = [*domain, ["id", ">", self._last_id]]
        page = await self._read_page(domain, "id")
        # A short page need not be the last one: servers have limits, too.
        self._is_finished = not page
        self._last_id = ascending_after(self._last_id, page, self._call)
        return page


class ChangedPages(Pages):
    """Pages of the records that changed since a point."""

    def __init__(
        self, read_page: ReadPage, domain: Sequence[Any], since: Since, model: str
    ) -> None:
        super().__init__(read_page, domain, model)
        timestamp, self._since_id = since if isinstance(since, tuple) else (since, 0)
        self._since = self._from = as_second(timestamp)
        #: the second that is being read; ``_last_id`` is the last id read of it
        self._second: str | None = None

    async def next_page(self) -> Sequence[Record]:
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
        """Return the records of all seconds but the last, which may continue."""
        seconds = [str(record.get("write_date"))[:19] for record in page]
        if (
            seconds != sorted(seconds)
            or seconds[0] < self._from
            or not all(type(record.get("id")) is int for record in page)
            or not _is_second(seconds[-1])
        ):
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


def as_second(timestamp: datetime.datetime | str | None) -> str:
    """Return a timestamp as Odoo writes it.

    :raises ValueError: the text is not of the form ``2026-01-31 12:00:00``
    """
    if timestamp is None:
        return EVER
    if not isinstance(timestamp, str):
        return str(encode_value(timestamp))
    return _written(_parsed(timestamp[:19]))


def next_second(second: str) -> str:
    return _written(_parsed(second) + datetime.timedelta(seconds=1))


def _is_second(text: str) -> bool:
    try:
        return bool(next_second(text))
    except (ValueError, OverflowError):
        return False


def _parsed(second: str) -> datetime.datetime:
    return datetime.datetime.strptime(second, DATETIME_FORMAT)


def _written(timestamp: datetime.datetime) -> str:
    return timestamp.strftime(DATETIME_FORMAT).rjust(19, "0")


def search_iter(
    self: Any,
    model: str,
    domain: Domain | None = None,
    fields: Sequence[str] | None = None,
    page_size: int = 500,
    context: Values | None = None,
) -> Pages:
    """Iterate over all records that match, in the order of their ids.

    Nothing is skipped or returned twice when records come and go meanwhile.
    """
    if fields is not None and "id" not in fields:
        fields = ["id", *fields]
    read_page = _page_reader(self, model, fields, page_size, context)
    return KeysetPages(read_page, as_list(domain), model)


def changes(
    self: Any,
    model: str,
    since: Since = None,
    fields: Sequence[str] | None = None,
    domain: Domain | None = None,
    page_size: int = 500,
    context: Values | None = None,
) -> Pages:
    """Iterate over the records that changed since a point, by (write_date, id).

    The point is a timestamp, included, or ``(write_date, id)`` of the last record
    seen, excluded: save it to continue later. Archived records are found, too; for
    deleted ones see ``find_deleted``. A transaction that is still open writes
    earlier dates than those that ended before: begin some minutes before the last
    point to find its records, too.
    """
    if fields is not None:
        fields = list(dict.fromkeys(["id", "write_date", *fields]))
    # A record that was archived has changed.
    context = {"active_test": False, **(context or {})}
    read_page = _page_reader(self, model, fields, page_size, context)
    return ChangedPages(read_page, as_list(domain), since, model)


def _page_reader(
    client: Any,
    model: str,
    fields: Sequence[str] | None,
    page_size: int,
    context: Values | None,
) -> ReadPage:
    if page_size < 1:
        raise ValueError(f"page_size must be at least 1, found {page_size}")

    async def read_page(domain: list[Any], order: str) -> Records:
        page: Records = await awaited(
            client.search_read(
                model, domain, fields, page_size, order=order, context=context
            )
        )
        return page

    return read_page


async def find_deleted(
    self: Any, model: str, ids: Iterable[int], chunk_size: int = 1000
) -> list[int]:
    """Return which of these ids no longer exist, or not for this user.

    Odoo keeps no list of deleted records: only a caller that knows the ids can ask.
    """
    known = list(dict.fromkeys(ids))
    found: set[int] = set()
    for _start, part in chunks(known, chunk_size):
        domain = [["id", "in", list(part)]]
        context = {"active_test": False}
        found.update(await awaited(self.search(model, domain, context=context)))
    return [record_id for record_id in known if record_id not in found]


def iterated(
    pages_of: Callable[Concatenate[Any, P], Pages],
) -> Callable[Concatenate[Any, P], Iterator[Record]]:
    """Return the method of the sync client that iterates over the pages."""

    @functools.wraps(pages_of)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[Record]:
        pages = pages_of(self, *args, **kwargs)
        while page := run(pages.next_page()):
            yield from page

    _show_return(method, Iterator[Record])
    return method


def async_iterated(
    pages_of: Callable[Concatenate[Any, P], Pages],
) -> Callable[Concatenate[Any, P], AsyncIterator[Record]]:
    """Return the method of the async client; it reads one page ahead."""

    @functools.wraps(pages_of)
    async def method(
        self: Any, /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[Record]:
        pages = pages_of(self, *args, **kwargs)
        async with aclosing(self.runner.ahead(pages.next_page)) as ahead:
            async for page in ahead:
                if not page:
                    return
                for record in page:
                    yield record

    _show_return(method, AsyncIterator[Record])
    return method


def _show_return(method: Any, annotation: Any) -> None:
    shown = inspect.signature(method).replace(return_annotation=annotation)
    method.__signature__ = shown
