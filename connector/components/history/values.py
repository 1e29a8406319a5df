# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values of fields as the history stores them: readable, short, and without secrets.

========================  ============================================================
many2one, reference       "Concrete blocks (ID 39)"
one2many, many2many       the names of the records; of changed lines, their changes
binary, image             the size only
html                      the text
secret                    ``***``, see ``is_secret``
other types               the value that Odoo holds, long texts shortened
========================  ============================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...http.secrets import MASK, SECRET_NAME
from ..comparison.descriptions import describe_written
from ..comparison.stored_values import X2MANY

#: longest text of a value, and most names of a list
MAX_TEXT = 300
MAX_NAMES = 20
#: errors of reading or describing a value: the row has no value then
_UNREADABLE = (UserError, ValueError, TypeError, KeyError, AttributeError)


def is_secret(name: str, field: fields.Field | None = None) -> bool:
    """Return whether a value must not be stored.

    By its name, or because not every internal user may read the field.
    """
    groups = (field is not None and field.groups) or ""
    is_hidden = bool(groups) and "base.group_user" not in groups.split(",")
    return is_hidden or bool(SECRET_NAME.search(name))


def name_of(record: models.BaseModel) -> str | None:
    """Return the stored name of a record: its computed name may take queries."""
    name = record._rec_name
    if not name or not record or record._fields[name].type not in ("char", "text"):
        return None
    try:
        return record.sudo()[name] or None
    except UserError:
        return None


def held_values(
    record: models.BaseModel, names: Iterable[str]
) -> dict[str, str | float | bool | None]:
    """Return the values that a record holds, as the history stores them."""
    record, found = record.sudo(), {}
    for name in names:
        field = record._fields.get(name)
        if field is None:
            continue
        try:
            found[name] = MASK if is_secret(name, field) else _held(record, field)
        except _UNREADABLE:
            found[name] = None
    return found


def described_lines(
    record: models.BaseModel, changes: Mapping[str, Any]
) -> dict[str, str]:
    """Return the changes of lines as texts, before they are written."""
    record, texts = record.sudo(), {}
    for name, value in changes.items():
        field = record._fields.get(name)
        if field is None or field.type not in X2MANY or is_secret(name, field):
            continue
        try:
            text = describe_written(record, name, _without_secrets(value))
            texts[name] = _short(text)
        except _UNREADABLE:
            continue
    return texts


def plain_value(name: str, value: Any) -> str | float | bool | None:
    """Return a value that is sent to a backend, as the history stores it."""
    if is_secret(name):
        return MASK
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray):
        return _size(len(value))
    if isinstance(value, dict | list | tuple):
        return _as_json(value)
    return _short(str(value))


def _as_json(value: Any) -> str:
    text = json.dumps(_masked(value), default=str, ensure_ascii=False)
    return _short(text)


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            str(key): MASK if is_secret(str(key)) else _masked(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value[:MAX_NAMES]]
    return _size(len(value)) if isinstance(value, bytes | bytearray) else value


def _without_secrets(value: Any) -> Any:
    """Return commands of lines without values that are secret."""
    if not isinstance(value, list | tuple):
        return value
    return [
        (*command[:2], {k: v for k, v in command[2].items() if not is_secret(k)})
        if isinstance(command, list | tuple)
        and len(command) > 2
        and isinstance(command[2], dict)
        else command
        for command in value
    ]


def _held(record: models.BaseModel, field: fields.Field) -> Any:
    if field.type == "binary":
        size = record.with_context(bin_size=True)[field.name]
        return size.decode() if isinstance(size, bytes) else size or None
    value = record[field.name]
    if isinstance(value, models.BaseModel):
        return _names(value) or None
    if field.type == "boolean":
        return bool(value)
    if field.type in ("integer", "float", "monetary"):
        return plain_value("", value)
    if value is None or value is False:
        return None
    if field.type == "html":
        return _short(html2plaintext(value).strip())
    if field.type in ("date", "datetime"):
        return field.convert_to_export(value, record) and str(value)[:19]
    if field.type in ("json", "properties"):
        return _as_json(value)
    return _short(str(value))


def _names(records: models.BaseModel) -> str:
    names = [
        f"{record.display_name or record._description} (ID {record.id})"
        for record in records[:MAX_NAMES]
    ]
    rest = len(records) - MAX_NAMES
    return ", ".join(names) + (f" … (+{rest})" if rest > 0 else "")


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _size(length: int) -> str:
    return f"{length / 1024:.1f} kB"
