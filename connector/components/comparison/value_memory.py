# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Remember which values a model changes when it stores them.

``res.partner`` writes the website ``example.com`` as ``http://example.com``, and takes
the VAT number of a contact from its company. No field tells that. Where a record holds,
right after an import wrote it, something else than its fields would make of the values,
the binding keeps two digests for the field: of the imported value, and of the held one.

The next import of the same value finds both and writes nothing. An edit changes the
held value, another external value the imported one: both are seen as a change.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from odoo import fields, models

#: field of the binding mixin that holds ``{key: [digest imported, digest held]}``
MEMORY_FIELD = "stored_differently"


def digest(value: Any) -> str:
    """Return a short text that is the same for the same value, in any process."""
    if isinstance(value, bytes):
        content = value
    else:
        content = json.dumps(value, sort_keys=True, default=_plain).encode()
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, models.BaseModel):
        return [value._name, *value.ids]
    if isinstance(value, bytes):
        return digest(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)


class ValueMemory:
    """The digests of one record, or of a line that is kept with its parent's."""

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
        """Return whether there is a place where the digests are kept."""
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
        """Return whether this value was imported and left what is held."""
        entry = self.entries.get(self._key(field))
        return entry is not None and entry == [digest(value), digest(held)]

    def holds_as_imported(self, field: fields.Field, held: Any) -> bool:
        """Return whether what is held is what an import left, whatever it imported."""
        entry = self.entries.get(self._key(field))
        return entry is not None and entry[1] == digest(held)

    def note(self, field: fields.Field, value: Any, held: Any) -> None:
        """Note what a value left in the record."""
        self.entries[self._key(field)] = [digest(value), digest(held)]

    def forget(self, field: fields.Field) -> None:
        """Forget a field that holds what was imported."""
        self.entries.pop(self._key(field), None)

    def forget_lines(self, name: str, except_ids: set[int]) -> None:
        """Forget the lines of a field that are not there any more."""
        prefix = f"{self._prefix}{name}."
        for key in [key for key in self.entries if key.startswith(prefix)]:
            line_id = key.removeprefix(prefix).partition(".")[0]
            if int(line_id) not in except_ids:
                del self.entries[key]

    def save(self) -> None:
        """Write what was noted, if anything changed."""
        if self._keeper is not None or self._entries is None or not self.is_kept:
            return
        if self._entries != (self._record[MEMORY_FIELD] or {}):
            self._record.with_context(connector_no_export=True).write(
                {MEMORY_FIELD: self._entries or False}
            )
