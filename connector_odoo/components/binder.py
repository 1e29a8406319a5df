# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class OdooBinder(Component):
    _name = "odoo.binder"
    _inherit = ["odoo.connector", "base.binder"]
