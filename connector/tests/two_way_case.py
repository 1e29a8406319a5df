# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of records that are imported and exported."""

from unittest.mock import patch

from odoo.addons.component.core import Component

from ..components.two_way.adapter import Version
from ..components.two_way.references import bound, matched
from ..exception import IDMissingInBackend
from ..timestamps import last_change
from .export_common import ExportCase

STOCK = "test.export.stock.binding"
CATEGORY = "test.export.category"
#: the contacts of the other system
CONTACTS = [{"id": "c1", "name": "Ada"}, {"id": "c2", "name": "Grace"}]


class Adapter(Component):
    _name = "test.two.way.adapter"
    _inherit = ["test.folder.connector", "generic.two.way.adapter"]
    _apply_on = [STOCK, CATEGORY]

    def read_version(self, external_id, fields):
        try:
            record = self.read(external_id)
        except IDMissingInBackend:
            return None
        values = {name: record[name] for name in fields if name in record}
        return Version.of(values, last_change(record.get("updated_at")))

    def search_by_key(self, field, value, fields):
        return self.search_read({field: value})

    def read_sample(self, fields, limit):
        return self.search_read()[:limit]

    def filter_parents(self, filters, field, has_parent):
        return {**(filters or {}), "is_child": has_parent}


class Matcher(Component):
    _name = "test.two.way.matcher"
    _inherit = ["test.folder.connector", "generic.record.matcher"]
    _apply_on = "res.partner"
    calls = []

    def _read_keys(self, external_ids):
        self.calls.append(external_ids)
        return [row for row in CONTACTS if row["id"] in external_ids]

    def _search_keys(self, field, values):
        self.calls.append(values)
        return [row for row in CONTACTS if row[field] in values]


class StockMapper(Component):
    _name = "test.two.way.stock.mapper"
    _inherit = ["test.folder.connector", "generic.two.way.import.mapper"]
    _apply_on = STOCK

    natural_key = ("place",)
    direct = [
        ("place", "place"),
        ("note", "note"),
        ("quantity", "quantity"),
        (matched("partner", "res.partner", default="stand_in_id"), "partner_id"),
    ]


class CategoryMapper(Component):
    _name = "test.two.way.category.mapper"
    _inherit = ["test.folder.connector", "generic.two.way.import.mapper"]
    _apply_on = CATEGORY

    alike_key = ("name",)
    direct = [("name", "name"), (bound("parent", CATEGORY), "parent_id")]


class StockReversedMapper(Component):
    _name = "test.two.way.reversed.mapper"
    _inherit = ["test.folder.connector", "generic.reversed.mapper"]
    _apply_on = STOCK


DEFINITIONS = [Adapter, Matcher, StockMapper, CategoryMapper, StockReversedMapper]


class TwoWayCase(ExportCase):
    __test__ = False

    def setUp(self):
        super().setUp()
        self.build_components(*DEFINITIONS)
        Matcher.calls.clear()
        self.ada = self.env["res.partner"].create({"name": "Ada"})
        self.stand_in = self.env["res.partner"].create({"name": "Nobody"})
        for name, value in (
            ("conflict_policy", "local"),
            ("first_import", "create"),
            ("_imported_models", lambda backend: [STOCK, CATEGORY]),
            ("_exported_models", lambda backend: [STOCK]),
        ):
            self.set_on_backend(name, value)
        self.backend.stand_in_id = self.stand_in
        self.remote_system = self.fake_system(STOCK, CATEGORY)

    def set_on_backend(self, name, value):
        backend_class = self.env.registry["test.export.backend"]
        self.enterContext(patch.object(backend_class, name, value, create=True))

    def put(self, external_id=1, minute=0, **values):
        """Add a record to the other system."""
        record = {
            "id": external_id,
            "place": "A1",
            "note": "old",
            "quantity": 1.0,
            "partner": "c1",
            "updated_at": f"2026-01-01T10:{minute:02}:00+00:00",
        }
        self.remote_system.put(STOCK, {**record, **values})

    def run_import(self, *external_ids, model=STOCK):
        """Import records, and return the outcome."""
        self.env.flush_all()
        return self.component("record.importer", model).import_many(external_ids)

    def binding(self, external_id=1, model=STOCK):
        return self.env[model].search([("external_id", "=", str(external_id))])

    def run_export(self, binding, **kwargs):
        self.env.flush_all()
        exporter = self.component("record.exporter", STOCK)
        with self.trap_jobs() as trap:
            exporter.run(binding.with_env(exporter.env), **kwargs)
            return [job.method_name for job in trap.enqueued_jobs]

    def edit(self, binding, **values):
        """Edit a record as a person does; its export is not confirmed yet."""
        with self.trap_jobs():
            binding.odoo_id.write(values)
            self.env.cr.flush()

    def remote(self, external_id=1):
        return self.remote_system.tables[STOCK][external_id]
