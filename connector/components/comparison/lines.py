# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands of an x2many field: which of them change something.

A mapper gives commands. ``changing_commands`` removes from them what the record has
already::

    links, SET              no change if they lead to the linked ids
    CLEAR or SET [], then   no change if the lines equal the new ones, in any order
      CREATE …
    UPDATE of a line        reduced to the values that change the line
    other commands          kept, unless they remove or link without an effect
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from odoo import fields, models
from odoo.fields import Command

from ...exception import RetryableJobError
from .stored_values import X2MANY, linked_records

#: ``(line, its values)`` → the values that would change it
ChangeLine = Callable[[models.BaseModel, dict[str, Any]], dict[str, Any]]


def as_commands(value: Any) -> list[Any]:
    """Return the commands for a mapped value."""
    if isinstance(value, models.BaseModel):
        # sorted, because the order of links does not count
        return [Command.set(sorted(value.ids))]
    return list(value or ())


def operation_of(command: Any) -> int:
    """Return the operation of a command; an id is a link."""
    return Command.LINK if isinstance(command, int) else command[0]


def linked_ids(current_ids: list[int], commands: Any) -> set[int] | None:
    """Return the ids that x2many commands lead to, None if they change a line."""
    linked = set(current_ids)
    for command in commands or ():
        operation = operation_of(command)
        if operation == Command.SET:
            linked = set(command[2])
        elif operation == Command.CLEAR:
            linked = set()
        elif operation == Command.LINK:
            linked.add(_line_id(command))
        elif operation == Command.UNLINK:
            linked.discard(command[1])
        else:
            return None
    return linked


def _line_id(command: Any) -> int:
    return command if isinstance(command, int) else command[1]


def _updated_ids(commands: Iterable[Any]) -> list[int]:
    return [each[1] for each in commands if operation_of(each) == Command.UPDATE]


def changing_commands(
    record: models.BaseModel, field: fields.Field, value: Any, change_line: ChangeLine
) -> list[Any]:
    """Return the commands that change the field of a record.

    :raise RetryableJobError: a line to update was deleted since it was mapped
    """
    commands = as_commands(value)
    lines = linked_records(record, field.name)
    ids = linked_ids(lines.ids, commands)
    if ids is not None:
        return [] if ids == set(lines.ids) else commands
    first, *others = commands
    empties = first[0] == Command.CLEAR or (first[0] == Command.SET and not first[2])
    if empties and all(command[0] == Command.CREATE for command in others):
        created = [command[2] for command in others]
        return [] if _are_alike(lines, created, change_line) else commands
    return list(_changing(record, field, lines, commands, change_line))


def _are_alike(
    lines: models.BaseModel, values_list: list[dict[str, Any]], change_line: ChangeLine
) -> bool:
    """Return whether the lines equal those that would replace them."""
    if len(lines) != len(values_list):
        return False
    remaining = list(lines)
    for values in values_list:
        values = _as_whole(lines, values)
        same = next((line for line in remaining if not change_line(line, values)), None)
        if same is None:
            return False
        remaining.remove(same)
    return True


def _as_whole(lines: models.BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a new line, whose created lines are all its lines."""
    whole = dict(values)
    for name, commands in commands_of(lines, values):
        if commands and all(operation_of(each) == Command.CREATE for each in commands):
            whole[name] = [Command.clear(), *commands]
    return whole


def commands_of(
    model: models.BaseModel, values: dict[str, Any]
) -> Iterator[tuple[str, list[Any]]]:
    """Yield ``(name, commands)`` of the x2many fields among the values."""
    for name, value in values.items():
        field = model._fields.get(name)
        if field is not None and field.type in X2MANY:
            yield name, as_commands(value)


def _changing(
    record: models.BaseModel,
    field: fields.Field,
    lines: models.BaseModel,
    commands: list[Any],
    change_line: ChangeLine,
) -> Iterator[Any]:
    ids = set(lines.ids)
    by_id = {line.id: line for line in lines.browse(_updated_ids(commands))}
    for command in commands:
        operation = operation_of(command)
        if operation == Command.UPDATE:
            line = by_id[command[1]]
            if line.id not in ids and field.type == "one2many":
                yield _taking_over(record, line)
            changes = change_line(line, command[2])
            if changes:
                yield Command.update(line.id, changes)
        elif operation in (Command.UNLINK, Command.DELETE):
            if command[1] in ids or field.type == "many2many":
                yield command
        elif operation == Command.LINK:
            if _line_id(command) not in ids:
                yield command
        elif operation != Command.SET or set(command[2]) != ids:
            yield command


def _taking_over(record: models.BaseModel, line: models.BaseModel) -> Any:
    """Return the command that moves a line of another record to this one."""
    if not line.exists():
        raise RetryableJobError(
            f"{line._name} {line.id}, a line of {record._name} {record.id}, was "
            "deleted since it was looked up.",
            seconds=2,
        )
    return Command.link(line.id)


def copy_commands(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with a copy of each line, because models change them."""
    return {
        name: list(map(_copy_command, value)) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _copy_command(command: Any) -> Any:
    if isinstance(command, tuple | list) and len(command) == 3:
        operation, line_id, values = command
        if operation in (Command.CREATE, Command.UPDATE) and isinstance(values, dict):
            return operation, line_id, copy_commands(values)
    return command


def linking_updated_lines(
    model: models.BaseModel, values: dict[str, Any]
) -> dict[str, Any]:
    """Return the values of a new record, with links to the lines that it updates."""
    linking = copy_commands(values)
    for name, commands in commands_of(model, linking):
        if commands and model._fields[name].type == "one2many":
            linking[name] = [*map(Command.link, _updated_ids(commands)), *commands]
    return linking


def written_lines(
    lines: models.BaseModel, commands: list[Any]
) -> list[tuple[models.BaseModel, dict[str, Any]]]:
    """Return ``(line, values)`` of the lines that commands created and updated.

    The new lines are those with the highest ids, in the order of their commands.
    """
    by_operation = {Command.UPDATE: [], Command.CREATE: []}
    for command in commands:
        by_operation.setdefault(operation_of(command), []).append(command)
    written = [
        (lines.browse(command[1]), command[2])
        for command in by_operation[Command.UPDATE]
    ]
    created = [command[2] for command in by_operation[Command.CREATE]]
    if created and len(lines) >= len(created):
        newest = lines.browse(sorted(lines.ids)[-len(created) :])
        written += zip(newest, created, strict=True)
    return written
