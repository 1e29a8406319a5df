# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Comparison of values with a record: which of them a write would change.

It serves imports, dry runs, conflicts, images and translations. Before it, an import
leaves a record unchanged by its date (``_is_uptodate``) or by the fingerprint of its
values (``_skip_same_values``). A value that the record holds is not a change::

    as it is                                         is_plainly_held
    as an earlier import of the same value left it   ValueMemory.matches
    as the field would store it, numbers rounded     would_hold
    commands of lines                                changing_commands, of each line the
                                                     values that change it

After a write, ``remember_held`` notes the values that models store differently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from odoo import fields, models
from odoo.exceptions import MissingError, UserError
from odoo.fields import Command

from .created_values import possibly_unlike
from .lines import (
    as_commands,
    changing_commands,
    linked_ids,
    operation_of,
    written_lines,
)
from .stored_values import (
    X2MANY,
    ValueMemory,
    cached_value,
    fingerprint,
    held_value,
    is_plainly_held,
    linked_records,
    would_hold,
)

_COSTLY = ("binary", "html")
#: types whose value on the record is the held value
_PLAIN = frozenset(
    ["boolean", "char", "date", "datetime", "float", "html", "integer", "monetary"]
    + ["selection", "text"]
)


class Comparison:
    """Comparison of values with one record.

    Inherited fields are read where they are stored: the binding would compute them.
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
                # as Odoo computes it: access to the binding is enough
                owner = self._owners[path] = record[step].sudo()
            if not owner:
                break
            record, field = owner, owner._fields[field.name]
        return record, field

    def _unlike(
        self, values: dict[str, Any]
    ) -> Iterator[tuple[str, models.BaseModel, fields.Field, Any, Any]]:
        """Yield ``(name, owner, field, held, value)`` of the values not plainly held.

        Hot path: it runs for each value of each imported record.
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
            elif field.type in X2MANY:
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
            elif field.type in X2MANY:
                commands = self._changing_commands(owner, field, value)
                if commands:
                    changes[name] = commands
            elif not self._memory.matches(
                field, value, held
            ) and self._is_stored_otherwise(owner, field, held, value):
                changes[name] = value
        if changes:
            # last, because Odoo may write the values of a binding one by one
            changes |= dependent_values(self._record, values, changes, self._find_owner)
        return changes

    def _is_stored_otherwise(
        self, owner: models.BaseModel, field: fields.Field, held: Any, value: Any
    ) -> bool:
        """Return whether the field would hold something else after the write."""
        try:
            expected = would_hold(owner, field, value)
        except (TypeError, ValueError, UserError):
            return True  # the write raises the error
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

    def remember(self, values: dict[str, Any]) -> None:
        """Remember the values that the record holds in another form than its fields."""
        forgotten = set(values) if self._memory.entries else set()
        for name, owner, field, held, value in self._unlike(values):
            if field is None:
                continue
            if field.type in X2MANY:
                is_noted = self._remember_lines(owner, field, value)
            else:
                # two digests are cheaper than sanitizing or resizing at each import
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
        """Remember written lines, and links that differ from the given ones."""
        commands = as_commands(value)
        lines = linked_records(owner, field.name)
        ids = linked_ids(lines.ids, commands)
        if ids is not None:
            if ids == set(lines.ids):
                return False
            self._memory.note(field, commands, held_value(owner, field))
            return True
        for line, line_values in written_lines(lines, commands):
            self._of_line(field, line).remember(line_values)
        if self._memory.entries:
            self._memory.forget_lines(field.name, except_ids=set(lines.ids))
        return False


def dependent_values(
    record: models.BaseModel,
    values: dict[str, Any],
    changes: Collection[str],
    find_owner: Callable[[fields.Field], tuple[models.BaseModel, fields.Field]],
) -> dict[str, Any]:
    """Return the values that the record holds, and would lose by the changes.

    Odoo computes stored fields that can be edited, such as the discount of an order
    line, again when a field changes on which they depend, unless both are written.
    """
    return {
        name: value
        for name, value in values.items()
        if name not in changes
        and (field := record._fields.get(name))
        and _depends_on(*find_owner(field), changes)
    }


def _depends_on(
    owner: models.BaseModel, field: fields.Field, changes: Collection[str]
) -> bool:
    """Return whether a field is computed from a changed one of the same record."""
    if not (field.compute and field.store) or field.readonly:
        return False
    seen, pending = {field.name}, [field]
    while pending:
        for path in owner.pool.field_depends.get(pending.pop(), ()):
            name = path.partition(".")[0]
            if name in seen:
                continue
            if name in changes:
                return True
            seen.add(name)
            cause = owner._fields.get(name)
            if cause is not None and cause.compute:
                pending.append(cause)
    return False


def changed_values(record: models.BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values whose write would change ``record``.

    Of x2many commands only those that change something are left, and of a line only
    the values that change it.
    """
    return Comparison(record).changed_values(values)


def remember_held(record: models.BaseModel, values: dict[str, Any]) -> None:
    """Remember what ``record`` made of ``values``, right after they were written.

    The next comparison finds no change in the same values, until an edit.
    """
    memory = ValueMemory(record)
    if memory.is_kept:
        with suppress(MissingError):  # a hook may delete the imported record
            Comparison(record, memory).remember(values)


def remember_created(pairs: Iterable[tuple[models.BaseModel, dict[str, Any]]]) -> None:
    """Remember what new records of one model made of their values."""
    pairs = list(pairs)
    if pairs and ValueMemory(pairs[0][0]).is_kept:
        with suppress(MissingError):
            pairs = list(possibly_unlike(*zip(*pairs, strict=True)))
        for record, values in pairs:
            remember_held(record, values)


def imported_fingerprint(values: dict[str, Any], model: models.BaseModel) -> str:
    """Return a fingerprint of mapped values that does not depend on lines in Odoo.

    A line counts by its values, in any order, without its id and its parent. Commands
    that remove a line do not count: the other commands imply them.
    """
    return fingerprint(
        {name: _without_line_ids(model, name, values[name]) for name in values}
    )


def _without_line_ids(model: models.BaseModel, name: str, value: Any) -> Any:
    if not (isinstance(value, list) and value):
        return value
    field = model._fields.get(name)
    if field is None or field.type not in X2MANY:
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
