# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import items: the state of each external record of a chunk.

An item is *pending* until it has an outcome. Each step of the flow takes the pending
items, sets attributes, and gives an outcome to those that need no further step.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from odoo.addons.queue_job.exception import RetryableJobError

from ...exception import SkipError
from ...outcome import Outcome

#: notes that the result of a job shows
MAX_NOTES = 50


#: fields that usually hold the name of an external record
_NAMES = ("display_name", "name", "title", "reference", "number", "code", "sku")
_MAX_NAME = 80


class Dependency(NamedTuple):
    """An external record that must be in Odoo before the one that asks for it."""

    binding_model: str
    external_id: Any
    importer: Any = None
    always: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the external record among those of all models."""
        return self.binding_model, str(self.external_id)


@dataclass(eq=False)
class ImportItem:
    """One external record in a chunk."""

    external_id: Any
    external_record: Any = None
    #: import it even if it is up to date, and overwrite local edits
    force: bool = False
    #: local time (UTC) when it was read
    read_at: datetime | None = None
    #: the external record with its time, where the search for it has read it
    found: Any = None
    binding: Any = None
    #: set where the external record was merged into the one that is bound
    alias: Any = None
    dependencies: tuple[Dependency, ...] = ()
    #: keys of the items of the chunk that must be imported before this one
    after: set[str] = field(default_factory=set)
    values: dict[str, Any] | None = None
    #: of the values, where the importer compares them with those of the last import
    fingerprint: str | None = None
    #: the values that were written: those that changed, without fields that keep edits
    written: dict[str, Any] | None = None
    outcome: Outcome | None = None
    error: Exception | None = None
    #: a remark on the outcome, for a person
    note: str | None = None
    #: why it was skipped or removed, where no note says that
    reason: str | None = None
    #: raised by a hook that skipped it
    skip_error: Exception | None = None
    #: the wrapped record and its name, where the import may remove it
    record: Any = None
    name: str | None = None
    #: the changed values for the history, before and after the write, and the changes
    #: of lines as texts
    held_before: dict[str, Any] = field(default_factory=dict)
    held_after: dict[str, Any] = field(default_factory=dict)
    described_lines: dict[str, str] = field(default_factory=dict)
    #: unconfirmed edits of the binding
    unconfirmed: Any = None
    #: fingerprints of the fields as the backend has them, where edits are kept
    remote_base: dict[str, Any] | None = None
    #: fields whose edits are kept, are overwritten, or are in the backend, too
    kept: set[str] = field(default_factory=set)
    overruled: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """Return the text by which external ids of any type are compared."""
        return str(self.external_id)

    @property
    def remote_name(self) -> str:
        """Return the name of the external record, "" if it is not known."""
        for values in (self.values, self.external_record):
            if not isinstance(values, Mapping):
                continue
            for key in _NAMES:
                value: Any = values.get(key)
                if isinstance(value, str) and value.strip():
                    return value.strip()[:_MAX_NAME]
        return ""

    @property
    def pending(self) -> bool:
        """Return whether the item has no outcome yet."""
        return self.outcome is None

    @property
    def is_missing(self) -> bool:
        """Return whether the backend has no such record, and none is bound."""
        return (
            self.outcome == Outcome.SKIPPED
            and self.external_record is None
            and self.skip_error is None
            and not (self.binding or self.alias)
        )

    @property
    def is_waiting(self) -> bool:
        """Return whether the record only waits for the backend or for another job."""
        return isinstance(self.error, RetryableJobError) and bool(
            self.error.ignore_retry
        )

    def fail(self, error: Exception) -> None:
        """Set the outcome of a record that cannot be imported."""
        self.outcome, self.error = Outcome.FAILED, error

    def skip(self, error: SkipError) -> None:
        """Set the outcome of a record that a hook skips; the message is the reason."""
        self.outcome, self.skip_error = Outcome.SKIPPED, error
        self.reason = str(error) or None


@dataclass(frozen=True)
class ChunkOutcome:
    """Outcomes of the records of a chunk."""

    items: tuple[ImportItem, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """Return ``{outcome: number of records}``."""
        return dict(Counter(item.outcome for item in self.items))

    @property
    def binding_ids(self) -> dict[Outcome, list[int]]:
        """Return ``{outcome: ids of the bindings that have it}``."""
        binding_ids = defaultdict(list)
        for item in self.items:
            if item.binding:
                binding_ids[item.outcome].append(item.binding.id)
        return dict(binding_ids)

    @property
    def failed(self) -> tuple[ImportItem, ...]:
        """Return the items that failed, each with its error."""
        return tuple(item for item in self.items if item.outcome == Outcome.FAILED)

    @property
    def waiting(self) -> tuple[ImportItem, ...]:
        """Return those of the failed items that only wait."""
        return tuple(item for item in self.failed if item.is_waiting)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes of the items that have one."""
        return tuple(item.note for item in self.items if item.note)

    @classmethod
    def of_skipped(cls, external_id: Any, error: SkipError) -> ChunkOutcome:
        """Return the outcome of one record that an importer skips by an error."""
        item = ImportItem(external_id)
        item.skip(error)
        return cls((item,))

    def __str__(self) -> str:
        counts = self.counts
        if self.waiting:
            counts["waiting"] = len(self.waiting)
            counts[Outcome.FAILED] -= len(self.waiting)
        text = ", ".join(
            f"{counts[name]} {name}" for name in sorted(counts) if counts[name]
        )
        if len(self.items) == 1 and self.items[0].reason:
            text += f": {self.items[0].reason}"
        notes = self.notes
        more = [f"… (+{len(notes) - MAX_NOTES})"] if len(notes) > MAX_NOTES else []
        return "\n".join([text, *notes[:MAX_NOTES], *more])
