# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports do not overwrite edits that are not exported yet.

.. code-block:: text

    find bindings ─▶ find(items)                    unconfirmed edits, one query
    map
    update        ─▶ find_lines(items)              those of lines
                     without_kept(item, changes)    for each edited field:

        known fingerprint  the field in the backend  what happens
        -----------------  ------------------------  ------------------
        same as now        did not change            the edit is kept
        other than now     changed, to the edit      both sides agree
        other than now     changed, too: a conflict  _resolve_conflict
        none               unknown                   _is_changed_without_fingerprint

    write         ─▶ base_values(item)              the fingerprints for external_base
                     finish(items)                  agreed and overwritten edits are
                                                    deleted, kept ones are exported

Nothing locks. If an edit is committed while the import runs and both write the record,
PostgreSQL refuses the second (repeatable read), which is retried and sees the first. If
the import does not write the record, the edit stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...outcome import Outcome
from ..comparison.stored_values import X2MANY, digest
from ..exporter.queue import delay_export
from ..importer.items import ImportItem
from ..session import Session
from .conflict import Winner, end_conflict, leave_to_a_person
from .fingerprints import LINES, fingerprint_of_value, fingerprints_of_children
from .line_edits import LineEdits, LineMerge
from .unconfirmed import (
    ALL_FIELDS,
    KEEP_UNCONFIRMED,
    UnconfirmedFields,
    is_listened_to,
    stores_unconfirmed_edits,
)


class EditKeepingImporter(AbstractComponent):
    """Hooks of an importer whose records are exported, too."""

    _name = "generic.edit.keeping.importer"
    _inherit = "base.importer"

    def _keeps_edits(self) -> bool:
        """Return whether edits of such records are exported, and must be kept.

        By default, whether a ``generic.export.listener`` stores them. If it is False,
        an import runs no query for this and stores no fingerprints.
        """
        return is_listened_to(self.work)

    def _is_changed_without_fingerprint(self, name: str) -> bool:
        """Return whether a field without fingerprint counts as changed remotely."""
        return False

    def _remote_fingerprints(self) -> dict[str, Any]:
        """Return a fingerprint of each field of the record, as the backend has it.

        Of the mapped values; of lists of items, of the items as they were read.
        """
        values, model = self._item.values, self.model
        found = {
            name: fingerprint_of_value(model, name, values[name]) for name in values
        }
        for source, target, _model in getattr(self.mapper, "children", ()):
            try:
                found[target] = digest(self.external_record[source])
            except (LookupError, TypeError, AttributeError):
                found.pop(target, None)
        return found

    def _resolve_conflict(
        self, binding: models.BaseModel, edits: UnconfirmedFields, names: Iterable[str]
    ) -> Winner:
        """Return who wins the fields that both sides changed.

        By the backend's ``conflict_policy``. A backend without one keeps the edits.
        """
        if not getattr(self.backend_record, "conflict_policy", None):
            return Winner.LOCAL
        if self.many_components(usage="conflict.resolver"):
            resolver = self.component(usage="conflict.resolver")
        else:
            resolver = self.component_by_name("generic.conflict.resolver")
        return resolver.resolve(
            binding, edits.edited_at(names), self._external_updated_at()
        )


class KeptEdits:
    """The unconfirmed edits of records that ``importer`` imports."""

    def __init__(self, importer: Any) -> None:
        self.importer = importer
        model = importer.model
        self._is_active = stores_unconfirmed_edits(model) and importer._keeps_edits()
        self._line_edits: LineEdits | None = None
        #: of a person, about the record that is imported
        self._decision = Session.of(importer.work).decision

    # -- steps of the import --------------------------------------------------

    def find(self, items: Iterable[ImportItem]) -> None:
        """Read the edits of all items, in one query."""
        if self._is_active:
            bound = [item for item in items if item.binding]
            bindings = self.importer.model.union(*(item.binding for item in bound))
            found = self._rows._find(bindings)
            for item in bound:
                item.unconfirmed = found.get(item.binding.id)

    def find_lines(self, items: list[ImportItem]) -> None:
        """Read the edits of the lines of items that are about to be updated."""
        has_lines = getattr(self.importer.mapper, "children", ())
        self._line_edits = LineEdits(self, items) if has_lines else None

    def without_kept(self, item: ImportItem, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the changes that the import writes; skip the item to ask a person."""
        # called again for each half of a bisected chunk
        item.kept, item.overruled, item.agreed, item.note = set(), set(), set(), None
        if self._is_active:
            # before the write: models change the values of lines that they create
            item.remote_base = self._find_remote_base(item)
        if self._decision is not None and self._decision.is_about(item.binding):
            changes = self._decision.settle(self, item, changes)
        elif item.unconfirmed:
            changes = self._without_kept_fields(item, changes)
        if item.outcome != Outcome.SKIPPED and self._line_edits is not None:
            changes = self._line_edits.without_kept(item, changes)
        return changes

    def finish(self, items: Iterable[ImportItem]) -> None:
        """Delete agreed and overwritten edits; export those that were kept."""
        if self.importer.is_dry_run:
            return
        done, model = [], self.importer.model
        for item in items:
            edits = item.unconfirmed
            if edits and item.outcome != Outcome.SKIPPED:
                done += edits.ids_of(item.agreed)
                if item.overruled:
                    done += self._finish_overwritten(item)
            if edits and (kept := edits.edited_because_of(model, item.kept)):
                self.delay_export(item.binding, kept)
        self.confirm(done)

    def base_values(self, item: ImportItem) -> dict[str, Any]:
        """Return the values of the binding that a later import compares with."""
        if not self._is_active:
            return {}
        base = item.binding.external_base if item.binding else None
        remote = item.remote_base or self._find_remote_base(item)
        return {"external_base": {**(base or {}), **remote}}

    # -- one record -----------------------------------------------------------

    def _without_kept_fields(
        self, item: ImportItem, changes: dict[str, Any]
    ) -> dict[str, Any]:
        model, edits = self.importer.model, item.unconfirmed
        if self.is_forced(item):
            item.overruled = edits.edited(model, item.values)
            end_conflict(item.binding, item.unconfirmed)
            return changes
        item.agreed = self.find_agreed(item, changes)
        edited = edits.edited(model, changes)
        merges = self._merge_lines(item, edited, changes)
        conflicts = self.find_changed_remotely(item, edited - merges.keys())
        conflicts |= {name for name in merges if merges[name].has_conflicts}
        winner = Winner.LOCAL
        if conflicts:
            behind = edits.edited_because_of(model, conflicts)
            winner = self.importer._resolve_conflict(item.binding, edits, behind)
            if winner is Winner.ASK:
                self._leave_to_a_person(item, conflicts)
                return {}
        is_remote = winner is Winner.REMOTE
        item.kept = {name for name in merges if merges[name].keeps_edits}
        item.kept |= edited - conflicts - merges.keys()
        item.kept |= set() if is_remote else conflicts
        item.overruled = conflicts - item.kept
        if item.kept:
            item.note = self.describe_kept(item.binding, item.kept)
        end_conflict(item.binding, item.unconfirmed)
        left = {name: changes[name] for name in changes if name not in item.kept}
        for name, merge in merges.items():
            left.pop(name, None)
            if commands := merge.commands(is_remote):
                left[name] = commands
        return left

    def _merge_lines(
        self, item: ImportItem, names: set[str], changes: dict[str, Any]
    ) -> dict[str, LineMerge]:
        """Return the merged changes of edited lists whose lines have fingerprints."""
        base, values = item.binding.external_base or {}, item.values
        return {
            name: LineMerge(
                item.binding, name, values[name], changes[name], base[name + LINES]
            )
            for name in names
            if name + LINES in base
        }

    def find_changed_remotely(self, item: ImportItem, names: set[str]) -> set[str]:
        """Return those of the fields that the backend changed since both agreed."""
        if not names:
            return set()
        base, remote = item.binding.external_base or {}, item.remote_base or {}
        return {
            name
            for name in names
            if (
                base[name] != remote.get(name)
                if name in base
                else self.importer._is_changed_without_fingerprint(name)
            )
        }

    def find_agreed(self, item: ImportItem, changes: dict[str, Any]) -> set[str]:
        """Return the edited fields that the backend changed to the same value.

        Lists are left to their export: an import may only add to them.
        """
        model = self.importer.model
        same = item.unconfirmed.names & (item.values.keys() - changes.keys())
        single = {name for name in same if model._fields[name].type not in X2MANY}
        return self.find_changed_remotely(item, single)

    def _leave_to_a_person(self, item: ImportItem, conflicts: set[str]) -> None:
        """Change neither side: no job sends the edits until a person has decided."""
        item.outcome, backend = Outcome.SKIPPED, self.importer.backend_record
        item.note = leave_to_a_person(
            item.binding, backend, item.unconfirmed, conflicts
        )

    def _finish_overwritten(self, item: ImportItem) -> list[int]:
        """Return the rows of overwritten edits; other fields of a whole record stay."""
        edits, model = item.unconfirmed, self.importer.model
        if ALL_FIELDS in edits.names:
            if left := self.exported_fields() - item.overruled - edits.names:
                self._rows._note({item.binding: left})
        return edits.ids_of(edits.edited_because_of(model, item.overruled))

    def exported_fields(self) -> set[str]:
        """Return the fields that an export of the whole record sends."""
        if not self.importer.many_components(usage="export.mapper"):
            return set()
        mapper = self.importer.component(usage="export.mapper")
        return set(mapper.changed_by_fields()) & self.importer.model._fields.keys()

    def _find_remote_base(self, item: ImportItem) -> dict[str, Any]:
        """Return the fingerprints of the fields and lines as the backend has them."""
        importer = self.importer
        children = getattr(importer.mapper, "children", ())
        lines = fingerprints_of_children(importer.model, children, item.values)
        return {**importer._remote_fingerprints(), **lines}

    # -- for lines, too -------------------------------------------------------

    def is_forced(self, item: ImportItem) -> bool:
        """Return whether the import overwrites edits."""
        return item.force and not self.importer.env.context.get(KEEP_UNCONFIRMED)

    def delay_export(self, binding: models.BaseModel, names: set[str]) -> None:
        """Export edits that are kept, unless their job waits already."""
        if not self.importer.is_dry_run:
            fields = None if ALL_FIELDS in names else names
            delay_export(binding, fields, only_unconfirmed=True)

    def confirm(self, row_ids: Iterable[int]) -> None:
        """Delete the rows of edits that are overwritten."""
        self._rows._confirm(row_ids)

    def describe_kept(self, binding: models.BaseModel, names: Iterable[str]) -> str:
        """Return the note for a person that names the edits that are kept."""
        return self.importer.env._(
            "%(record)s keeps its edits, which will be exported: %(fields)s",
            record=binding.display_name,
            fields=binding._labels_of(names),
        )

    @property
    def _rows(self) -> models.BaseModel:
        return self.importer.env["connector.unconfirmed.field"].sudo()
