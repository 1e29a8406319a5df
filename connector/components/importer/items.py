# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an import knows of each record on its way, and how a chunk is ordered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.queue_job.exception import RetryableJobError

CREATED = "created"
UPDATED = "updated"
UNCHANGED = "unchanged"
REMOVED = "removed"
SKIPPED = "skipped"
FAILED = "failed"
#: records that the result of a job names
MAX_NOTES = 50


@dataclass(eq=False)
class ImportItem:
    """One external record on its way into Odoo."""

    external_id: Any
    external_record: Any = None
    #: import it even if it is up to date, and whatever changed here
    force: bool = False
    binding: Any = None
    values: dict[str, Any] | None = None
    #: those that were written: no edit that is kept, and no value that was there
    written: dict[str, Any] | None = None
    #: of the values of an update, where the importer compares these
    fingerprint: str | None = None
    outcome: str | None = None
    error: Exception | None = None
    #: what must be in Odoo before this record
    dependencies: tuple = ()
    #: what is known of the external record, if it was merged into another
    alias: Any = None
    #: the edits of the binding that are not exported yet, if there are any
    unconfirmed: Any = None
    #: marks of what the backend has, where edits are kept
    marks: dict[str, Any] | None = None
    #: names of fields whose edits are kept, and of those whose edits are overwritten
    kept: set[str] = field(default_factory=set)
    overruled: set[str] = field(default_factory=set)
    #: what a person has to know of an outcome
    note: str | None = None
    #: keys of the items of the same model that must be imported before this one
    after: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """Return the text by which external ids of any type are compared."""
        return str(self.external_id)

    @property
    def pending(self) -> bool:
        """Tell whether no outcome is known yet."""
        return self.outcome is None

    @property
    def is_waiting(self) -> bool:
        """Return whether the record only waits: for the backend, or for another job."""
        return isinstance(self.error, RetryableJobError) and bool(
            self.error.ignore_retry
        )

    def fail(self, error: Exception) -> None:
        """Take the record out of the chunk."""
        self.outcome, self.error = FAILED, error


@dataclass(frozen=True)
class ChunkOutcome:
    """What became of the records of a chunk."""

    items: tuple[ImportItem, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Return ``{outcome: number of records}``."""
        return dict(Counter(item.outcome for item in self.items))

    @property
    def binding_ids(self) -> dict[str, list[int]]:
        """Return ``{outcome: ids of the bindings that it befell}``."""
        binding_ids = defaultdict(list)
        for item in self.items:
            if item.binding:
                binding_ids[item.outcome].append(item.binding.id)
        return dict(binding_ids)

    @property
    def failed(self) -> tuple[ImportItem, ...]:
        """Return the records that failed, each with its error."""
        return tuple(item for item in self.items if item.outcome == FAILED)

    @property
    def waiting(self) -> tuple[ImportItem, ...]:
        """Return those of the failed records that only wait."""
        return tuple(item for item in self.failed if item.is_waiting)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person has to know, of each record that has something."""
        return tuple(item.note for item in self.items if item.note)

    def __str__(self) -> str:
        counts = self.counts
        if self.waiting:
            counts["waiting"] = len(self.waiting)
            counts[FAILED] -= len(self.waiting)
            counts = {outcome: count for outcome, count in counts.items() if count}
        text = ", ".join(f"{counts[outcome]} {outcome}" for outcome in sorted(counts))
        notes = self.notes
        more = [f"… (+{len(notes) - MAX_NOTES})"] if len(notes) > MAX_NOTES else []
        return "\n".join([text, *notes[:MAX_NOTES], *more])


def generations(items: list[ImportItem]) -> Iterator[list[ImportItem]]:
    """Yield the items in groups, so that each comes after those it waits for.

    What is not among the items is not waited for. Items that wait for one
    another in a circle come last, together.
    """
    waiting = {item.key: item for item in items}
    while waiting:
        ready = [
            item
            for item in waiting.values()
            if not (item.after - {item.key}) & waiting.keys()
        ]
        group = ready or list(waiting.values())
        yield group
        for item in group:
            del waiting[item.key]


def find_circle(start: Hashable, needs: Mapping[Hashable, Iterable]) -> list | None:
    """Return the first circle that what ``start`` needs leads into, None if none does.

    It begins and ends with the same key.
    """
    path = {start: iter(needs.get(start, ()))}
    done = set()
    while path:
        key = next(reversed(path))
        for needed in path[key]:
            if needed in path:
                keys = list(path)
                return [*keys[keys.index(needed) :], needed]
            if needed not in done:
                path[needed] = iter(needs.get(needed, ()))
                break
        else:
            done.add(key)
            del path[key]
    return None


@contextmanager
def marked(in_progress: set, keys: set) -> Iterator[None]:
    """Hold ``keys`` in the set for the time of the block."""
    new = keys - in_progress
    in_progress |= new
    try:
        yield
    finally:
        in_progress -= new
