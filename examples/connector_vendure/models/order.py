# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class VendureOrder(models.Model):
    _name = "vendure.sale.order"
    _inherit = "vendure.binding"
    _inherits = {"sale.order": "odoo_id"}
    _description = "Vendure Order"

    vendure_state = fields.Char(string="State in the shop", readonly=True)
    vendure_total = fields.Monetary(string="Total in the shop", readonly=True)
    line_ids = fields.One2many("vendure.sale.order.line", "binding_id")


class VendureOrderLine(models.Model):
    _name = "vendure.sale.order.line"
    _inherit = "vendure.line"
    _inherits = {"sale.order.line": "odoo_id"}
    _description = "Vendure Order Line"
    _parent_field = "order_id"

    binding_id = fields.Many2one(
        "vendure.sale.order", required=True, index=True, ondelete="cascade"
    )
