# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestRecordDeleter(Component):
    _name = "test.export.record.deleter"
    _inherit = ["test.export.connector", "generic.record.deleter"]


class TestExportDeleter(Component):
    _name = "test.export.deleter"
    _inherit = ["test.export.connector", "generic.export.deleter"]
