# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component, bound


class ResPartnerCategoryMapper(Component):
    _name = "odoo.res.partner.category.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner.category"

    natural_key = ("name", "parent_id")
    direct = [
        ("name", "name"),
        ("color", "color"),
        ("active", "active"),
        (bound("parent_id", "odoo.res.partner.category"), "parent_id"),
    ]
