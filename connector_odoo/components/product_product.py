# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.two_way.references import bound, bound_set

from .prices import price


class ProductVariantMapper(Component):
    """Map a variant; Odoo makes most of them of a product's lines by itself."""

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

    #: without the lines of its product, a variant has nothing to be told by
    dependencies = [bound_set("attribute_line_ids", "odoo.product.attribute.line")]
