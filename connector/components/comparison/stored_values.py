# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form in which a record keeps a value, which may differ from the given one.

*Fields* change a value: Odoo sanitizes HTML, rounds amounts, resizes images.
``would_hold`` returns that form, ``cached_value`` the form of the held value; both are
those of the record cache.

*Models* change a value, too: ``res.partner`` writes the website ``example.com`` as
``http://example.com``, and takes the VAT number of a contact from its company. No field
says that. If a record holds, right after an import wrote it, something else than its
fields would make of the values, the binding remembers two digests for the field: of the
imported value, and of the held one. See :class:`ValueMemory`. The next import of the
same value finds both and writes nothing. An edit changes the held value, another
external value changes the imported one: both count as a change.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from odoo import fields, models

X2MANY = ("one2many", "many2many")
#: types whose stored form only the validation of the field gives
_VALIDATED = ("char", "text", "html", "monetary", "properties")
#: field of the binding mixin with ``{key: [digest imported, digest held]}``
MEMORY_FIELD = "stored_differently"


# -- held values ------------------------------------------------------------------


def linked_records(record: models.BaseModel, name: str) -> models.BaseModel:
    """Return the records in an x2many field, archived or not."""
    env = record.env
    comodel = env[record._fields[name].comodel_name]
    if comodel._active_name and env.context.get("active_test") is not False:
        return record.with_context(active_test=False)[name].with_env(env)
    return record[name]


def held_value(record: models.BaseModel, field: fields.Field) -> Any:
    """Return the value of a field: of a relation the id or the sorted ids."""
    name = field.name
    if field.type in X2MANY:
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


def is_plainly_held(field: fields.Field, held: Any, value: Any) -> bool:
    """Return whether a value equals the held one without any conversion.

    For Python, False, 0 and 0.0 are equal; for a text field they are not.
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


# -- the form of a field ----------------------------------------------------------


def would_hold(record: models.BaseModel, field: fields.Field, value: Any) -> Any:
    """Return what the field would hold, in the form of the record cache.

    :raise ValueError, TypeError, UserError: Odoo would refuse the value
    """
    if field.type == "reference":
        return _reference(value)
    if field.type == "json":
        return json.loads(json.dumps(value)) if value else value or None
    if field.type == "binary":
        return _content(_process_image(record, field, value))
    if field.type == "properties":
        value = deepcopy(value)  # the conversion changes it
    validate = field.type in _VALIDATED
    return field.convert_to_cache(value, record, validate=validate)


def cached_value(record: models.BaseModel, field: fields.Field, held: Any) -> Any:
    """Return a held value in the form of the record cache."""
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


def _process_image(
    record: models.BaseModel, field: fields.Field, value: Any
) -> bytes | str | None:
    if not (value and isinstance(field, fields.Image)):
        return value
    for each in (field, field.related_field):
        if each is not None:
            value = each._image_process(value, record.env)
    return value


def _content(value: Any) -> bytes | None:
    """Return the content of a file, given as base64 or not."""
    if not value:
        return None
    content = value.encode() if isinstance(value, str) else bytes(value)
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return content


# -- values changed by models -----------------------------------------------------


def digest(value: Any, size: int = 8) -> str:
    """Return a text that is the same for equal values, in each process."""
    if not isinstance(value, bytes):
        value = json.dumps(value, sort_keys=True, default=_plain).encode()
    return hashlib.blake2b(value, digest_size=size).hexdigest()


def fingerprint(values: dict[str, Any]) -> str:
    """Return a digest of the values of a record."""
    return digest(values, size=20)


def _plain(value: Any) -> Any:
    if isinstance(value, models.BaseModel):
        return [value._name, *value.ids]
    if isinstance(value, bytes):
        return digest(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return dict(value) if isinstance(value, Mapping) else str(value)


class ValueMemory:
    """Digests of one record, or of a line whose parent keeps them."""

    __slots__ = ("_entries", "_keeper", "_prefix", "_record")

    def __init__(
        self,
        record: models.BaseModel,
        keeper: ValueMemory | None = None,
        prefix: str = "",
    ) -> None:
        self._record = record
        self._keeper = keeper
        self._prefix = prefix
        self._entries: dict[str, list[str]] | None = None

    @property
    def is_kept(self) -> bool:
        """Return whether the record, or its parent, has a field for digests."""
        if self._keeper is not None:
            return self._keeper.is_kept
        return MEMORY_FIELD in self._record._fields

    @property
    def entries(self) -> dict[str, list[str]]:
        if self._keeper is not None:
            return self._keeper.entries
        if self._entries is None:
            self._entries = {}
            if self.is_kept:
                self._entries.update(self._record[MEMORY_FIELD] or {})
        return self._entries

    def of_line(self, name: str, line: models.BaseModel) -> ValueMemory:
        """Return the memory of a line: its own, or a part of this one."""
        if MEMORY_FIELD in line._fields:
            return ValueMemory(line)
        return ValueMemory(line, self, f"{self._prefix}{name}.{line.id}.")

    def _key(self, field: fields.Field) -> str:
        key = f"{self._prefix}{field.name}"
        if field.translate:
            return f"{key}@{self._record.env.lang or 'en_US'}"
        if field.company_dependent:
            return f"{key}@{self._record.env.company.id}"
        return key

    def matches(self, field: fields.Field, value: Any, held: Any) -> bool:
        """Return whether an import of ``value`` left the held value."""
        entry = self.entries.get(self._key(field))
        return entry is not None and entry == [digest(value), digest(held)]

    def holds_as_imported(self, field: fields.Field, held: Any) -> bool:
        """Return whether an import of any value left the held value."""
        entry = self.entries.get(self._key(field))
        return entry is not None and entry[1] == digest(held)

    def note(self, field: fields.Field, value: Any, held: Any) -> None:
        """Remember which held value an import of ``value`` left."""
        self.entries[self._key(field)] = [digest(value), digest(held)]

    def forget(self, field: fields.Field) -> None:
        """Forget a field that holds the imported value."""
        self.entries.pop(self._key(field), None)

    def forget_lines(self, name: str, except_ids: set[int]) -> None:
        """Forget the lines of a field that do not exist any more."""
        prefix = f"{self._prefix}{name}."
        for key in [key for key in self.entries if key.startswith(prefix)]:
            line_id = key.removeprefix(prefix).partition(".")[0]
            if int(line_id) not in except_ids:
                del self.entries[key]

    def save(self) -> None:
        """Write the digests if they changed."""
        if self._keeper is not None or self._entries is None or not self.is_kept:
            return
        if self._entries != (self._record[MEMORY_FIELD] or {}):
            self._record.with_context(connector_no_export=True).write(
                {MEMORY_FIELD: self._entries or False}
            )
