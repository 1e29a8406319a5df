# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component, bound, bound_set

from .prices import price


class ProductAttributeMapper(Component):
    _name = "odoo.product.attribute.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute"

    natural_key = ("name", "create_variant")
    direct = [
        ("name", "name"),
        ("sequence", "sequence"),
        ("create_variant", "create_variant"),
        ("display_type", "display_type"),
    ]


class ProductAttributeValueMapper(Component):
    _name = "odoo.product.attribute.value.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute.value"

    natural_key = ("attribute_id", "name")
    direct = [
        ("name", "name"),
        ("sequence", "sequence"),
        ("html_color", "html_color"),
        ("is_custom", "is_custom"),
        (bound("attribute_id", "odoo.product.attribute"), "attribute_id"),
    ]


class ProductAttributeLineMapper(Component):
    _name = "odoo.product.attribute.line.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.attribute.line"

    natural_key = ("product_tmpl_id", "attribute_id")
    direct = [
        ("active", "active"),
        (bound("product_tmpl_id", "odoo.product.template"), "product_tmpl_id"),
        (bound("attribute_id", "odoo.product.attribute"), "attribute_id"),
        (bound_set("value_ids", "odoo.product.attribute.value"), "value_ids"),
    ]


class ProductLineValueMapper(Component):
    """Map the extra price of a line's value; Odoo creates the value from the line."""

    _name = "odoo.product.line.value.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.line.value"

    natural_key = ("attribute_line_id", "product_attribute_value_id")
    direct = [
        ("ptav_active", "ptav_active"),
        (price("price_extra"), "price_extra"),
        (
            bound("attribute_line_id", "odoo.product.attribute.line"),
            "attribute_line_id",
        ),
        (
            bound("product_attribute_value_id", "odoo.product.attribute.value"),
            "product_attribute_value_id",
        ),
    ]
