# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of lines that have a binding and a listener.

Such lines are written by commands of the record they belong to, for example by
``base.map.child.import.update``. Without fingerprints of their fields, the import does
not know which ones the backend changed: unconfirmed edits are kept unless it is forced.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Command

from ..comparison.changes import is_changed
from ..comparison.lines import operation_of
from ..importer.items import ImportItem
from .unconfirmed import UnconfirmedFields, has_unconfirmed_fields, is_listened_to


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
            if not has_unconfirmed_fields(model):
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
            kept_edits.confirm(edits.ids_of(edits.rows_behind(binding, edited)))
            return command
        comodel = self._importer.env[self._importer.model._fields[target].comodel_name]
        record = comodel.browse(line_id)
        kept = {name for name in edited if is_changed(record, name, values[name])}
        if kept:
            item.kept.add(target)
            kept_edits.delay_export(binding, edits.rows_behind(binding, kept))
            note = kept_edits.describe_kept(binding, kept)
            item.note = f"{item.note}\n{note}" if item.note else note
        left = {name: values[name] for name in values if name not in kept}
        return Command.update(line_id, left) if left else None
