# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Command

from ..comparison.changes import is_changed
from ..exporter.queue import delay_export
from ..importer.items import ImportItem
from .unconfirmed import (
    ALL_FIELDS,
    KEEP_UNCONFIRMED,
    UnconfirmedFields,
    has_unconfirmed_fields,
    is_listened_to,
)


class EditedLine(NamedTuple):
    """A line that an import is about to update, and its unconfirmed edits."""

    binding: models.BaseModel
    edits: UnconfirmedFields


class EditedLines:
    """Keeps the import of a record from overwriting edits of its lines.

    Lines that are bound, by ``base.map.child.import.update`` say, are written by
    commands of the record they belong to. Nothing tells whether the backend changed
    one field of a line: its unconfirmed edits are kept, unless the import is forced.
    """

    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks
        self._model = hooks.model
        #: ``{field: {id in its commands: line}}``
        self._edited: dict[str, dict[int, EditedLine]] = {}

    def find(self, items: list[ImportItem]) -> None:
        """Read the edits of the lines that items update, in one query per model."""
        found = self._edited = {}
        for _source, target, model_name in getattr(self._hooks.mapper, "children", ()):
            if model_name not in self._hooks.env or target not in self._model._fields:
                continue
            model = self._hooks.env[model_name].sudo()
            if not has_unconfirmed_fields(model):
                continue
            if not is_listened_to(self._hooks.work, model_name):
                continue
            ids = {
                command[1]
                for item in items
                for command in item.values.get(target) or ()
                if _is_update(command)
            }
            if ids:
                found[target] = self._edited_among(target, model, list(ids))

    def _edited_among(
        self, target: str, model: models.BaseModel, ids: list[int]
    ) -> dict[int, EditedLine]:
        if self._model._fields[target].comodel_name == model._name:
            bindings = {line.id: line for line in model.browse(ids)}
        else:
            binder = self._hooks.binder_for(model._name)
            lines = model.with_context(active_test=False).search(
                [
                    (binder._odoo_field, "in", ids),
                    (binder._backend_field, "=", self._hooks.backend_record.id),
                ]
            )
            bindings = {line[binder._odoo_field].id: line for line in lines}
        edits = (
            self._hooks.env["connector.unconfirmed.field"]
            .sudo()
            ._find(model.union(*bindings.values()))
        )
        return {
            key: EditedLine(line, edits[line.id])
            for key, line in bindings.items()
            if line.id in edits
        }

    def without_kept(self, item: ImportItem, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the changes without what would overwrite an edit of a line."""
        result = dict(changes)
        for target, lines in self._edited.items():
            if target not in changes:
                continue
            commands = [
                self._keep_line(item, target, command, lines.get(command[1]))
                if _is_update(command)
                else command
                for command in changes[target]
            ]
            result[target] = [command for command in commands if command]
            if not result[target]:
                del result[target]
        return result

    def _keep_line(
        self,
        item: ImportItem,
        target: str,
        command: Any,
        line: EditedLine | None,
    ) -> Any:
        """Return the command without edited fields, None where nothing is left."""
        if line is None:
            return command
        _operation, line_id, values = command
        comodel = self._hooks.env[self._model._fields[target].comodel_name]
        record = comodel.browse(line_id)
        edited = line.edits.edited(line.binding, values)
        behind = line.edits.rows_behind(line.binding, edited)
        if item.force and not self._hooks.env.context.get(KEEP_UNCONFIRMED):
            self._confirm_line(line, behind)
            return command
        kept = {name for name in edited if is_changed(record, name, values[name])}
        if kept:
            item.kept.add(target)
            self._have_line_exported(line, line.edits.rows_behind(line.binding, kept))
            note = say_kept(line.binding, kept)
            item.note = f"{item.note}\n{note}" if item.note else note
        left = {name: values[name] for name in values if name not in kept}
        return Command.update(line_id, left) if left else None

    def _confirm_line(self, line: EditedLine, names: Iterable[str]) -> None:
        unconfirmed = self._hooks.env["connector.unconfirmed.field"].sudo()
        unconfirmed._confirm(line.edits.ids_of(names))

    def _have_line_exported(self, line: EditedLine, names: set[str]) -> None:
        if not self._hooks.is_dry_run:
            whole = ALL_FIELDS in names
            delay_export(line.binding, None if whole else names, only_unconfirmed=True)


def say_kept(binding: models.BaseModel, names: Iterable[str]) -> str:
    """Return the note that a record keeps its edits of some fields."""
    return binding.env._(
        "%(record)s keeps its edits, which are to be exported: %(fields)s",
        record=binding.display_name,
        fields=labels(binding, names),
    )


def labels(binding: models.BaseModel, names: Iterable[str]) -> str:
    """Return the labels of fields, in one text."""
    return ", ".join(sorted(map(binding._label_of, names)))


def _is_update(command: Any) -> bool:
    return isinstance(command, list | tuple) and command[0] == Command.UPDATE
