# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a backend hands out many records: each strategy asks for page after page.

A strategy decides what to ask next and when to end; it never sends anything itself.
``fetch(params, url)`` does: with a ``url`` the page is there, and not at the
address that was searched.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from ..exception import IDMissingInBackend, InvalidDataError
from .paths import look_up


class Answer(NamedTuple):
    """One page, as the backend sent it."""

    records: list[Any]
    body: Any = None
    links: dict[str, str] = {}  # noqa: RUF012 - never written


class Fetch(Protocol):
    """Ask for a page: with these parameters, or at this address."""

    def __call__(self, params: dict[str, Any], url: str | None = None) -> Answer: ...


class Paging(Protocol):
    """A way in which a backend hands out many records."""

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        """Yield the records, page by page, none of them empty."""


class EndlessPagingError(ValueError):
    """The backend leads from a page to one that was read already."""


@dataclass(frozen=True)
class AllAtOnce:
    """One answer holds everything."""

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        records = fetch({}).records
        if records:
            yield records


@dataclass(frozen=True)
class PageNumber:
    """Pages are numbered: ``?page=3&per_page=100``.

    Where ``total_path`` leads to the number of all records, no page after the last
    one is asked for.
    """

    param: str = "page"
    size_param: str | None = "per_page"
    size: int = 100
    first: int = 1
    total_path: str | None = None

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        def params(page_index: int, _seen: int) -> dict[str, int]:
            return {self.param: self.first + page_index, **_size(self)}

        return _counted_pages(fetch, params, self.total_path)


@dataclass(frozen=True)
class Offset:
    """A page begins after so many records: ``?offset=200&limit=100``."""

    param: str = "offset"
    size_param: str | None = "limit"
    size: int = 100
    total_path: str | None = None

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        def params(_page_index: int, seen: int) -> dict[str, int]:
            return {self.param: seen, **_size(self)}

        return _counted_pages(fetch, params, self.total_path)


def _size(paging: PageNumber | Offset | Cursor) -> dict[str, int]:
    return {paging.size_param: paging.size} if paging.size_param else {}


def _counted_pages(
    fetch: Fetch,
    params: Callable[[int, int], dict[str, int]],
    total_path: str | None,
) -> Iterator[list[Any]]:
    """Yield pages until there is none.

    A short page is not the last one: backends have limits of their own, and leave
    out of a page what we may not see. Beyond the last page some answer 404, and
    some repeat it for ever.
    """
    page_index, seen, previous = 0, 0, None
    pages_read: set[Any] = set()
    while True:
        try:
            answer = fetch(params(page_index, seen))
        except IDMissingInBackend:
            if not page_index:
                raise
            return
        mark = _mark(answer.records)
        if not answer.records or mark == previous:
            return
        _refuse_circle(answer.records, pages_read)
        total = _total(answer.body, total_path) if total_path else None
        yield answer.records
        page_index, seen = page_index + 1, seen + len(answer.records)
        if total is not None and seen >= total:
            return
        previous = mark


def _total(body: Any, path: str) -> int | None:
    """Return the number of all records, None if the backend does not tell."""
    total = look_up(body, path)
    if total is None or type(total) is int:
        return total
    if isinstance(total, str) and total.isascii() and total.isdigit():
        return int(total)
    raise InvalidDataError(
        f"Expected the number of all records at {path} of the answer, found "
        f"{reprlib.repr(total)}. Set total_path."
    )


@dataclass(frozen=True)
class Cursor:
    """Each page names the next one in its body: ``{"meta": {"next": "abc"}}``."""

    param: str = "cursor"
    path: str = "next_cursor"
    size_param: str | None = None
    size: int = 100

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        params, seen = _size(self), set()
        while True:
            answer = fetch(params)
            if answer.records:
                yield answer.records
            cursor = look_up(answer.body, self.path)
            if not cursor:  # 0, too, is how backends say that there is no more
                return
            _check_place(cursor, (str, int, float), "a cursor")
            _refuse_circle(cursor, seen)
            params = {self.param: cursor, **_size(self)}


@dataclass(frozen=True)
class NextLink:
    """Each page holds the address of the next one in its body."""

    path: str = "next"
    params: tuple[tuple[str, Any], ...] = ()

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        return _linked_pages(
            fetch, self.params, lambda answer: look_up(answer.body, self.path)
        )


@dataclass(frozen=True)
class LinkHeader:
    """The header ``Link`` holds the address of the next page, as in RFC 8288."""

    params: tuple[tuple[str, Any], ...] = ()

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        return _linked_pages(
            fetch, self.params, lambda answer: answer.links.get("next")
        )


def _linked_pages(
    fetch: Fetch,
    params: tuple[tuple[str, Any], ...],
    next_url: Callable[[Answer], str | None],
) -> Iterator[list[Any]]:
    answer, seen = fetch(dict(params)), set()
    while True:
        if answer.records:
            yield answer.records
        url = next_url(answer)
        if not url:
            return
        _check_place(url, str, "the address of the next page")
        _refuse_circle(url, seen)
        answer = fetch({}, url)


def _check_place(place: Any, types: Any, expected: str) -> None:
    if not isinstance(place, types):
        raise InvalidDataError(
            f"Expected {expected}, found {reprlib.repr(place)}. Is this the right "
            "paging strategy?"
        )


def _refuse_circle(place: Any, seen: set) -> None:
    """Note a place or the records of a page; refuse those that were there before."""
    mark = _mark(place)
    if mark in seen:
        raise EndlessPagingError(
            f"After {len(seen)} pages the backend leads to a page that was read "
            f"already: {reprlib.repr(place)}. Is this the right paging strategy?"
        )
    seen.add(mark)


def _mark(place: Any) -> bytes:
    """Return what tells a page from others, however large it is.

    By their text: values need not be hashable, and NaN is never equal to itself.
    """
    try:
        text = repr(place)
    except RecursionError:
        text = "".join(_flat_texts(place))
    return sha256(text.encode(errors="surrogatepass")).digest()


def _flat_texts(value: Any) -> Iterator[str]:
    """Yield the texts of values that are nested too deeply for Python's own."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, (Mapping, list, tuple)):
            yield f"{type(value).__name__} of {len(value)}, "
            left.extend(value.items() if isinstance(value, Mapping) else value)
        else:
            yield f"{value!r}, "
