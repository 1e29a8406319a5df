# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What writing some values would change: of a record, and of one import to the next."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from odoo import fields, models
from odoo.fields import Command


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


def is_changed(record: models.BaseModel, name: str, value: Any) -> bool:
    """Tell whether writing ``value`` would change the field of ``record``."""
    field = record._fields.get(name)
    if field is None:
        return True
    if field.type in ("one2many", "many2many"):
        current_ids = record[name].ids
        return linked_ids(current_ids, value) != set(current_ids)
    if field.type in ("json", "properties", "properties_definition", "reference"):
        return record[name] != value
    if isinstance(field, fields.Binary) and field.attachment:
        record = record.with_context(bin_size=False)
    return field.convert_to_cache(
        value, record, validate=False
    ) != field.convert_to_cache(record[name], record, validate=False)


def changed_values(record: models.BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    """Return those of ``values`` that differ from what ``record`` holds."""
    return {
        name: value for name, value in values.items() if is_changed(record, name, value)
    }


def fingerprint(values: dict[str, Any]) -> str:
    """Return a text that is the same for the same values, in any process."""

    def plain(value: Any) -> Any:
        if isinstance(value, set | frozenset):
            return sorted(map(str, value))
        return str(value)

    written = json.dumps(values, sort_keys=True, default=plain)
    return hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()
