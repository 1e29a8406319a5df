# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestExportBinder(Component):
    _name = "test.export.binder"
    _inherit = ["test.export.connector", "base.binder"]
