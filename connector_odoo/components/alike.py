# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find local records that are probably the same as remote ones, without a binding.

After a reinstallation, or in a database that had the records before, nothing is bound.
What has a natural key is bound by it. Contacts, products and orders have none: two
contacts may have the same name. They have an ``alike_key`` instead, which suggests that
two records are the same, and a person decides on the backend what to do about them
(``first_import``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent
from odoo.addons.connector.exception import InvalidDataError

#: what a value of these types says is the same on both sides
COMPARED = frozenset(
    ("char", "text", "selection", "boolean", "integer", "date", "datetime", "many2one")
)


def plain_value(model: models.BaseModel, name: str, value: Any) -> Any:
    """Return a value, as it is read or written, in a form that can be compared."""
    if isinstance(value, models.BaseModel):
        return value.id
    if value and model._fields[name].type == "datetime":
        return fields.Datetime.to_datetime(value).replace(microsecond=0)
    if value and model._fields[name].type == "date":
        return fields.Date.to_date(value)
    return value or False


def alike_key(
    model: models.BaseModel, names: Iterable[str], values: Mapping[str, Any]
) -> tuple:
    """Return the key of values, or of a record."""
    return tuple(plain_value(model, name, values[name]) for name in names)


def find_unbound(
    binding_model: models.BaseModel, model: models.BaseModel, name: str, values: list
) -> models.BaseModel:
    """Return the records with one of the values that may be those of a remote one.

    Those that are bound to any backend are not, nor are those that came with an addon,
    like the administrator: each database has its own.
    """
    records = model.with_context(active_test=False).search(
        [(name, "in", values)], order="id"
    )
    bound = binding_model.with_context(active_test=False).search(
        [("odoo_id", "in", records.ids)]
    )
    records -= bound.odoo_id
    xml_ids = records._get_external_ids()
    return records.filtered(
        lambda record: all(each.startswith("__") for each in xml_ids[record.id])
    )


class AlikeImporter(AbstractComponent):
    """Bind a new record to the only one that is alike, where a person wants that."""

    _name = "odoo.alike.importer"
    _inherit = "odoo.natural.key.importer"

    def __init__(self, work_context):
        super().__init__(work_context)
        self._alike: dict[tuple, list[models.BaseModel]] = {}

    @property
    def _alike_key(self) -> tuple[str, ...]:
        """Return the fields by which records are alike, none if that is not asked."""
        if self.mapper.natural_key or self.backend_record.first_import != "bind":
            return ()
        return self.mapper.alike_key

    def _prefetch_records_to_bind(self, items):
        super()._prefetch_records_to_bind(items)
        key_fields = self._alike_key
        if key_fields:
            first = key_fields[0]
            model = self.env[self.binder.unwrap_model()]
            wanted = {item.values.get(first) or False for item in items}
            self._alike = defaultdict(list)
            for record in find_unbound(self.model, model, first, list(wanted)):
                self._alike[alike_key(model, key_fields, record)].append(record)

    def _find_record_to_bind(self, values):
        key_fields = self._alike_key
        if not key_fields:
            return super()._find_record_to_bind(values)
        model = self.env[self.binder.unwrap_model()]
        known = defaultdict(bool, values)
        candidates = self._alike.get(alike_key(model, key_fields, known), [])
        record = self._choose_alike(candidates, values)
        if record:
            candidates.remove(record)
            # what is the same is not written: a confirmed order would refuse it
            for name in self._same_values(record, values):
                del values[name]
        return record

    def _choose_alike(
        self, candidates: list[models.BaseModel], values: Mapping[str, Any]
    ) -> models.BaseModel | None:
        """Return the only record that is alike, or one that is the same in all.

        :raise InvalidDataError: there are several, and none is the same in all
        """
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        for record in candidates:
            compared = [name for name in values if self._is_compared(record, name)]
            if len(self._same_values(record, values)) == len(compared):
                return record
        names = ", ".join(f"{each.display_name} ({each})" for each in candidates)
        raise InvalidDataError(
            f"{self.model._description} {self.external_id} of "
            f"{self.backend_record.display_name} is like several records that are not "
            f"bound: {names}."
            " Merge them or make one of them different, then import it again. Or "
            'choose "Create new records" on the backend, which makes one more.'
        )

    def _is_compared(self, record: models.BaseModel, name: str) -> bool:
        return name in record._fields and record._fields[name].type in COMPARED

    def _same_values(
        self, record: models.BaseModel, values: Mapping[str, Any]
    ) -> list[str]:
        """Return the fields of the values that the record has already."""
        return [
            name
            for name, value in values.items()
            if self._is_compared(record, name)
            and plain_value(record, name, value)
            == plain_value(record, name, record[name])
        ]
