# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Describe changes of a record for a person, before they are written."""

from __future__ import annotations

from typing import Any

from odoo import models
from odoo.fields import Command

from ...wording import shorten
from .lines import as_commands, linked_ids, operation_of
from .stored_values import X2MANY

#: maximum length of a value in the description of a change
MAX_CHARACTERS = 500


def describe_changes(record: models.BaseModel, changes: dict[str, Any]) -> str:
    """Return a line for each field: its label, the old value and the new one."""
    lines = []
    for name, value in changes.items():
        field = record._fields.get(name)
        label = field._description_string(record.env) if field else name
        text = describe_written(record, name, value)
        if record.id:
            old = describe_value(record, name, record[name]) if field else ""
            text = f"{old} → {text}"
        lines.append(f"{label}: {text}")
    return "\n".join(lines)


def describe_written(record: models.BaseModel, name: str, value: Any) -> str:
    """Return the text of a field after the value is written."""
    written = written_value(record, name, value)
    if written is not None:
        return describe_value(record, name, written)
    field = record._fields.get(name)
    if field is None or field.type not in X2MANY:
        return shorten(str(value), MAX_CHARACTERS)
    lines = record.env[field.comodel_name]
    texts = [_describe_command(lines, command) for command in value]
    return shorten("; ".join(filter(None, texts)), MAX_CHARACTERS)


def written_value(record: models.BaseModel, name: str, value: Any) -> Any:
    """Return the value of a field after the value is written.

    None if only a text can describe it: commands that change lines, JSON, references.
    """
    field = record._fields.get(name)
    if field is None or field.type in ("json", "properties", "reference"):
        return None
    if field.type in X2MANY:
        ids = linked_ids(record[name].ids, as_commands(value))
        return None if ids is None else record.env[field.comodel_name].browse(ids)
    if field.type == "binary":
        return value or False
    cached = field.convert_to_cache(value, record, validate=False)
    return field.convert_to_record(cached, record)


def _describe_command(lines: models.BaseModel, command: Any) -> str:
    """Return the change that a command makes to lines of a model."""
    operation = operation_of(command)
    if operation == Command.CLEAR:
        return lines.env._("all lines are replaced")
    if operation == Command.SET:
        return _describe_names(lines.browse(command[2]))
    if operation == Command.CREATE:
        changes = {k: v for k, v in command[2].items() if k in lines._fields}
        text = describe_changes(lines.new(), changes)
        return lines.env._("new (%s)", ", ".join(text.splitlines()))
    line = lines.browse(command if isinstance(command, int) else command[1])
    name = _name_of(line)
    if operation == Command.LINK:
        return lines.env._("%s is added", name)
    if operation == Command.DELETE:
        return lines.env._("%s is removed", name)
    if operation == Command.UNLINK:
        return lines.env._("%s is unlinked", name)
    text = describe_changes(line, command[2])
    return f"{name} ({', '.join(text.splitlines())})"


def _name_of(record: models.BaseModel) -> str:
    """Return the name of a record; a binding without a name has that of its record."""
    if not record._rec_name and "odoo_id" in record._fields:
        record = record.odoo_id
    return record.display_name or ""


def _describe_names(records: models.BaseModel) -> str:
    return shorten(", ".join(map(_name_of, records)), MAX_CHARACTERS)


def describe_value(record: models.BaseModel, name: str, value: Any) -> str:
    """Return the text of a held value."""
    field = record._fields[name]
    if field.type == "boolean":
        return record.env._("yes") if value else record.env._("no")
    if field.type == "binary":
        return record.env._("%s characters (base64)", len(value)) if value else ""
    if field.type == "selection":
        labels = dict(field._description_selection(record.env))
        return str(labels.get(value, value or ""))
    if isinstance(value, models.BaseModel):
        return _describe_names(value)
    if value is False or value is None:
        return ""
    return shorten(str(value), MAX_CHARACTERS)
