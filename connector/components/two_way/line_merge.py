# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merge the lines of a record that were edited in Odoo, and maybe in the backend.

An edit of a line makes the whole list of its record wait for its export. An import
knows what each line was when both sides last agreed: by its external id, a mark of each
value. So it can tell, value by value, which side changed it::

    remote mark    local mark     what happens
    as agreed      any            the line keeps its value
    other          as agreed      the remote value is written
    other          other          a conflict: the policy of the backend decides

A line that one side removed and the other side changed is a conflict, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo import models
from odoo.fields import Command

from ..comparison.line_commands import operation_of
from ..comparison.stored_values import held_value
from ..comparison.value_memory import ValueMemory
from .field_marks import mark_of_record, mark_of_value

#: field of a line, or of its binding, by which both sides know it
KEY = "external_id"

#: ``{external id of a line: {field: mark}}``
LineMarks = Mapping[str, Mapping[str, Any]]


def lines_of(name: str) -> str:
    """Return the key in ``external_base`` for the lines of a field."""
    return f"{name}/lines"


def inverse_of(record: models.BaseModel, name: str) -> str | None:
    """Return the field of a line that leads to its record, no value of the backend."""
    field = record._fields[name]
    return field.inverse_name if field.type == "one2many" else None


def line_marks(
    record: models.BaseModel, name: str, commands: Any
) -> dict[str, dict[str, str]]:
    """Return the marks of the lines of a field that commands create or update."""
    comodel = record.env[record._fields[name].comodel_name]
    inverse = inverse_of(record, name)
    marks = {}
    for values in _written(commands):
        if values.get(KEY):
            marks[str(values[KEY])] = {
                key: mark_of_value(comodel, key, values[key])
                for key in values
                if key != inverse
            }
    return marks


def sent_line_marks(lines: models.BaseModel, base: LineMarks) -> dict[str, dict]:
    """Return the marks of lines as an export sent them, of the fields in ``base``."""
    if KEY not in lines._fields:
        return {}
    return {
        line[KEY]: {name: mark_of_record(line, name) for name in base[line[KEY]]}
        for line in lines
        if line[KEY] in base
    }


def _written(commands: Any) -> Iterable[dict[str, Any]]:
    for command in commands or ():
        if operation_of(command) in (Command.CREATE, Command.UPDATE):
            yield command[2]


def is_edited(line: models.BaseModel, name: str, agreed: str | None) -> bool:
    """Return whether a line holds something else than both sides agreed on.

    What an import left in another form than it was given is no edit.
    """
    if mark_of_record(line, name) == agreed:
        return False
    field = line._fields.get(name)
    return field is not None and not ValueMemory(line).holds_as_imported(
        field, held_value(line, field)
    )


class LineMerge:
    """The changes that an import would make to the lines of one record.

    :param values: the commands for all lines, as they were mapped
    :param changes: those that would change something
    """

    def __init__(
        self,
        record: models.BaseModel,
        name: str,
        values: Any,
        changes: Iterable[Any],
        base: LineMarks,
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

    def commands(self, is_theirs: bool) -> list[Any]:
        """Return the commands that are left, with the disputed values or without."""
        chosen = (both if is_theirs else sure for sure, both in self._merged)
        return [command for command in chosen if command is not None]

    def _merge(self, command: Any) -> tuple[Any, Any]:
        """Return what is surely written, and what is where the backend wins."""
        operation = operation_of(command)
        if operation == Command.UPDATE:
            return self._merge_update(command)
        if operation == Command.CREATE:
            known = self._base.get(str(command[2].get(KEY)))
            if known is None:
                return command, command
            is_same = all(
                known[name] == mark_of_value(self._comodel, name, value)
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
        line, known = self._comodel.browse(line_id), self._known(mapped)
        sure, disputed = {}, {}
        for name, value in changes.items():
            theirs = mark_of_value(self._comodel, name, mapped.get(name, value))
            if name == self._inverse:
                sure[name] = value
            elif known.get(name) is None or theirs == known[name]:
                self._keep()
            elif not is_edited(line, name, known[name]):
                sure[name] = value
            else:
                disputed[name] = value
                self.has_conflicts = True
        return tuple(
            Command.update(line_id, values) if values else None
            for values in (sure, {**sure, **disputed})
        )

    def _known(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._base.get(str(values.get(KEY))) or {}

    def _is_edited(self, line: models.BaseModel) -> bool:
        known = self._known({KEY: line[KEY]}) if KEY in line._fields else {}
        return any(
            mark_of_record(line, name) is not None and is_edited(line, name, its_mark)
            for name, its_mark in known.items()
        )

    def _keep(self) -> tuple[None, None]:
        self.keeps_edits = True
        return None, None

    def _dispute(self, command: Any) -> tuple[None, Any]:
        self.has_conflicts = True
        return None, command
