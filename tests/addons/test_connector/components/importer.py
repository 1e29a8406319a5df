# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from odoo.addons.component.core import Component


class TestRecordImporter(Component):
    _name = "test.record.importer"
    _inherit = ["test.connector", "generic.importer"]

    def _external_updated_at(self):
        return fields.Datetime.to_datetime(self.external_record.get("updated_at"))


class TestPartnerImporter(Component):
    _name = "test.res.partner.importer"
    _inherit = "test.record.importer"
    _apply_on = "test.res.partner"

    def _must_skip(self):
        return "it says so" if self.external_record.get("skip") else None

    def _import_dependencies(self):
        record = self.external_record
        self._import_dependency(record.get("parent"), "test.res.partner")
        self._import_dependency(record.get("industry"), "test.res.partner.industry")
        for tag in record.get("tags", ()):
            self._import_dependency(tag, "test.res.partner.category")


class TestPartnerCategoryImporter(Component):
    _name = "test.res.partner.category.importer"
    _inherit = "test.record.importer"
    _apply_on = "test.res.partner.category"

    def _import_dependencies(self):
        self._import_dependency(
            self.external_record.get("parent"), "test.res.partner.category"
        )


class TestDelayedBatchImporter(Component):
    _name = "test.delayed.batch.importer"
    _inherit = ["test.connector", "generic.delayed.batch.importer"]


class TestDirectBatchImporter(Component):
    _name = "test.direct.batch.importer"
    _inherit = ["test.connector", "generic.direct.batch.importer"]
