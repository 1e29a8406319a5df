# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which of the commands that are mapped to an x2many field would change anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from odoo import fields, models
from odoo.fields import Command

from ...exception import RetryableJobError
from .stored_values import linked_records

#: ``(line, its values)`` → those of the values that would change it
ChangeLine = Callable[[models.BaseModel, dict[str, Any]], dict[str, Any]]


def as_commands(value: Any) -> list[Any]:
    """Return the commands that a mapped value stands for."""
    if isinstance(value, models.BaseModel):
        return [Command.set(sorted(value.ids))]
    return list(value or ())


def linked_ids(current_ids: list[int], commands: Any) -> set[int] | None:
    """Return the ids that x2many commands lead to, None if they change a line."""
    linked = set(current_ids)
    for command in commands or ():
        if isinstance(command, int):
            linked.add(command)
            continue
        operation = command[0]
        if operation == Command.SET:
            linked = set(command[2])
        elif operation == Command.CLEAR:
            linked = set()
        elif operation == Command.LINK:
            linked.add(command[1])
        elif operation == Command.UNLINK:
            linked.discard(command[1])
        else:
            return None
    return linked


def changing_commands(
    record: models.BaseModel, field: fields.Field, value: Any, change_line: ChangeLine
) -> list[Any]:
    """Return the commands without those that would change nothing."""
    commands = as_commands(value)
    lines = linked_records(record, field.name)
    ids = linked_ids(lines.ids, commands)
    if ids is not None:
        return [] if ids == set(lines.ids) else commands
    created = replacing_values(commands)
    if created is not None:
        return [] if _are_alike(lines, created, change_line) else commands
    return list(_changing(record, field, lines, commands, change_line))


def replacing_values(commands: list[Any]) -> list[dict[str, Any]] | None:
    """Return the values of commands that replace all lines, None for others."""
    first, *others = commands
    empties = first[0] == Command.CLEAR or (first[0] == Command.SET and not first[2])
    if not empties or any(command[0] != Command.CREATE for command in others):
        return None
    return [command[2] for command in others]


def _are_alike(
    lines: models.BaseModel, values_list: list[dict[str, Any]], change_line: ChangeLine
) -> bool:
    """Return whether the lines are those that would be created in their place."""
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
    """Return the values of a new line for a comparison with one that is there.

    Lines that are created with it are all that it has.
    """
    whole = dict(values)
    for name, value in values.items():
        field = lines._fields.get(name)
        if field is None or field.type not in ("one2many", "many2many") or not value:
            continue
        commands = as_commands(value)
        if all(operation_of(command) == Command.CREATE for command in commands):
            whole[name] = [Command.clear(), *commands]
    return whole


def _changing(
    record: models.BaseModel,
    field: fields.Field,
    lines: models.BaseModel,
    commands: list[Any],
    change_line: ChangeLine,
) -> Iterator[Any]:
    ids = set(lines.ids)
    updated = lines.browse(
        command[1] for command in commands if operation_of(command) == Command.UPDATE
    )
    by_id = {line.id: line for line in updated}
    for command in commands:
        operation = operation_of(command)
        if operation == Command.UPDATE:
            line = by_id[command[1]]
            if line.id not in ids and field.type == "one2many":
                yield from _taking_over(record, line)
            changes = change_line(line, command[2])
            if changes:
                yield Command.update(line.id, changes)
        elif operation in (Command.UNLINK, Command.DELETE):
            if command[1] in ids or field.type == "many2many":
                yield command
        elif operation == Command.LINK:
            line_id = command if isinstance(command, int) else command[1]
            if line_id not in ids:
                yield command
        elif operation != Command.SET or set(command[2]) != ids:
            yield command


def operation_of(command: Any) -> int:
    """Return which command it is; an id alone is a link."""
    return Command.LINK if isinstance(command, int) else command[0]


def copy_commands(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with lines of their own: models change what they are given."""
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


def _taking_over(record: models.BaseModel, line: models.BaseModel) -> Iterator[Any]:
    """Yield the command that makes a line of another parent one of this record.

    :raise RetryableJobError: the line was deleted since it was mapped
    """
    if not line.exists():
        raise RetryableJobError(
            f"{line._name} {line.id}, a line of {record._name} {record.id}, was "
            "deleted since it was looked up.",
            seconds=2,
        )
    yield Command.link(line.id)


def linking_updated_lines(
    model: models.BaseModel, values: dict[str, Any]
) -> dict[str, Any]:
    """Return the values of a new record, which takes over the lines it updates."""
    linking = copy_commands(values)
    for name, value in linking.items():
        field = model._fields.get(name)
        if field is None or field.type != "one2many" or not value:
            continue
        commands = as_commands(value)
        line_ids = [
            command[1]
            for command in commands
            if operation_of(command) == Command.UPDATE
        ]
        linking[name] = [*map(Command.link, line_ids), *commands]
    return linking
