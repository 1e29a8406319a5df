# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many records: pages by key, chunks with a result each."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ._answers import ascending_after
from ._protocols import Call
from ._values import Record, Records, to_json

Updates: TypeAlias = (
    "Mapping[int, Mapping[str, Any]]"
    " | Iterable[tuple[int | Sequence[int], Mapping[str, Any]]]"
)


@dataclass(frozen=True)
class ChunkResult:
    """Tell what became of the records ``start`` to ``stop`` of the input.

    ``ids`` are the records created or written, none if there is an ``error``.
    """

    start: int
    stop: int
    ids: Sequence[int] = ()
    error: Exception | None = None


@dataclass(frozen=True)
class BulkResult(Sequence[ChunkResult]):
    """Hold the results of all chunks, in the order of the input."""

    chunks: Sequence[ChunkResult] = field(default_factory=tuple)

    @property
    def ids(self) -> list[int]:
        """Return the ids of all chunks that succeeded."""
        return [record_id for chunk in self.chunks for record_id in chunk.ids]

    @property
    def errors(self) -> list[Exception]:
        return [chunk.error for chunk in self.chunks if chunk.error]

    def raise_for_errors(self) -> BulkResult:
        """Raise the first error there is."""
        for error in self.errors:
            raise error
        return self

    def __getitem__(self, index: Any) -> Any:
        return self.chunks[index]

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self) -> Iterator[ChunkResult]:
        return iter(self.chunks)


class KeysetPages:
    """Read a model page by page, each beginning after the last id of the one before.

    Records that come or go meanwhile shift no page. At most a page is in memory
    (two in the async client, which reads ahead).
    """

    def __init__(
        self,
        read_page: Callable[[list[Any]], Awaitable[Records]],
        domain: Sequence[Any],
        page_size: int,
        model: str = "",
    ) -> None:
        if page_size < 1:
            raise ValueError(f"page_size must be at least 1, found {page_size}")
        self._read_page = read_page
        self._domain = list(domain)
        self._call = Call(model, "search_read")
        self._last_id = 0
        self._is_finished = False

    async def next_page(self) -> Sequence[Record]:
        if self._is_finished:
            return []
        domain = self._domain
        if self._last_id:
            domain = [*domain, ["id", ">", self._last_id]]
        page = await self._read_page(domain)
        # A short page need not be the last one: servers have limits, too.
        self._is_finished = not page
        self._last_id = ascending_after(self._last_id, page, self._call)
        return page


def chunks(items: Sequence[Any], size: int) -> list[tuple[int, Sequence[Any]]]:
    """Return slices of at most ``size`` items, each with its start."""
    if size < 1:
        raise ValueError(f"chunk_size must be at least 1, found {size}")
    return [
        (start, items[start : start + size]) for start in range(0, len(items), size)
    ]


def grouped_updates(updates: Updates) -> list[tuple[list[int], Mapping[str, Any]]]:
    """Group records that get the same values, in the order of the first of each.

    :raises ValueError: if a record stands twice; which update is last would be chance.
    """
    pairs = updates.items() if isinstance(updates, Mapping) else updates
    groups: dict[str, tuple[list[int], Mapping[str, Any]]] = {}
    seen: set[int] = set()
    for ids, values in pairs:
        group_ids, _values = groups.setdefault(to_json(dict(values)), ([], values))
        for record_id in [ids] if isinstance(ids, int) else ids:
            if record_id in seen:
                raise ValueError(f"the record {record_id} stands twice in the updates")
            seen.add(record_id)
            group_ids.append(record_id)
    return list(groups.values())


def have_external_ids(fields: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether each record that the rows describe has an external id.

    Sub-rows of a one2many (``line_ids/name``) are records, too.
    """
    for row in rows:
        given = {name for name, value in zip(fields, row, strict=False) if value}
        for record in {"", *itertools.chain(*map(_records_of, given))}:
            if not given & {f"{record}id", f"{record}.id"}:
                return False
    return True


def _records_of(field: str) -> list[str]:
    """Return the prefixes of the records in which a column has a value.

    ``line_ids/name`` is in a line, and ``line_ids/product_id/id``, a reference, too.
    """
    *path, name = field.split("/")
    if name in ("id", ".id"):
        path = path[:-1]
    return ["".join(f"{one}/" for one in path[:end]) for end in range(len(path) + 1)]


def bulk_result(
    spans: Sequence[tuple[int, int]], outcomes: Sequence[Any]
) -> BulkResult:
    """Pair the spans of the input with what their operations brought."""
    return BulkResult(
        tuple(
            ChunkResult(start, stop, error=outcome)
            if isinstance(outcome, Exception)
            else ChunkResult(start, stop, outcome)
            for (start, stop), outcome in zip(spans, outcomes, strict=True)
        )
    )


__all__ = ["BulkResult", "ChunkResult", "KeysetPages"]
