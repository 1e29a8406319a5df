# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of lines, which are written by commands of the record they belong to.

``LineEdits`` keeps the unconfirmed edits of a line that has a binding and a listener,
unless the import is forced. ``LineMerge`` merges other lines, whose edit makes all
lines of their record unconfirmed. ``external_base`` has the fingerprint of each value
of each line, as both sides last agreed on it. An import compares value by value:

=================  =================  =================================================
remote             local
=================  =================  =================================================
as agreed          any                the line keeps its value
other              as agreed          the remote value is written
other              other              conflict: the policy of the backend decides
line deleted       line edited        conflict
line changed       line deleted       conflict
=================  =================  =================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Command

from ..comparison.changes import changed_values
from ..comparison.lines import operation_of
from ..comparison.stored_values import ValueMemory, held_value
from ..importer.items import ImportItem
from .fingerprints import (
    LINE_KEY,
    LinePrints,
    fingerprint_of_field,
    fingerprint_of_value,
    inverse_of,
)
from .unconfirmed import UnconfirmedFields, is_listened_to, stores_unconfirmed_edits


class EditedLine(NamedTuple):
    """A line that an import is about to update, and its unconfirmed edits."""

    binding: models.BaseModel
    edits: UnconfirmedFields


class LineEdits:
    """The edited lines of records that are about to be updated."""

    def __init__(self, kept_edits: Any, items: list[ImportItem]) -> None:
        self._kept_edits = kept_edits
        self._importer = kept_edits.importer
        #: ``{field: {id in its commands: line}}``
        self._lines = dict(self._find(items))

    def _find(
        self, items: list[ImportItem]
    ) -> Iterator[tuple[str, dict[int, EditedLine]]]:
        """Yield ``(field, its edited lines)``; one query per kind of line."""
        importer = self._importer
        for _source, target, model_name in getattr(importer.mapper, "children", ()):
            if model_name not in importer.env or target not in importer.model._fields:
                continue
            model = importer.env[model_name].sudo()
            if not stores_unconfirmed_edits(model):
                continue
            if not is_listened_to(importer.work, model_name):
                continue
            ids = {
                command[1]
                for item in items
                for command in item.values.get(target) or ()
                if operation_of(command) == Command.UPDATE
            }
            if ids:
                yield target, self._edited_among(target, model, list(ids))

    def _edited_among(
        self, target: str, model: models.BaseModel, ids: list[int]
    ) -> dict[int, EditedLine]:
        importer = self._importer
        if importer.model._fields[target].comodel_name == model._name:
            bindings = {line.id: line for line in model.browse(ids)}
        else:
            binder = importer.binder_for(model._name)
            lines = model.with_context(active_test=False).search(
                [
                    (binder._odoo_field, "in", ids),
                    (binder._backend_field, "=", importer.backend_record.id),
                ]
            )
            bindings = {line[binder._odoo_field].id: line for line in lines}
        rows = importer.env["connector.unconfirmed.field"].sudo()
        edits = rows._find(model.union(*bindings.values()))
        return {
            key: EditedLine(line, edits[line.id])
            for key, line in bindings.items()
            if line.id in edits
        }

    def without_kept(self, item: ImportItem, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the changes without values that would overwrite an edit of a line."""
        result = dict(changes)
        for target, lines in self._lines.items():
            if target not in changes:
                continue
            commands = [
                self._without_kept_values(item, target, command, lines[command[1]])
                if operation_of(command) == Command.UPDATE and command[1] in lines
                else command
                for command in changes[target]
            ]
            result[target] = [command for command in commands if command]
            if not result[target]:
                del result[target]
        return result

    def _without_kept_values(
        self, item: ImportItem, target: str, command: Any, line: EditedLine
    ) -> Any:
        """Return the command without edited values, None if nothing is left."""
        _operation, line_id, values = command
        binding, edits, kept_edits = line.binding, line.edits, self._kept_edits
        edited = edits.edited(binding, values)
        if kept_edits.is_forced(item):
            kept_edits.confirm(edits.ids_of(edits.edited_because_of(binding, edited)))
            return command
        comodel = self._importer.env[self._importer.model._fields[target].comodel_name]
        record = comodel.browse(line_id)
        kept = {name for name in edited if changed_values(record, {name: values[name]})}
        if kept:
            item.kept.add(target)
            kept_edits.delay_export(binding, edits.edited_because_of(binding, kept))
            note = kept_edits.describe_kept(binding, kept)
            item.note = f"{item.note}\n{note}" if item.note else note
        left = {name: values[name] for name in values if name not in kept}
        return Command.update(line_id, left) if left else None


class LineMerge:
    """The changes that an import would make to the lines of one record.

    :param values: the mapped commands of all lines
    :param changes: the commands that would change something
    """

    def __init__(
        self,
        record: models.BaseModel,
        name: str,
        values: Iterable[Any],
        changes: Iterable[Any],
        base: LinePrints,
    ) -> None:
        self._comodel = record.env[record._fields[name].comodel_name]
        self._inverse = inverse_of(record, name)
        self._base = base
        self._mapped = {
            command[1]: command[2]
            for command in values
            if operation_of(command) == Command.UPDATE
        }
        #: whether a line keeps a value that the backend did not change
        self.keeps_edits = False
        #: whether both sides changed the same value of a line
        self.has_conflicts = False
        self._merged = [self._merge(command) for command in changes]

    def commands(self, is_remote: bool) -> list[Any]:
        """Return the commands to write, with the values in conflict or without them."""
        chosen = (both if is_remote else sure for sure, both in self._merged)
        return [command for command in chosen if command is not None]

    def _merge(self, command: Any) -> tuple[Any, Any]:
        """Return the command without values in conflict, and with them."""
        operation = operation_of(command)
        if operation == Command.UPDATE:
            return self._merge_update(command)
        if operation == Command.CREATE:
            known = self._base.get(str(command[2].get(LINE_KEY)))
            if known is None:
                return command, command
            is_same = all(
                known[name] == fingerprint_of_value(self._comodel, name, value)
                for name, value in command[2].items()
                if name in known
            )
            return self._keep() if is_same else self._dispute(command)
        if operation in (Command.DELETE, Command.UNLINK):
            if self._is_edited(self._comodel.browse(command[1])):
                return self._dispute(command)
        return command, command

    def _merge_update(self, command: Any) -> tuple[Any, Any]:
        line_id, changes = command[1], command[2]
        mapped = self._mapped.get(line_id, changes)
        line, known = self._comodel.browse(line_id), self._known(mapped.get(LINE_KEY))
        sure, disputed = {}, {}
        for name, value in changes.items():
            remote = fingerprint_of_value(self._comodel, name, mapped.get(name, value))
            if name == self._inverse:
                sure[name] = value
            elif known.get(name) is None or remote == known[name]:
                self._keep()
            elif not _is_edited(line, name, known[name]):
                sure[name] = value
            else:
                disputed[name] = value
                self.has_conflicts = True
        return tuple(
            Command.update(line_id, values) if values else None
            for values in (sure, {**sure, **disputed})
        )

    def _known(self, key: Any) -> Mapping[str, Any]:
        return self._base.get(str(key)) or {}

    def _is_edited(self, line: models.BaseModel) -> bool:
        known = self._known(line[LINE_KEY]) if LINE_KEY in line._fields else {}
        return any(
            fingerprint_of_field(line, name) is not None
            and _is_edited(line, name, agreed)
            for name, agreed in known.items()
        )

    def _keep(self) -> tuple[None, None]:
        self.keeps_edits = True
        return None, None

    def _dispute(self, command: Any) -> tuple[None, Any]:
        self.has_conflicts = True
        return None, command


def _is_edited(line: models.BaseModel, name: str, agreed: str | None) -> bool:
    """Return whether a line has another value than both sides agreed on.

    A value that Odoo stores in another form than it was imported in is not an edit.
    """
    if fingerprint_of_field(line, name) == agreed:
        return False
    field = line._fields.get(name)
    return field is not None and not ValueMemory(line).holds_as_imported(
        field, held_value(line, field)
    )
