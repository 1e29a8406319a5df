# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component, bound


class ProductCategoryMapper(Component):
    _name = "odoo.product.category.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.category"

    natural_key = ("name", "parent_id")
    direct = [
        ("name", "name"),
        (bound("parent_id", "odoo.product.category"), "parent_id"),
    ]
