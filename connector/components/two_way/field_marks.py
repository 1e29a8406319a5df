# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Short fingerprints of single fields, to tell which of them the backend changed.

A binding keeps in ``external_base`` a mark of each field, of the value that both sides
last agreed on: as it was imported, or as an export sent it. A field whose mark is the
same at the next import did not change in the backend, whatever else did.

Imported values and values of records are brought into one form first, so that a mark
of an export and one of an import can be compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from odoo import models

from ..comparison.changes import linked_ids

#: types whose values a backend may give back in another form than it was sent
_NOT_COMPARABLE = {
    "binary",
    "html",
    "image",
    "json",
    "one2many",
    "properties",
    "properties_definition",
    "reference",
}
#: a difference that is smaller is none
_DECIMALS = 6


def mark(value: Any) -> str:
    """Return a short text that is the same for the same value, in any process."""
    written = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.blake2b(written.encode(), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def mark_of_value(model: models.BaseModel, name: str, value: Any) -> str:
    """Return the mark of a value that an import would write."""
    field = model._fields.get(name)
    if field is None or field.type in _NOT_COMPARABLE:
        return mark(value)
    if field.type == "many2many":
        ids = linked_ids([], value)
        return mark(value if ids is None else sorted(ids))
    try:
        return mark(_rounded(field.convert_to_cache(value, model, validate=False)))
    except (TypeError, ValueError):
        return mark(value)


def mark_of_record(record: models.BaseModel, name: str) -> str | None:
    """Return the mark of a field of a record, None if none could be compared."""
    field = record._fields.get(name)
    if field is None or field.type in _NOT_COMPARABLE:
        return None
    value = record[name]
    if field.type == "many2many":
        return mark(sorted(value.ids))
    return mark(_rounded(field.convert_to_cache(value, record, validate=False)))


def _rounded(value: Any) -> Any:
    if value == "":
        return None  # how most backends give back a text that was emptied
    return round(value, _DECIMALS) if isinstance(value, float) else value
