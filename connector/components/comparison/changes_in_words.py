# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Description of changes for a person, before they are written."""

from __future__ import annotations

from typing import Any

from odoo import models
from odoo.fields import Command

from .lines import as_commands, linked_ids

#: maximum length of a value
MAX_CHARACTERS = 500


def describe_changes(record: models.BaseModel, changes: dict[str, Any]) -> str:
    """Return a line for each field: its label, the old value and the new one."""
    lines = []
    for name, value in changes.items():
        field = record._fields.get(name)
        label = field._description_string(record.env) if field else name
        old, new = describe_old(record, name), describe_new(record, name, value)
        lines.append(f"{label}: {old} → {new}" if record.id else f"{label}: {new}")
    return "\n".join(lines)


def describe_old(record: models.BaseModel, name: str) -> str:
    """Return the text of a field of a record."""
    field = record._fields.get(name)
    return describe(record, name, record[name]) if field and record.id else ""


def describe_new(record: models.BaseModel, name: str, value: Any) -> str:
    """Return the text of a field after the value is written."""
    field = record._fields.get(name)
    if field is None or field.type in ("json", "properties", "reference"):
        return shorten(str(value))
    if field.type in ("one2many", "many2many"):
        ids = linked_ids(record[name].ids, as_commands(value))
        if ids is None:
            lines = record.env[field.comodel_name]
            texts = [describe_command(lines, command) for command in value]
            return shorten("; ".join(filter(None, texts)))
        return describe(record, name, record.env[field.comodel_name].browse(ids))
    if field.type == "binary":
        return describe(record, name, value)
    cached = field.convert_to_cache(value, record, validate=False)
    return describe(record, name, field.convert_to_record(cached, record))


def describe_command(lines: models.BaseModel, command: Any) -> str:
    """Return the change that a command makes to one line."""
    if isinstance(command, int) or command[0] == Command.LINK:
        line_id = command if isinstance(command, int) else command[1]
        return lines.env._("%s is added", name_of(lines.browse(line_id)))
    if command[0] == Command.CREATE:
        changes = {k: v for k, v in command[2].items() if k in lines._fields}
        changes = describe_changes(lines.new(), changes)
        return lines.env._("new (%s)", _in_one_line(changes))
    if command[0] == Command.UPDATE:
        line = lines.browse(command[1])
        changes = describe_changes(line, command[2])
        return f"{name_of(line)} ({_in_one_line(changes)})"
    if command[0] == Command.DELETE:
        return lines.env._("%s is removed", name_of(lines.browse(command[1])))
    if command[0] == Command.UNLINK:
        return lines.env._("%s is taken out", name_of(lines.browse(command[1])))
    if command[0] == Command.CLEAR:
        return lines.env._("all lines are replaced")
    return describe_names(lines.browse(command[2]))


def _in_one_line(changes: str) -> str:
    return ", ".join(changes.splitlines())


def name_of(record: models.BaseModel) -> str:
    """Return the name of a record; a binding without a name has that of its record."""
    if not record._rec_name and "odoo_id" in record._fields:
        record = record.odoo_id
    return record.display_name or ""


def describe_names(records: models.BaseModel) -> str:
    """Return the names of records."""
    return shorten(", ".join(name_of(each) for each in records))


def describe(record: models.BaseModel, name: str, value: Any) -> str:
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
        return describe_names(value)
    if value is False or value is None:
        return ""
    return shorten(str(value))


def shorten(text: str) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"
