# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestRecordDeleter(Component):
    _name = "test.folder.record.deleter"
    _inherit = ["test.folder.connector", "generic.record.deleter"]


class TestExportDeleter(Component):
    _name = "test.folder.deleter"
    _inherit = ["test.folder.connector", "generic.export.deleter"]
