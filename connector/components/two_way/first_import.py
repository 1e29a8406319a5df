# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Avoid duplicates in a first import.

After a reinstallation, or in a database that had the records before, nothing is bound.
Records with a natural key are bound by it. Contacts, products and orders have none: two
contacts may have the same name. They have an ``alike_key`` instead, which suggests that
two records are the same:

.. code-block:: text

    first search for a model → compare a sample with local records
                               ├─ few are alike: import
                               └─ many are alike: pause the backend and ask a person
    backend.first_import = "bind"   → the importer binds the only record that is alike
                         = "create" → it creates every record
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError

#: how many remote records are compared, the oldest ones
SAMPLE_SIZE = 200
#: a person is asked where more than this share of them are alike
TOLERATED_SHARE = 0.1
#: types whose values can be compared between both sides
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


def find_unbound(binder: Any, name: str, values: list) -> models.BaseModel:
    """Return the local records with one of the values that may be remote ones.

    Records that are bound to any backend are left out, and those that an addon
    installed, like the administrator: each database has its own.
    """
    model = binder.env[binder.unwrap_model()].with_context(active_test=False)
    records = model.search([(name, "in", values)], order="id")
    bound = binder.model.with_context(active_test=False).search(
        [(binder._odoo_field, "in", records.ids)]
    )
    records -= bound[binder._odoo_field]
    xml_ids = records._get_external_ids()
    return records.filtered(
        lambda record: all(each.startswith("__") for each in xml_ids[record.id])
    )


class AlikeImporter(AbstractComponent):
    """Importer that binds the only local record that is alike, if a person chose so."""

    _name = "generic.alike.importer"
    _inherit = "generic.natural.key.importer"

    def __init__(self, work_context):
        super().__init__(work_context)
        self._alike: dict[tuple, list[models.BaseModel]] = {}

    @property
    def _alike_key(self) -> tuple[str, ...]:
        """Return the fields by which records are alike, none if that is not asked."""
        choice = getattr(self.backend_record, "first_import", None)
        if self.mapper.natural_key or choice != "bind":
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
            for record in find_unbound(self.binder, first, list(wanted)):
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
            # the same values are not written: a confirmed order would refuse them
            for name in self._same_values(record, values):
                del values[name]
        return record

    def _choose_alike(
        self, candidates: list[models.BaseModel], values: Mapping[str, Any]
    ) -> models.BaseModel | None:
        """Return the only record that is alike, or one that equals all values.

        :raise InvalidDataError: there are several, and none equals all values
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
            'choose "Create new records" on the backend, which creates another one.'
        )

    def _is_compared(self, record: models.BaseModel, name: str) -> bool:
        return name in record._fields and record._fields[name].type in COMPARED

    def _same_values(
        self, record: models.BaseModel, values: Mapping[str, Any]
    ) -> list[str]:
        return [
            name
            for name, value in values.items()
            if self._is_compared(record, name)
            and plain_value(record, name, value)
            == plain_value(record, name, record[name])
        ]


class FirstImportCheck(AbstractComponent):
    """Comparison of a sample of remote records with local ones, before an import."""

    _name = "generic.first.import.check"
    _inherit = "base.connector"
    _usage = "first.import.check"

    def _is_itself(self, record: models.BaseModel, row: dict[str, Any]) -> bool:
        """Return whether a local record is the remote record itself.

        So it is in a database that is connected with itself, or with a copy.
        """
        return False

    def find_question(self) -> str | None:
        """Return what a person must decide before the first import, None if nothing.

        Models with a natural key, or with any binding to the backend, need no decision.
        """
        found = []
        for model_name in self.backend_record._imported_models():
            mapper = self.component(usage="import.mapper", model_name=model_name)
            if mapper.natural_key or not mapper.alike_key or self._is_known(model_name):
                continue
            alike, total = self._count_alike(model_name, mapper)
            if alike and alike > TOLERATED_SHARE * total:
                wrapped = self.binder_for(model_name).unwrap_model()
                found.append(
                    self.env._(
                        "%(model)s: %(alike)s of the first %(total)s",
                        alike=alike,
                        total=total,
                        model=self.env["ir.model"]._get(wrapped).name,
                    )
                )
        if not found:
            return None
        return self.env._(
            "No record of %(backend)s is bound yet, but similar records exist in Odoo: "
            "%(found)s. They were probably imported before, and an import would "
            'duplicate them. Choose under "Similar local records" whether to bind them '
            "or to create new ones.",
            backend=self.backend_record.display_name,
            found=", ".join(found),
        )

    def _is_known(self, model_name: str) -> bool:
        """Return whether anything of the model is bound to the backend."""
        model = self.env[model_name].sudo().with_context(active_test=False)
        field = self.binder_for(model_name)._backend_field
        return bool(model.search_count([(field, "=", self.backend_record.id)], limit=1))

    def _count_alike(self, model_name: str, mapper: Any) -> tuple[int, int]:
        """Return how many of a sample are like a local record, and its size."""
        sources = {
            target: source
            for source, target in mapper.direct
            if isinstance(source, str) and target in mapper.alike_key
        }
        names = [name for name in mapper.alike_key if name in sources]
        if not names:
            return 0, 0
        adapter = self.component(usage="backend.adapter", model_name=model_name)
        sample = adapter.read_sample(sorted(sources.values()), SAMPLE_SIZE)
        rows = [row for row in sample if row.keys() >= set(sources.values())]
        model = self.env[self.binder_for(model_name).unwrap_model()]
        first = sources[names[0]]
        values = list({row[first] for row in rows if row[first]})
        by_key = defaultdict(list)
        for record in find_unbound(self.binder_for(model_name), names[0], values):
            by_key[alike_key(model, names, record)].append(record)
        alike = 0
        for row in rows:
            key = alike_key(model, names, {name: row[sources[name]] for name in names})
            records = by_key.get(key, ())
            alike += any(not self._is_itself(record, row) for record in records)
        return alike, len(rows)
