# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestBinder(Component):
    _name = "test.binder"
    _inherit = ["test.connector", "base.binder"]
