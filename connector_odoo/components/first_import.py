# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ask a person before a first import makes second records of what is here already."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from odoo.addons.component.core import Component

from ..remote import ALL_RECORDS
from .alike import alike_key, find_unbound, plain_value
from .version import read_create_date

#: how many remote records are looked at, the oldest ones
SAMPLE_SIZE = 200
#: a person is asked where more than this share of them are here already
TOLERATED_SHARE = 0.1


class FirstImportCheck(Component):
    """Compare a sample of what is to be imported with local records, once."""

    _name = "odoo.first.import.check"
    _inherit = "odoo.connector"
    _usage = "first.import.check"

    def find_question(self) -> str | None:
        """Return what a person must decide before the first import, None if nothing.

        Models of which anything is bound, or that have a natural key, are not asked
        for.
        """
        found = []
        for model_name in self.backend_record._imported_models():
            mapper = self.component(usage="import.mapper", model_name=model_name)
            if mapper.natural_key or not mapper.alike_key or self._is_known(model_name):
                continue
            alike, total = self._count_alike(model_name, mapper)
            if alike and alike > TOLERATED_SHARE * total:
                found.append(
                    self.env._(
                        "%(model)s: %(alike)s of the first %(total)s",
                        alike=alike,
                        total=total,
                        model=self._describe(model_name),
                    )
                )
        if not found:
            return None
        return self.env._(
            "Nothing of %(backend)s is bound, but records like these are here already: "
            "%(found)s. They were probably imported before, and would be doubled. "
            'Choose under "Records that are here already" whether to bind them or to '
            "create new ones.",
            backend=self.backend_record.display_name,
            found=", ".join(found),
        )

    def _describe(self, model_name: str) -> str:
        wrapped = self.env[model_name]._fields["odoo_id"].comodel_name
        return self.env["ir.model"]._get(wrapped).name

    def _is_known(self, model_name: str) -> bool:
        """Return whether anything of the model is bound to the backend."""
        model = self.env[model_name].sudo().with_context(active_test=False)
        return bool(
            model.search_count([("backend_id", "=", self.backend_record.id)], limit=1)
        )

    def _count_alike(self, model_name: str, mapper: Any) -> tuple[int, int]:
        """Return how many of a sample are like a local record, and its size."""
        model = self.env[self.env[model_name]._fields["odoo_id"].comodel_name]
        rows, names = self._read_sample(model_name, mapper)
        if not (rows and names):
            return 0, 0
        values = {row[names[0]] for row in rows if row[names[0]]}
        records = find_unbound(self.env[model_name], model, names[0], list(values))
        by_key: dict[tuple, set[tuple]] = {}
        for record in records:
            created = plain_value(record, "create_date", record.create_date)
            key = alike_key(model, names, record)
            by_key.setdefault(key, set()).add((record.id, created))
        # a database that is connected with itself, or with a copy of itself, has the
        # very records, not such as were imported
        alike = [
            row
            for row in rows
            if by_key.get(alike_key(model, names, row), set())
            - {(row["id"], read_create_date(row))}
        ]
        return len(alike), len(rows)

    def _read_sample(
        self, model_name: str, mapper: Any
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return remote records by the names of local fields, and these names."""
        sources = {
            target: source
            for source, target in mapper.direct
            if isinstance(source, str) and target in mapper.alike_key
        }
        names = [name for name in mapper.alike_key if name in sources]
        adapter = self.component(usage="backend.adapter", model_name=model_name)
        rows = adapter.call(
            "search_read",
            [],
            fields=sorted({*sources.values(), "create_date"}),
            limit=SAMPLE_SIZE,
            order="id",
            load=None,
            context=ALL_RECORDS,
        )
        read = []
        for row in rows:
            with suppress(KeyError):  # a field that is missing there
                values = {name: row[sources[name]] for name in names}
                dates = {"id": row["id"], "create_date": row.get("create_date")}
                read.append({**values, **dates})
        return read, names
