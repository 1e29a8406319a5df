# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component, bound, bound_set

from .prices import price


class ProductProductMapper(Component):
    """Map a variant; Odoo creates most variants from the lines of their product."""

    _name = "odoo.product.product.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.product"

    natural_key = ("product_tmpl_id", "product_template_attribute_value_ids")
    direct = [
        ("default_code", "default_code"),
        ("barcode", "barcode"),
        ("active", "active"),
        ("weight", "weight"),
        ("volume", "volume"),
        ("image_variant_1920", "image_variant_1920"),
        (price("standard_price", "cost_currency_id"), "standard_price"),
        (bound("product_tmpl_id", "odoo.product.template"), "product_tmpl_id"),
        (
            bound_set(
                "product_template_attribute_value_ids", "odoo.product.line.value"
            ),
            "product_template_attribute_value_ids",
        ),
    ]

    #: a variant is identified by the values of its product's lines
    dependencies = [bound_set("attribute_line_ids", "odoo.product.attribute.line")]
