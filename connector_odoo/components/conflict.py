# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class OdooConflictResolver(Component):
    _name = "odoo.conflict.resolver"
    _inherit = ["odoo.connector", "generic.conflict.resolver"]
