# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestImporter(Component):
    _name = "test.export.importer"
    _inherit = ["test.export.connector", "generic.importer"]


class TestImportBatch(Component):
    _name = "test.export.delayed.batch.importer"
    _inherit = ["test.export.connector", "generic.delayed.batch.importer"]


class TestChangesImporter(Component):
    _name = "test.export.changes.importer"
    _inherit = ["test.export.connector", "generic.changes.importer"]

    def _filters_since(self, since):
        return {"since": since}
