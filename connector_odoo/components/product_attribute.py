# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component

from .references import bound, bound_set


class ProductAttributeImportMapper(Component):
    _name = "odoo.product.attribute.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute"

    direct = [
        ("name", "name"),
        ("sequence", "sequence"),
        ("create_variant", "create_variant"),
        ("display_type", "display_type"),
    ]


class ProductAttributeValueImportMapper(Component):
    _name = "odoo.product.attribute.value.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute.value"

    direct = [
        ("name", "name"),
        ("sequence", "sequence"),
        ("html_color", "html_color"),
        ("is_custom", "is_custom"),
        (bound("attribute_id", "odoo.product.attribute"), "attribute_id"),
    ]


class ProductAttributeLineImportMapper(Component):
    _name = "odoo.product.attribute.line.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute.line"

    direct = [
        (bound("product_tmpl_id", "odoo.product.template"), "product_tmpl_id"),
        (bound("attribute_id", "odoo.product.attribute"), "attribute_id"),
        (bound_set("value_ids", "odoo.product.attribute.value"), "value_ids"),
    ]
