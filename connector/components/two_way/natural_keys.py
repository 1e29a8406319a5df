# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bind records that both sides already have, by the same values in the same fields.

The fields are the ``natural_key`` of the import mapper. The importer looks for an
unbound local record before it creates one, with one query a chunk; the exporter looks
for an unbound remote record. Without a natural key nothing is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent


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
