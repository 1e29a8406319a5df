# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Paging strategies: how a backend splits the records of a search into pages.

A strategy decides which page to ask for next, and when to end. It sends nothing: its
caller passes ``fetch(params, url)``, which returns the page with these parameters, or
the page at the address ``url``. A backend that repeats a page is refused.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ..exception import IDMissingInBackend, InvalidDataError
from .paths import look_up
from .repeated_pages import EndlessPagingError, check_new, digest_of


class Answer(NamedTuple):
    """One page of a search, with the body and the links of the answer."""

    records: list[Any]
    body: Any = None
    links: dict[str, str] = {}  # noqa: RUF012 - never changed


class Fetch(Protocol):
    """Function that returns the page with these parameters, or at this address."""

    def __call__(self, params: dict[str, Any], url: str | None = None) -> Answer: ...


class Paging(Protocol):
    """Paging strategy."""

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        """Yield the records of each page that is not empty."""


@dataclass(frozen=True)
class AllAtOnce:
    """One answer contains all records."""

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        records = fetch({}).records
        if records:
            yield records


@dataclass(frozen=True)
class PageNumber:
    """Numbered pages: ``?page=3&per_page=100``.

    With ``total_path``, the dotted path to the number of all records, no request is
    sent after the last page.
    """

    param: str = "page"
    size_param: str | None = "per_page"
    size: int = 100
    first: int = 1
    total_path: str | None = None

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        def params(page_index: int, _seen: int) -> dict[str, int]:
            return {self.param: self.first + page_index, **_size(self)}

        return _counted_pages(fetch, params, self, second=self.first + 1)


@dataclass(frozen=True)
class Offset:
    """Pages by the number of records before them: ``?offset=200&limit=100``."""

    param: str = "offset"
    size_param: str | None = "limit"
    size: int = 100
    total_path: str | None = None

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        def params(_page_index: int, seen: int) -> dict[str, int]:
            return {self.param: seen, **_size(self)}

        return _counted_pages(fetch, params, self, second=1)


def _size(paging: PageNumber | Offset | Cursor | Connection) -> dict[str, int]:
    return {paging.size_param: paging.size} if paging.size_param else {}


def _counted_pages(
    fetch: Fetch,
    params: Callable[[int, int], dict[str, int]],
    paging: PageNumber | Offset,
    second: int,
) -> Iterator[list[Any]]:
    """Yield pages until one is empty.

    A short page is not always the last: backends limit the size of a page, and omit
    records that the user may not see. After the last page some backends answer 404,
    and some repeat it.

    :param second: the value of ``param`` for which the first record is not repeated
    """
    total_path = paging.total_path
    page_index, seen, previous = 0, 0, None
    pages_read: set[Any] = set()
    while True:
        try:
            answer = fetch(params(page_index, seen))
        except IDMissingInBackend:
            if not page_index:
                raise
            return
        digest = digest_of(answer.records)
        if digest == previous and page_index == 1:
            _check_is_followed(fetch, paging, second, answer.records)
        if not answer.records or digest == previous:
            return
        check_new(answer.records, pages_read, digest)
        total = _total(answer.body, total_path) if total_path else None
        yield answer.records
        page_index, seen = page_index + 1, seen + len(answer.records)
        if total is not None and seen >= total:
            return
        previous = digest


def _check_is_followed(
    fetch: Fetch, paging: PageNumber | Offset, second: int, first_page: list[Any]
) -> None:
    """Check that the backend returned its first page again because it is the last.

    It is asked for pages that are smaller by one record: then its last page begins with
    another record, unless it ignores the parameter.

    :raise EndlessPagingError: it returns the first records for each page
    """
    size = paging.size - 1
    if not (paging.size_param and size and len(first_page) == paging.size):
        return
    try:
        answer = fetch({paging.param: second, paging.size_param: size})
    except IDMissingInBackend:
        return
    if answer.records == first_page[:size]:
        raise EndlessPagingError(
            f"The backend returns its first page for each {paging.param}. Set param of "
            "_paging to the name that the backend expects."
        )


def _total(body: Any, path: str) -> int | None:
    """Return the number of all records, None if the answer does not contain it."""
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
    """Cursor of the next page in the body: ``{"meta": {"next": "abc"}}``."""

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
            if not cursor:  # some backends end with 0
                return
            _check_place(cursor, (str, int, float), "a cursor")
            check_new(cursor, seen)
            params = {self.param: cursor, **_size(self)}


@dataclass(frozen=True)
class Connection:
    """Connection of GraphQL: ``pageInfo { hasNextPage endCursor }``.

    Its parameters are variables of the query. An empty page is not always the last.
    """

    param: str = "after"
    size_param: str | None = "first"
    size: int = 100

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        params, seen = _size(self), set()
        while True:
            answer = fetch(params)
            if answer.records:
                yield answer.records
            info = look_up(answer.body, "pageInfo")
            has_next = look_up(info, "hasNextPage")
            if not isinstance(has_next, bool):
                raise InvalidDataError(
                    "The connection does not say whether a page follows. Add pageInfo "
                    "{ hasNextPage endCursor } to the query, or set _paging."
                )
            if not has_next:
                return
            cursor = look_up(info, "endCursor")
            if not cursor:
                raise InvalidDataError(
                    "The connection has a next page, but no endCursor. Add pageInfo "
                    "{ hasNextPage endCursor } to the query."
                )
            _check_place(cursor, str, "a cursor")
            check_new(cursor, seen)
            params = {self.param: cursor, **_size(self)}


@dataclass(frozen=True)
class NextLink:
    """Address of the next page in the body."""

    path: str = "next"
    params: tuple[tuple[str, Any], ...] = ()

    def pages(self, fetch: Fetch) -> Iterator[list[Any]]:
        return _linked_pages(
            fetch, self.params, lambda answer: look_up(answer.body, self.path)
        )


@dataclass(frozen=True)
class LinkHeader:
    """Address of the next page in the header ``Link``, as in RFC 8288."""

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
        check_new(url, seen)
        answer = fetch({}, url)


def _check_place(place: Any, types: Any, expected: str) -> None:
    if not isinstance(place, types):
        raise InvalidDataError(
            f"Expected {expected}, found {reprlib.repr(place)}. Is this the right "
            "paging strategy?"
        )
