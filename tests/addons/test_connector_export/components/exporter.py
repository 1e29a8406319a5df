# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestRecordExporter(Component):
    _name = "test.folder.exporter"
    _inherit = ["test.folder.connector", "generic.record.exporter"]


class TestPartnerExporter(Component):
    """Find a partner again by its reference, if it has one."""

    _name = "test.folder.partner.exporter"
    _inherit = "test.folder.exporter"
    _apply_on = "test.export.partner"

    _default_binding_field = "test_export_bind_ids"

    def _export_dependencies(self):
        self._export_dependency(self.binding.parent_id, "test.export.partner")
        for category in self.binding.category_id:
            self._export_dependency(category, "test.export.category")

    def _find_external_id(self, values):
        if not values["ref"]:
            return None
        adapter = self.backend_adapter
        for external_id in adapter.search():
            if adapter.read(external_id)["ref"] == values["ref"]:
                return external_id
        return None


class TestBatchExporter(Component):
    _name = "test.folder.delayed.batch.exporter"
    _inherit = ["test.folder.connector", "generic.delayed.batch.exporter"]


class TestDirectBatchExporter(Component):
    _name = "test.folder.direct.batch.exporter"
    _inherit = ["test.folder.connector", "generic.direct.batch.exporter"]
