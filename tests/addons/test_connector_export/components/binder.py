# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestExportBinder(Component):
    _name = "test.folder.binder"
    _inherit = ["test.folder.connector", "base.binder"]
