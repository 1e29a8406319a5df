# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keep an import from overwriting edits that are not exported yet.

For each field with an unconfirmed edit that the import would change::

    mark in external_base     the field in the backend    what happens
    same as now               did not change              the edit is kept
    other than now            changed, too: a conflict    the policy of the backend
    none                      nobody knows                ``_changed_unknown``

Nothing here locks. An edit that is committed while an import runs is not seen by it;
if both write the same record, PostgreSQL refuses the second of them (repeatable read),
whose job or request is tried again and then sees the first. If the import does not
write the record, the edit stays as it is. Both ways no edit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...outcome import Outcome
from ..exporter.queue import delay_export
from ..importer.items import ImportItem
from .conflict import Winner
from .field_marks import mark, mark_of_value
from .line_edits import EditedLines, labels, say_kept
from .line_merge import LineMerge, line_marks, lines_of
from .unconfirmed import (
    ALL_FIELDS,
    KEEP_UNCONFIRMED,
    UnconfirmedFields,
    has_unconfirmed_fields,
    is_listened_to,
)


class ImportConflicts(AbstractComponent):
    """Hooks by which a two-way connector decides between local and remote edits."""

    _name = "generic.importer.conflicts"
    _inherit = "base.importer"

    def _is_exported(self) -> bool:
        """Return whether edits of such records are exported, and must be kept.

        By default, whether a ``generic.export.listener`` notes them. Where it is
        False an import costs no query and keeps no marks.
        """
        return is_listened_to(self.work)

    def _changed_unknown(self, name: str) -> bool:
        """Return whether a field without a mark counts as changed in the backend."""
        return False

    def _remote_marks(self) -> dict[str, Any]:
        """Return a mark of each field of the record at hand, as the backend has it.

        Of the mapped values; of items that become lines, as they were read.
        """
        values, model = self._item.values, self.model
        marks = {name: mark_of_value(model, name, values[name]) for name in values}
        for source, target, _model in getattr(self.mapper, "children", ()):
            try:
                marks[target] = mark(self.external_record[source])
            except (LookupError, TypeError, AttributeError):
                marks.pop(target, None)
        return marks

    def _resolve_conflict(
        self, binding: models.BaseModel, edits: UnconfirmedFields, names: Iterable[str]
    ) -> Winner:
        """Return who wins the fields that changed on both sides.

        By the backend's ``conflict_policy``. A backend without one keeps the edits.
        """
        if not getattr(self.backend_record, "conflict_policy", None):
            return Winner.HERE
        if self.many_components(usage="conflict.resolver"):
            resolver = self.component(usage="conflict.resolver")
        else:
            resolver = self.component_by_name("generic.conflict.resolver")
        return resolver.resolve(
            binding, edits.edited_at(names), self._external_updated_at()
        )


class UnconfirmedEdits:
    """Keeps an import from overwriting unconfirmed edits, field by field.

    :param hooks: the importer of the chunk
    """

    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks
        self._model = hooks.model
        self._is_dry_run = hooks.is_dry_run
        self._lines = EditedLines(hooks)
        self._keeps_edits = has_unconfirmed_fields(self._model) and hooks._is_exported()

    @property
    def _unconfirmed_model(self) -> models.BaseModel:
        return self._hooks.env["connector.unconfirmed.field"].sudo()

    def find(self, items: list[ImportItem]) -> None:
        """Read the unconfirmed edits of all items, in one query."""
        if not self._keeps_edits:
            return
        bindings = self._model.union(*(item.binding for item in items if item.binding))
        found = self._unconfirmed_model._find(bindings)
        for item in items:
            if item.binding:
                item.unconfirmed = found.get(item.binding.id)

    def find_lines(self, items: list[ImportItem]) -> None:
        """Read the unconfirmed edits of the lines that the items update."""
        self._lines.find(items)

    def without_kept(self, item: ImportItem, changes: dict[str, Any]) -> dict[str, Any]:
        """Return what the import may write; the item is skipped to ask a person."""
        changes = self._without_unconfirmed(item, changes)
        if item.outcome == Outcome.SKIPPED:
            return {}
        return self._lines.without_kept(item, changes)

    def _without_unconfirmed(
        self, item: ImportItem, changes: dict[str, Any]
    ) -> dict[str, Any]:
        # the group of the record may be written once more, without one that failed
        item.kept, item.overruled, item.note = set(), set(), None
        if self._keeps_edits:
            # before the write: models change the values of lines that they create
            item.marks = self._marks(item)
        edits = item.unconfirmed
        if not edits:
            return changes
        if item.force and not self._hooks.env.context.get(KEEP_UNCONFIRMED):
            item.overruled = edits.edited(self._model, item.values)
            return changes
        edited = edits.edited(self._model, changes)
        merges = self._merge_lines(item, edited, changes)
        conflicts = self._find_conflicts(item, edited - merges.keys())
        conflicts |= {name for name in merges if merges[name].has_conflicts}
        winner = Winner.HERE
        if conflicts:
            behind = edits.rows_behind(self._model, conflicts)
            winner = self._hooks._resolve_conflict(item.binding, edits, behind)
            if winner is Winner.NOBODY_YET:
                self._leave_to_a_person(item, conflicts, behind)
                return {}
        is_theirs = winner is Winner.THERE
        item.kept = {name for name in merges if merges[name].keeps_edits}
        item.kept |= conflicts if not is_theirs else set()
        item.kept |= edited - conflicts - merges.keys()
        item.overruled = conflicts - item.kept
        if item.kept:
            item.note = say_kept(item.binding, item.kept)
        self._unconfirmed_model._set_in_conflict(edits.rows, False)
        merged = {name: merges[name].commands(is_theirs) for name in merges}
        left = {name: changes[name] for name in changes if name not in item.kept}
        left.update((name, commands) for name, commands in merged.items() if commands)
        return {name: value for name, value in left.items() if merged.get(name, True)}

    def _merge_lines(
        self, item: ImportItem, names: set[str], changes: dict[str, Any]
    ) -> dict[str, LineMerge]:
        """Return the merged changes of the edited lists whose lines are known."""
        base = item.binding.external_base or {}
        return {
            name: LineMerge(
                item.binding,
                name,
                item.values[name],
                changes[name],
                base[lines_of(name)],
            )
            for name in names
            if lines_of(name) in base
        }

    def _find_conflicts(self, item: ImportItem, names: set[str]) -> set[str]:
        """Return those of the fields that the backend changed, too."""
        if not names:
            return set()
        base, marks = item.binding.external_base or {}, item.marks or {}
        return {
            name
            for name in names
            if (
                base[name] != marks.get(name)
                if name in base
                else self._hooks._changed_unknown(name)
            )
        }

    def _leave_to_a_person(
        self, item: ImportItem, conflicts: set[str], behind: set[str]
    ) -> None:
        """Leave both sides as they are: no job sends the edits until it is decided."""
        item.outcome = Outcome.SKIPPED
        item.note = self._hooks.env._(
            "%(record)s was changed on both sides (%(fields)s): a person decides",
            record=item.binding.display_name,
            fields=labels(item.binding, conflicts),
        )
        edits = item.unconfirmed
        rows = [row for row in edits.rows if row.name in behind]
        self._unconfirmed_model._set_in_conflict(rows, True)

    # -- afterwards -----------------------------------------------------------

    def settle(self, items: list[ImportItem]) -> None:
        """Forget the edits that were overwritten; have those that stay exported."""
        if self._is_dry_run:
            return
        done = []
        for item in items:
            if item.overruled and item.outcome != Outcome.SKIPPED:
                done += self._overrule(item)
            edits = item.unconfirmed
            if edits and (kept := edits.rows_behind(self._model, item.kept)):
                names = None if ALL_FIELDS in kept else kept
                delay_export(item.binding, names, only_unconfirmed=True)
        self._unconfirmed_model._confirm(done)

    def _overrule(self, item: ImportItem) -> list[int]:
        """Return the rows of edits that were overwritten.

        Of a record that is to be exported whole, the other fields are left to export.
        """
        edits = item.unconfirmed
        if ALL_FIELDS in edits.names:
            left = self._exported_fields() - item.overruled - edits.names
            if left:
                self._unconfirmed_model._note({item.binding: left})
        return edits.ids_of(edits.rows_behind(self._model, item.overruled))

    def _exported_fields(self) -> set[str]:
        if not self._hooks.many_components(usage="export.mapper"):
            return set()
        mapper = self._hooks.component(usage="export.mapper")
        return set(mapper.changed_by_fields()) & self._model._fields.keys()

    def base_values(self, item: ImportItem) -> dict[str, Any]:
        """Return the values by which a binding keeps what both sides agree on."""
        if not self._keeps_edits:
            return {}
        base = item.binding.external_base if item.binding else None
        marks = self._marks(item) if item.marks is None else item.marks
        return {"external_base": {**(base or {}), **marks}}

    def _marks(self, item: ImportItem) -> dict[str, Any]:
        return {**self._hooks._remote_marks(), **self._line_marks(item)}

    def _line_marks(self, item: ImportItem) -> dict[str, Any]:
        """Return the marks of lines that an import updates one by one, by field."""
        values, marks = item.values, {}
        for _source, target, _model in getattr(self._hooks.mapper, "children", ()):
            field = self._model._fields.get(target)
            if field is not None and field.relational and values.get(target):
                if found := line_marks(self._model, target, values[target]):
                    marks[lines_of(target)] = found
        return marks
