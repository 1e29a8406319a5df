# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components as connectors for the OCA addons write them."""

from odoo import fields

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.component_event import skip_if
from odoo.addons.connector.components.mapper import mapping


class MovedBase(AbstractComponent):
    _name = "moved.base"
    _inherit = "base.connector"
    _collection = "moved.backend"


class MovedBinder(Component):
    _name = "moved.binder"
    _inherit = ["base.binder", "moved.base"]


class MovedAdapter(Component):
    _name = "moved.adapter"
    _inherit = ["base.backend.adapter.crud", "moved.base"]

    def search(self, filters):
        since = filters.get("since")
        since = since and fields.Datetime.to_string(since)
        rows = self.backend_record.shop.items()
        return [key for key, row in rows if not since or row["updated"] >= since]

    def read(self, external_id):
        return self.backend_record.shop[external_id]

    def write(self, external_id, values):
        row = {**self.backend_record.shop[external_id], **values}
        self.backend_record.shop = {**self.backend_record.shop, external_id: row}


class MovedImportMapper(Component):
    _name = "moved.import.mapper"
    _inherit = ["base.import.mapper", "moved.base"]
    _apply_on = "moved.res.partner"

    direct = [("name", "name")]

    @mapping
    def backend_id(self, record):
        return {"backend_id": self.backend_record.id}


class MovedExportMapper(Component):
    _name = "moved.export.mapper"
    _inherit = ["base.export.mapper", "moved.base"]
    _apply_on = "moved.res.partner"

    direct = [("name", "name")]


class MovedImporter(Component):
    _name = "moved.importer"
    _inherit = ["base.importer", "moved.base"]
    _usage = "record.importer"

    def run(self, external_id, force=False):
        record = self.mapper.map_record(self.backend_adapter.read(external_id))
        binding = self.binder.to_internal(external_id)
        if binding:
            binding.with_context(connector_no_export=True).write(record.values())
        else:
            model = self.model.with_context(connector_no_export=True)
            binding = model.create(record.values(for_create=True))
        self.binder.bind(external_id, binding)


class MovedBatchImporter(Component):
    _name = "moved.batch.importer"
    _inherit = ["base.importer", "moved.base"]
    _usage = "batch.importer"

    def run(self, filters):
        for external_id in self.backend_adapter.search(filters):
            self.model.with_delay(priority=7).import_record(
                self.backend_record, external_id
            )


class MovedExporter(Component):
    _name = "moved.exporter"
    _inherit = ["generic.exporter", "moved.base"]
    _usage = "record.exporter"


class MovedListener(Component):
    _name = "moved.listener"
    _inherit = ["base.connector.listener", "moved.base"]
    _apply_on = ["res.partner"]

    @skip_if(lambda self, record, **kwargs: self.no_connector_export(record))
    def on_record_write(self, record, fields=None):
        for binding in record.moved_bind_ids:
            binding.with_delay().export_record(fields=fields)
