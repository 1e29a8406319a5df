# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values of a field as a person reads them, to compare two versions.

A presentation has a ``kind``: ``text``, ``image`` (an address of the picture) or
``empty``. Names of records, labels of selections, dates and numbers are in the form of
the user. Nothing is cut: two versions that differ only at their end look different.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from odoo import models
from odoo.api import Environment
from odoo.tools import (
    format_amount,
    format_date,
    format_datetime,
    formatLang,
    html2plaintext,
    human_size,
)
from odoo.tools.mimetypes import guess_mimetype

from ..comparison.descriptions import describe_value, describe_written, written_value

Presentation = dict[str, str]

#: longer pictures are shown by their size
_MAX_IMAGE = 1_000_000


def present_local(
    env: Environment, record: models.BaseModel, name: str
) -> Presentation:
    """Return the presentation of a field of a record, for the user of ``env``."""
    return _present(env, record, name, record[name])


def present_written(
    env: Environment, record: models.BaseModel, name: str, value: Any
) -> Presentation:
    """Return the presentation of a field once a value is written."""
    written = written_value(record, name, value)
    if written is None:
        return _text(describe_written(record, name, value))
    return _present(env, record, name, written)


def _present(
    env: Environment, record: models.BaseModel, name: str, value: Any
) -> Presentation:
    field = record._fields[name]
    if field.type == "binary":
        return _binary(value)
    if field.type == "boolean":
        return _text(env._("yes") if value else env._("no"))
    if field.type in ("integer", "float", "monetary"):
        return _text(_number(env, record, field, value))
    if not value:
        return {"kind": "empty", "text": ""}
    if field.type == "html":
        return _text(html2plaintext(value))
    if field.type == "date":
        return _text(format_date(env, value))
    if field.type == "datetime":
        return _text(format_datetime(env, value))
    if field.type == "selection":
        labels = dict(field._description_selection(env))
        return _text(str(labels.get(value, value)))
    if field.type in ("char", "text"):
        return _text(value)
    return _text(describe_value(record, name, value))


def _number(
    env: Environment, record: models.BaseModel, field: Any, value: float
) -> str:
    if field.type == "integer":
        return str(value)
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        if currency:
            return format_amount(env, value, currency)
    digits = field.get_digits(env) if field.type == "float" else None
    return formatLang(env, value, digits=digits[1] if digits else 2)


def _text(text: str) -> Presentation:
    return {"kind": "text", "text": text} if text else {"kind": "empty", "text": ""}


def _binary(value: Any) -> Presentation:
    """Return a picture, or the size of other data."""
    if not value:
        return {"kind": "empty", "text": ""}
    encoded = value.encode() if isinstance(value, str) else bytes(value)
    try:
        data = base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return _text(human_size(len(encoded)))
    mimetype = guess_mimetype(data)
    is_image = mimetype.startswith("image/") and "svg" not in mimetype
    if not is_image or len(data) > _MAX_IMAGE:
        return _text(f"{mimetype}, {human_size(len(data))}")
    return {"kind": "image", "text": f"data:{mimetype};base64,{encoded.decode()}"}
