# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing many records: in chunks, several side by side, each with its result.

A chunk is one call, so Odoo carries it out whole or not at all. A chunk that fails does
not stop the others.
"""

from __future__ import annotations

import itertools
from collections.abc import (
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from ._runners import awaited
from ._values import Values, to_json

Updates: TypeAlias = (
    "Mapping[int, Mapping[str, Any]]"
    " | Iterable[tuple[int | Sequence[int], Mapping[str, Any]]]"
)


class ChunkResult(NamedTuple):
    """The outcome of the records ``start`` to ``stop`` of the input.

    ``ids`` are the records created or written, none if there is an ``error``.
    """

    start: int
    stop: int
    ids: Sequence[int] = ()
    error: Exception | None = None


class BulkResult(Sequence[ChunkResult]):
    """The results of all chunks, in the order of the input."""

    def __init__(self, chunks: Sequence[ChunkResult] = ()) -> None:
        self.chunks = tuple(chunks)

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

    def __repr__(self) -> str:
        return f"BulkResult({self.chunks!r})"


class BulkWrites:
    """The writes of many records, for clients."""

    runner: Any
    # of AsyncRecords or SyncRecords
    create: Callable[..., Any]
    write: Callable[..., Any]

    async def create_many(
        self,
        model: str,
        values_list: Iterable[Values],
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> BulkResult:
        """Create records in chunks, several side by side; each chunk whole or not.

        A chunk that fails does not stop the others: see ``BulkResult.errors``.
        """

        async def create(part: Sequence[Values]) -> Any:
            return await awaited(self.create(model, part, context))

        parts = chunks(list(values_list), chunk_size)
        creates = [(len(part), partial(create, part)) for _start, part in parts]
        return await _run_chunks(self.runner, creates, concurrency)

    async def write_many(
        self,
        model: str,
        updates: Updates,
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> BulkResult:
        """Write ``{id: values}`` in chunks, several side by side.

        Records that get the same values are written together; the results follow
        these groups. ``[(ids, values), …]`` is accepted, too.
        """

        async def write(ids: Sequence[int], values: Values) -> Sequence[int]:
            await awaited(self.write(model, ids, values, context))
            return ids

        writes = [
            (len(part), partial(write, part, values))
            for ids, values in grouped_updates(updates)
            for _start, part in chunks(ids, chunk_size)
        ]
        return await _run_chunks(self.runner, writes, concurrency)


async def _run_chunks(
    runner: Any,
    sized: Sequence[tuple[int, Callable[[], Coroutine[Any, Any, Any]]]],
    concurrency: int,
) -> BulkResult:
    """Run operations on so many records each, side by side."""
    outcomes = await runner.gather([run for _size, run in sized], concurrency)
    stops = itertools.accumulate(size for size, _run in sized)
    return BulkResult(
        [
            ChunkResult(stop - size, stop, error=outcome)
            if isinstance(outcome, Exception)
            else ChunkResult(stop - size, stop, outcome)
            for (size, _run), stop, outcome in zip(sized, stops, outcomes, strict=True)
        ]
    )


def chunks(items: Sequence[Any], size: int) -> list[tuple[int, Sequence[Any]]]:
    """Return slices of at most ``size`` items, each with its start."""
    if size < 1:
        raise ValueError(f"chunk_size must be at least 1, found {size}")
    return [
        (start, items[start : start + size]) for start in range(0, len(items), size)
    ]


def grouped_updates(updates: Updates) -> list[tuple[list[int], Mapping[str, Any]]]:
    """Group records that get the same values, in the order of the first of each.

    :raises ValueError: if a record is given twice: which update wins would be chance
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
