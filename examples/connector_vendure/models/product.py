# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class VendureAttribute(models.Model):
    _name = "vendure.product.attribute"
    _inherit = "vendure.binding"
    _inherits = {"product.attribute": "odoo_id"}
    _description = "Vendure Option Group"

    option_ids = fields.One2many("vendure.product.attribute.value", "binding_id")


class VendureAttributeValue(models.Model):
    _name = "vendure.product.attribute.value"
    _inherit = "vendure.line"
    _inherits = {"product.attribute.value": "odoo_id"}
    _description = "Vendure Option"
    _parent_field = "attribute_id"

    binding_id = fields.Many2one(
        "vendure.product.attribute", required=True, index=True, ondelete="cascade"
    )


class VendureProduct(models.Model):
    _name = "vendure.product.template"
    _inherit = "vendure.binding"
    _inherits = {"product.template": "odoo_id"}
    _description = "Vendure Product"

    image_url = fields.Char()


class VendureVariant(models.Model):
    _name = "vendure.product.product"
    _inherit = "vendure.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Vendure Variant"

    image_url = fields.Char()
    prices = fields.Json(help="Price by currency")


class VendureStock(models.Model):
    _name = "vendure.stock"
    _inherit = "vendure.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Vendure Stock"

    quantity = fields.Float(string="Quantity in the shop", readonly=True)
    on_hand = fields.Float(string="Quantity in Odoo", compute="_compute_on_hand")

    @api.depends("odoo_id.qty_available", "backend_id.warehouse_id")
    def _compute_on_hand(self):
        for stock in self:
            location = stock.backend_id.warehouse_id.lot_stock_id
            product = stock.odoo_id.with_context(location=location.id)
            stock.on_hand = product.qty_available
