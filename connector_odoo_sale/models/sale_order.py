# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "connector.bound"]


class OdooSaleOrder(models.Model):
    _name = "odoo.sale.order"
    _inherit = "odoo.binding"
    _inherits = {"sale.order": "odoo_id"}
    _description = "Sale Order of another Odoo"
    _sync_choice = "sync_sales"
    _is_exported = False

    line_binding_ids = fields.One2many("odoo.sale.order.line", "order_binding_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Write the currencies after the creation, which computes and discards them."""
        orders = super().create(vals_list)
        for order, values in zip(orders, vals_list, strict=True):
            currency_id = values.get("currency_id")
            if currency_id and order.currency_id.id != currency_id:
                order.currency_id = currency_id
        return orders


class OdooSaleOrderLine(models.Model):
    """Binding of a line, created with the binding of its order."""

    _name = "odoo.sale.order.line"
    _inherit = "odoo.binding"
    _inherits = {"sale.order.line": "odoo_id"}
    _description = "Sale Order Line of another Odoo"
    _is_exported = False

    order_binding_id = fields.Many2one(
        "odoo.sale.order", required=True, index=True, ondelete="cascade"
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["odoo.sale.order"].browse(
            [values["order_binding_id"] for values in vals_list]
        )
        return super().create(
            [
                # an existing line already belongs to its order
                values
                if values.get("odoo_id")
                else {**values, "order_id": order.odoo_id.id}
                for values, order in zip(vals_list, orders, strict=True)
            ]
        )
