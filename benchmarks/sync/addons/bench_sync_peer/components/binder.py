# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class BenchBinder(Component):
    _name = "bench.binder"
    _inherit = ["base.binder", "bench.connector"]
    _apply_on = ["bench.res.partner", "bench.res.partner.category"]
