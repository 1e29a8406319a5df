from odoo.addons.connector.api import Component, bound


class BrandMapper(Component):
    _name = "odoo.made.up.brand.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.made.up.brand"

    direct = [("name", "name"), (bound("maker_id", "odoo.res.partner"), "maker_id")]
