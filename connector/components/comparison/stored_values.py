# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a field would hold after a value was written, as far as its type tells.

Odoo sanitizes HTML, rounds amounts, resizes images, and so on. What a *model* does in
its ``create`` and ``write`` is not known here: see :mod:`.value_memory`.
"""

from __future__ import annotations

import base64
import binascii
import json
from copy import deepcopy
from typing import Any

from odoo import fields, models

#: fields whose value only the validation of the field brings into its stored form
_VALIDATED = ("char", "text", "html", "monetary", "properties")


def held_value(record: models.BaseModel, field: fields.Field) -> Any:
    """Return what a field of a record holds: of a relation the id or the sorted ids."""
    name = field.name
    if field.type in ("one2many", "many2many"):
        return sorted(linked_records(record, name).ids)
    if field.type == "binary" and record.env.context.get("bin_size"):
        record = record.with_context(bin_size=False)
    value = record[name]
    if field.type == "many2one":
        return value.id
    if field.type == "reference":
        return _reference(value) or False
    if field.type == "properties":
        return dict(value._values) if value else False
    return value


def linked_records(record: models.BaseModel, name: str) -> models.BaseModel:
    """Return the records that an x2many field holds, archived or not."""
    env = record.env
    comodel = env[record._fields[name].comodel_name]
    if comodel._active_name and env.context.get("active_test") is not False:
        return record.with_context(active_test=False)[name].with_env(env)
    return record[name]


def is_plainly_held(field: fields.Field, held: Any, value: Any) -> bool:
    """Return whether a value is the held one without any conversion.

    Python takes False, 0 and 0.0 for equal; a text field does not.
    """
    if isinstance(value, models.BaseModel):
        return False
    if not held:
        if held is False and value is None:
            return True
        return type(held) is type(value) and held == value
    if held == value:
        return True
    return field.type == "binary" and _content(held) == _content(value)


def would_hold(record: models.BaseModel, field: fields.Field, value: Any) -> Any:
    """Return what the field would hold, in the form of the record cache.

    :raise ValueError, TypeError, UserError: Odoo would refuse the value
    """
    if field.type == "reference":
        return _reference(value)
    if field.type == "json":
        return json.loads(json.dumps(value)) if value else value or None
    if field.type == "binary":
        return _content(_processed_image(record, field, value))
    if field.type == "properties":
        value = deepcopy(value)  # what is converted is changed
    validate = field.type in _VALIDATED
    return field.convert_to_cache(value, record, validate=validate)


def cached_value(record: models.BaseModel, field: fields.Field, held: Any) -> Any:
    """Return what the field holds, in the form of the record cache."""
    if field.type == "reference":
        return _reference(held)
    if field.type == "json":
        return held or None
    if field.type == "binary":
        return _content(held)
    return field.convert_to_cache(held, record, validate=False)


def _reference(value: Any) -> str | None:
    if isinstance(value, models.BaseModel):
        return f"{value._name},{value.id}" if value else None
    return value or None


def _processed_image(
    record: models.BaseModel, field: fields.Field, value: Any
) -> bytes | str | None:
    """Return the image in the size in which the field keeps it."""
    if not (value and isinstance(field, fields.Image)):
        return value
    for each in (field, field.related_field):
        if each is not None:
            value = each._image_process(value, record.env)
    return value


def _content(value: Any) -> bytes | None:
    """Return the content of a file, in whatever form of base64 it is."""
    if not value:
        return None
    content = value.encode() if isinstance(value, str) else bytes(value)
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return content
