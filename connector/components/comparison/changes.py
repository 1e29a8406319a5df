# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What writing some values would change: of a record, and of one import to the next.

One comparison serves imports, dry runs, conflicts, images and translations. A value is
no change if the record holds it already, in this order: as it is; as an earlier import
of the same value left it (``value_memory``); as the field would store it
(``stored_values``). Lines are compared one by one (``line_commands``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from odoo import fields, models
from odoo.exceptions import MissingError, UserError
from odoo.fields import Command

from .created_values import possibly_unlike
from .dependent_values import dependent_values
from .line_commands import as_commands, changing_commands, linked_ids, operation_of
from .stored_values import (
    cached_value,
    held_value,
    is_plainly_held,
    linked_records,
    would_hold,
)
from .value_memory import ValueMemory

__all__ = [
    "changed_values",
    "fingerprint",
    "imported_fingerprint",
    "is_changed",
    "linked_ids",
    "remember_created",
    "remember_held",
]

_X2MANY = ("one2many", "many2many")
_COSTLY = ("binary", "html")
#: what a record gives of them is what it holds
_PLAIN = frozenset(
    ["boolean", "char", "date", "datetime", "float", "html", "integer", "monetary"]
    + ["selection", "text"]
)


class Comparison:
    """Compare values with one record, where each field is stored.

    A field that comes through ``_inherits`` is read from the record it comes from:
    reading it on the binding would compute it first.
    """

    __slots__ = ("_memory", "_owners", "_record")

    def __init__(
        self, record: models.BaseModel, memory: ValueMemory | None = None
    ) -> None:
        self._record = record
        self._memory = memory or ValueMemory(record)
        self._owners: dict[str, models.BaseModel] = {}

    def _find_owner(self, field: fields.Field) -> tuple[models.BaseModel, fields.Field]:
        """Return the record that stores a field, and its field."""
        record = self._record
        path = ""
        while field.inherited:
            step = field.related.partition(".")[0]
            path = f"{path}.{step}" if path else step
            owner = self._owners.get(path)
            if owner is None:
                # as Odoo computes it: whoever may read the binding reads its fields
                owner = self._owners[path] = record[step].sudo()
            if not owner:
                break
            record, field = owner, owner._fields[field.name]
        return record, field

    def _unlike(
        self, values: dict[str, Any]
    ) -> Iterator[tuple[str, models.BaseModel, fields.Field, Any, Any]]:
        """Yield ``(name, owner, field, held, value)`` of what is not plainly held.

        This runs for each value of each imported record.
        """
        record, record_fields = self._record, self._record._fields
        for name, value in values.items():
            field = record_fields.get(name)
            if field is None:
                yield name, record, field, None, value
                continue
            owner = record
            if field.inherited:
                owner, field = self._find_owner(field)
            if field.type in _PLAIN:
                held = field.__get__(owner)
                if held == value and (held or type(held) is type(value)):
                    continue
            elif field.type in _X2MANY:
                held = None
            else:
                held = held_value(owner, field)
            if held is None or not is_plainly_held(field, held, value):
                yield name, owner, field, held, value

    def changed_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values that would change the record; of lines, the changes."""
        changes = {}
        for name, owner, field, held, value in self._unlike(values):
            if field is None:
                changes[name] = value
            elif field.type in _X2MANY:
                commands = self._changing_commands(owner, field, value)
                if commands:
                    changes[name] = commands
            elif not self._memory.matches(
                field, value, held
            ) and self._is_stored_otherwise(owner, field, held, value):
                changes[name] = value
        if changes:
            # last, as Odoo may write the values of a binding one by one
            find = self._find_owner
            changes |= dependent_values(self._record, values, changes, find)
        return changes

    def _is_stored_otherwise(
        self, owner: models.BaseModel, field: fields.Field, held: Any, value: Any
    ) -> bool:
        """Return whether the field would hold something else after the write."""
        try:
            expected = would_hold(owner, field, value)
        except (TypeError, ValueError, UserError):
            return True  # the write says what is wrong with it
        return expected != cached_value(owner, field, held)

    def _changing_commands(
        self, owner: models.BaseModel, field: fields.Field, value: Any
    ) -> list[Any]:
        def change_line(line: models.BaseModel, values: dict[str, Any]) -> dict:
            return self._of_line(field, line).changed_values(values)

        commands = changing_commands(owner, field, value, change_line)
        if commands and linked_ids([], commands) is not None:
            held = held_value(owner, field)
            is_known = self._memory.matches(field, as_commands(value), held)
            return [] if is_known else commands
        return commands

    def _of_line(self, field: fields.Field, line: models.BaseModel) -> Comparison:
        return Comparison(line, self._memory.of_line(field.name, line))

    # -- after the write ----------------------------------------------------------

    def remember(self, values: dict[str, Any]) -> None:
        """Note the values that the record holds in a form which no field tells."""
        forgotten = set(values) if self._memory.entries else set()
        for name, owner, field, held, value in self._unlike(values):
            if field is None:
                continue
            if field.type in _X2MANY:
                is_noted = self._remember_lines(owner, field, value)
            else:
                # two digests are cheaper than to sanitize or to resize at each import
                is_noted = field.type in _COSTLY or self._is_stored_otherwise(
                    owner, field, held, value
                )
                if is_noted:
                    self._memory.note(field, value, held)
            if is_noted:
                forgotten.discard(name)
        for name in forgotten & self._record._fields.keys():
            self._memory.forget(self._find_owner(self._record._fields[name])[1])
        self._memory.save()

    def _remember_lines(
        self, owner: models.BaseModel, field: fields.Field, value: Any
    ) -> bool:
        """Note the lines that commands wrote, and links that are others than sent."""
        commands = as_commands(value)
        lines = linked_records(owner, field.name)
        ids = linked_ids(lines.ids, commands)
        if ids is not None:
            if ids == set(lines.ids):
                return False
            self._memory.note(field, commands, held_value(owner, field))
            return True
        for line, line_values in _written_lines(lines, commands):
            self._of_line(field, line).remember(line_values)
        if self._memory.entries:
            self._memory.forget_lines(field.name, except_ids=set(lines.ids))
        return False


def _written_lines(
    lines: models.BaseModel, commands: list[Any]
) -> list[tuple[models.BaseModel, dict[str, Any]]]:
    """Return ``(line, values)`` of the lines that commands created and updated.

    The new lines are those with the highest ids, in the order of their commands.
    """
    written = [
        (lines.browse(command[1]), command[2])
        for command in commands
        if not isinstance(command, int) and command[0] == Command.UPDATE
    ]
    created = [
        command[2]
        for command in commands
        if not isinstance(command, int) and command[0] == Command.CREATE
    ]
    if created and len(lines) >= len(created):
        newest = lines.browse(sorted(lines.ids)[-len(created) :])
        written += zip(newest, created, strict=True)
    return written


def is_changed(record: models.BaseModel, name: str, value: Any) -> bool:
    """Return whether writing ``value`` would change the field of ``record``."""
    return bool(Comparison(record).changed_values({name: value}))


def changed_values(record: models.BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    """Return those of ``values`` that writing would change ``record`` by.

    Of x2many commands only those that would change a link or a line are left, and of
    a line only the values that would change it.
    """
    return Comparison(record).changed_values(values)


def remember_held(record: models.BaseModel, values: dict[str, Any]) -> None:
    """Remember what ``record`` made of ``values``, right after they were written.

    The next comparison takes the same values for no change, until an edit. Does
    nothing for records that have no place for it, see ``value_memory``.
    """
    memory = ValueMemory(record)
    if memory.is_kept:
        with suppress(MissingError):  # what an import made may be deleted by its hook
            Comparison(record, memory).remember(values)


def remember_created(pairs: Iterable[tuple[models.BaseModel, dict[str, Any]]]) -> None:
    """Remember what new records of one model made of the values they were given."""
    pairs = list(pairs)
    if pairs and ValueMemory(pairs[0][0]).is_kept:
        with suppress(MissingError):
            pairs = list(possibly_unlike(*zip(*pairs, strict=True)))
        for record, values in pairs:
            remember_held(record, values)


def fingerprint(values: dict[str, Any]) -> str:
    """Return a text that is the same for the same values, in any process."""

    def plain(value: Any) -> Any:
        if isinstance(value, set | frozenset):
            return sorted(map(str, value))
        return str(value)

    written = json.dumps(values, sort_keys=True, default=plain)
    return hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()


def imported_fingerprint(values: dict[str, Any], model: models.BaseModel) -> str:
    """Return a fingerprint of what the backend says, whatever lines exist in Odoo.

    A line counts by its values, in any order: neither by its local id nor by whether
    it has one, nor by its parent. Commands that remove a line count for nothing: the
    others tell.
    """
    return fingerprint(
        {name: _without_line_ids(model, name, values[name]) for name in values}
    )


def _without_line_ids(model: models.BaseModel, name: str, value: Any) -> Any:
    if not (isinstance(value, list) and value):
        return value
    field = model._fields.get(name)
    if field is None or field.type not in _X2MANY:
        return value
    comodel = model.env[field.comodel_name]
    parent = field.inverse_name if field.type == "one2many" else None
    lines, others = [], []
    for command in value:
        operation = operation_of(command)
        if operation in (Command.CREATE, Command.UPDATE):
            line_values = {key: command[2][key] for key in command[2] if key != parent}
            lines.append(imported_fingerprint(line_values, comodel))
        elif operation not in (Command.UNLINK, Command.DELETE):
            others.append(command)
    return [sorted(lines), others] if lines else others
