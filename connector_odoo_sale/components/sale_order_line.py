# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component, bound, changed_by, mapping


class SaleOrderLineMapper(Component):
    _name = "odoo.sale.order.line.mapper"
    _inherit = ["odoo.import.mapper", "connector.backend.id.mapper"]
    _apply_on = "odoo.sale.order.line"

    direct = [
        ("id", "external_id"),
        ("name", "name"),
        ("sequence", "sequence"),
        ("display_type", "display_type"),
        ("product_uom_qty", "product_uom_qty"),
        ("price_unit", "price_unit"),
        ("discount", "discount"),
        (bound("product_id", "odoo.product.product"), "product_id"),
    ]

    @mapping
    @changed_by("product_uom_id", "product_uom")
    def unit(self, record):
        """Map the unit, called ``product_uom`` up to Odoo 18."""
        unit_id = record.get("product_uom_id") or record.get("product_uom")
        unit = self.matcher_for("uom.uom").match_many([unit_id] if unit_id else [])
        return {"product_uom_id": unit[0]} if unit else {}


class SaleOrderLineMapChild(Component):
    """Map child that updates bound lines."""

    _name = "odoo.sale.order.line.map.child"
    _inherit = ["odoo.connector", "base.map.child.import.update"]
    _apply_on = "odoo.sale.order.line"
