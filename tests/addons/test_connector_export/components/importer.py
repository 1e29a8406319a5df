# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestImporter(Component):
    _name = "test.folder.importer"
    _inherit = ["test.folder.connector", "generic.importer"]


class TestImportBatch(Component):
    _name = "test.folder.delayed.batch.importer"
    _inherit = ["test.folder.connector", "generic.delayed.batch.importer"]


class TestChangesImporter(Component):
    _name = "test.folder.changes.importer"
    _inherit = ["test.folder.connector", "generic.changes.importer"]

    def _filters_since(self, since):
        return {"since": since}
