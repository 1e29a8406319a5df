from odoo.addons.component.core import Component
from odoo.addons.connector.components.two_way.references import bound


class BrandMapper(Component):
    _name = "odoo.made.up.brand.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.made.up.brand"

    direct = [("name", "name"), (bound("maker_id", "odoo.res.partner"), "maker_id")]
