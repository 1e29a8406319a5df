# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find records that both sides already have, by the same values in the same fields.

A ``record.matcher`` matches records that need no binding, like countries. Others are
bound: their fields are the ``natural_key`` of the import mapper. The importer looks for
an unbound local record before it creates one, with one query a chunk; the exporter
looks for an unbound remote record. Without a natural key nothing is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ..session import Session


def key_of_values(values: Mapping[str, Any], fields: Iterable[str]) -> tuple:
    """Return the key of values, as they are written or read: relations are ids."""
    return tuple(_plain(values.get(name)) for name in fields)


def _plain(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value or False
    if value and isinstance(value[0], list | tuple):  # one command: set
        value = value[0][2]
    return frozenset(value) or False


def key_of_record(record: models.BaseModel, fields: Iterable[str]) -> tuple:
    """Return the key of a local record."""

    def plain(name: str) -> Any:
        value = record[name]
        if record._fields[name].type == "many2one":
            return value.id
        return frozenset(value.ids) if isinstance(value, models.BaseModel) else value

    return tuple(plain(name) or False for name in fields)


class NaturalKeyImporter(AbstractComponent):
    """Importer that binds the unbound local record with the same natural key."""

    _name = "generic.natural.key.importer"
    _inherit = "generic.importer"

    def __init__(self, work_context):
        super().__init__(work_context)
        self._unbound: dict[tuple, models.BaseModel] = {}

    def _prefetch_records_to_bind(self, items):
        super()._prefetch_records_to_bind(items)
        key_fields = self.mapper.natural_key
        if key_fields:
            keys = {item.values.get(key_fields[0]) for item in items}
            self._unbound = self._find_unbound(key_fields, list(keys))

    def _find_unbound(
        self, key_fields: tuple[str, ...], first_values: list[Any]
    ) -> dict[tuple, models.BaseModel]:
        """Return ``{key: record}``; of several, the active one, then the oldest."""
        model = self.env[self.binder.unwrap_model()].with_context(active_test=False)
        active_last = f"{model._active_name}, " if model._active_name else ""
        records = model.search(
            [(key_fields[0], "in", first_values)], order=f"{active_last}id desc"
        )
        binder = self.binder
        bound = self.model.with_context(active_test=False).search_fetch(
            [
                (binder._backend_field, "=", self.backend_record.id),
                (binder._odoo_field, "in", records.ids),
            ],
            [binder._odoo_field],
        )
        unbound = records - bound[binder._odoo_field]
        return {key_of_record(record, key_fields): record for record in unbound}

    def _find_record_to_bind(self, values):
        if not self.mapper.natural_key:
            return super()._find_record_to_bind(values)
        key = key_of_values(values, self.mapper.natural_key)
        return self._unbound.pop(key, None)


class NaturalKeyExporter(AbstractComponent):
    """Exporter that binds the unbound remote record with the same natural key."""

    _name = "generic.natural.key.exporter"
    _inherit = "generic.record.exporter"

    def _find_external_id(self, values):
        key_fields = self.component(usage="import.mapper").natural_key
        if not key_fields:
            return super()._find_external_id(values)
        first = key_fields[0]
        rows = self.backend_adapter.search_by_key(first, values.get(first), key_fields)
        key = key_of_values(values, key_fields)
        same = [row for row in rows if key_of_values(row, key_fields) == key]
        same.sort(key=lambda row: (not row.get("active", True), row["id"]))
        bound = self.binder.to_internal_many(row["id"] for row in same)
        return next((row["id"] for row in same if row["id"] not in bound), None)


class RecordMatcher(AbstractComponent):
    """Find the local record that matches a remote one, without a binding.

    For records that both sides have on their own, like countries and currencies. A
    record is identified by the values of ``_key_fields``; of several local records
    with the same key the oldest is taken. The matches are kept for the session: a
    chunk costs one remote call and one query a model.
    """

    _name = "generic.record.matcher"
    _inherit = "base.connector"
    _usage = "record.matcher"

    #: the fields of the key; the first one limits the searches
    _key_fields: tuple[str, ...] = ("name",)

    # -- hooks of a connector -------------------------------------------------

    def _read_keys(self, external_ids: list[Any]) -> list[dict[str, Any]]:
        """Return remote records: ``id`` and the key fields."""
        raise NotImplementedError(
            f"{self._name} does not say how records are read: override _read_keys to "
            "return the id and the key fields of remote records."
        )

    def _search_keys(self, field: str, values: list[Any]) -> list[dict[str, Any]]:
        """Return the remote records with one of these values in a field."""
        raise NotImplementedError(
            f"{self._name} does not say how records are found: override _search_keys "
            "to return the id and the key fields of remote records."
        )

    def _external_key(self, row: dict[str, Any]) -> tuple:
        """Return the key of a remote record."""
        return tuple(row[name] for name in self._key_fields)

    def _key(self, record: models.BaseModel) -> tuple:
        """Return the key of a local record."""
        return tuple(record[name] for name in self._key_fields)

    # -- both directions ------------------------------------------------------

    def match_many(self, external_ids: Iterable[Any]) -> list[int]:
        """Return the ids of the local records that match, in the same order."""
        external_ids = list(external_ids)
        self.prefetch(external_ids)
        known = self._memory("matched")
        return [known[key] for key in external_ids if known.get(key)]

    def find_external_ids(self, records: models.BaseModel) -> list[Any]:
        """Return the external ids of the local records that have a match."""
        known = self._memory("external ids")
        unknown = records.filtered(lambda record: record.id not in known)
        if unknown:
            first = self._key_fields[0]
            rows = self._search_keys(first, unknown.mapped(first))
            found = {self._external_key(row): row["id"] for row in rows}
            known.update({each.id: found.get(self._key(each)) for each in unknown})
        return [known[record.id] for record in records if known[record.id]]

    def describe(self, external_ids: Iterable[Any]) -> str:
        """Return the keys of remote records, for a message."""
        rows = self._read_keys(list(external_ids))
        return ", ".join(f'"{row[self._key_fields[0]]}"' for row in rows)

    def prefetch(self, external_ids: Iterable[Any]) -> None:
        """Match the records that are not known yet: one remote call, one query."""
        known = self._memory("matched")
        unknown = [key for key in external_ids if key not in known]
        if not unknown:
            return
        rows = self._read_keys(unknown)
        local_ids = self._ids_by_key({row[self._key_fields[0]] for row in rows})
        known.update(dict.fromkeys(unknown))
        for row in rows:
            known[row["id"]] = local_ids.get(self._external_key(row))

    def _memory(self, name: str) -> dict[Any, Any]:
        """Return what the session knows of the model under a name."""
        matches = Session.of(self.work).matches
        return matches.setdefault((name, self.model._name), {})

    def _ids_by_key(self, values: set[Any]) -> dict[tuple, int]:
        records = self.model.with_context(active_test=False).search(
            [(self._key_fields[0], "in", list(values))], order="id desc"
        )
        return {self._key(record): record.id for record in records}
