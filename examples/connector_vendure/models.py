# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from odoo.addons.connector.api import (
    BACKEND_ACCESS,
    BINDING_ACCESS,
    StandardWebhooks,
    secret_input,
)

#: types of webhooks, and the models that they import
TOPICS = {
    "attribute": "vendure.product.attribute",
    "product": "vendure.product.template",
    "variant": "vendure.product.product",  # also for its stock
    "customer": "vendure.res.partner",
    "order": "vendure.sale.order",
}


class VendureBackend(models.Model):
    _name = "vendure.backend"
    _inherit = ["connector.backend.mixin", "connector.webhook.mixin"]
    _description = "Vendure Shop"
    _connector_access = BACKEND_ACCESS
    _webhook_scheme = StandardWebhooks()
    _webhook_topics = TOPICS

    name = fields.Char(required=True)
    url = fields.Char(string="Address", required=True)
    api_key = fields.Char(groups=NO_ACCESS, copy=False)
    new_api_key = secret_input("api_key", bound_to=["url"], string="API key")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        default=lambda self: self.env["stock.warehouse"].search([], limit=1),
    )
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    stock_is_in = fields.Selection(
        [("vendure", "Vendure"), ("odoo", "Odoo")],
        string="Stock is counted in",
        required=True,
        default="vendure",
        help="Vendure: quantities are imported. Odoo: changed quantities are exported.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        domain=[("type_tax_use", "=", "sale"), ("price_include", "=", False)],
        help="One tax for each rate of the shop, by which order lines find it",
    )

    @api.model
    def _imported_models(self):
        return list(TOPICS.values())

    @api.model
    def _exported_models(self):
        return ["vendure.product.product"]

    def _get_pricelist(self, code):
        """Return the pricelist of the shop in a currency; create it if need be."""
        currency = self.env["res.currency"].search([("name", "=", code)])
        if not currency:
            raise UserError(self.env._("Activate the currency %s of the shop.", code))
        values = {"vendure_backend_id": self.id, "currency_id": currency.id}
        domain = [(name, "=", value) for name, value in values.items()]
        pricelist = self.env["product.pricelist"].search(domain, limit=1)
        return pricelist or pricelist.create(
            {
                **values,
                "name": f"{self.name} ({code})",
                "company_id": self.company_id.id,
            }
        )


class Pricelist(models.Model):
    _inherit = "product.pricelist"

    vendure_backend_id = fields.Many2one(
        "vendure.backend", ondelete="cascade", copy=False
    )

    # two jobs may need a new pricelist at the same time
    _vendure_uniq = models.UniqueIndex("(vendure_backend_id, currency_id)")


class VendureBinding(models.AbstractModel):
    _name = "vendure.binding"
    _inherit = "connector.binding.mixin"
    _description = "Vendure Binding"
    _connector_backend = "vendure.backend"
    _connector_access = BINDING_ACCESS

    #: type of the records in the Admin API, and a filter of all searches
    _vendure_type = ""
    _vendure_filter = {}
    #: path of the records in the dashboard of the shop
    _vendure_page = ""

    def _external_url(self):
        """Return the page of the external record in the dashboard of the shop."""
        if not self._vendure_page:
            return None
        url = self.backend_id.sudo().url.rstrip("/")
        return f"{url}/dashboard/{self._vendure_page}/{self.external_id}"


class VendureLine(models.AbstractModel):
    """Binding of a line, which is created below the record of its parent."""

    _name = "vendure.line"
    _inherit = "vendure.binding"
    _description = "Vendure Line"

    @api.model_create_multi
    def create(self, vals_list):
        parents = self.env[self._fields["binding_id"].comodel_name]
        for values in vals_list:
            parent = parents.browse(values["binding_id"])
            values["backend_id"] = parent.backend_id.id
            values[self._parent_field] = parent.odoo_id.id
        return super().create(vals_list)


class VendureAttribute(models.Model):
    _name = "vendure.product.attribute"
    _inherit = "vendure.binding"
    _inherits = {"product.attribute": "odoo_id"}
    _description = "Vendure Option Group"
    _vendure_type = "ProductOptionGroup"

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
    _vendure_type = "Product"
    _vendure_page = "products"

    image_url = fields.Char()


class VendureVariant(models.Model):
    _name = "vendure.product.product"
    _inherit = "vendure.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Vendure Variant"
    _vendure_type = "ProductVariant"
    _vendure_page = "product-variants"

    image_url = fields.Char()
    prices = fields.Json(inverse="_inverse_prices", help="Price by currency")
    stock = fields.Float(string="Stock in the shop", inverse="_inverse_stock")
    on_hand = fields.Float(string="Stock in Odoo", compute="_compute_on_hand")

    def _inverse_prices(self):
        """Set the price in the pricelist of each currency."""
        for variant in self:
            for code, price in (variant.prices or {}).items():
                target = {
                    "pricelist_id": variant.backend_id._get_pricelist(code).id,
                    "product_tmpl_id": variant.product_tmpl_id.id,
                    "product_id": variant.odoo_id.id,
                    "applied_on": "0_product_variant",
                }
                domain = [(name, "=", value) for name, value in target.items()]
                rule = self.env["product.pricelist.item"].search(domain, limit=1)
                rule = rule or rule.create(target)
                rule.fixed_price = price

    @api.depends("odoo_id.qty_available", "backend_id.warehouse_id")
    def _compute_on_hand(self):
        for variant in self:
            location = variant.backend_id.warehouse_id.lot_stock_id
            product = variant.odoo_id.with_context(location=location.id)
            variant.on_hand = product.qty_available

    def _inverse_stock(self):
        """Adjust the inventory to the stock of the shop, if the shop counts it."""
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        for variant in self:
            backend, quantity = variant.backend_id, variant.stock
            if backend.stock_is_in == "vendure" and quantity != variant.on_hand:
                quants.create(
                    {
                        "product_id": variant.odoo_id.id,
                        "location_id": backend.warehouse_id.lot_stock_id.id,
                        "inventory_quantity_auto_apply": quantity,
                    }
                )


class VendureCustomer(models.Model):
    _name = "vendure.res.partner"
    _inherit = "vendure.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Vendure Customer"
    _vendure_type = "Customer"
    _vendure_page = "customers"

    address_ids = fields.One2many("vendure.address", "binding_id")


class VendureAddress(models.Model):
    _name = "vendure.address"
    _inherit = "vendure.line"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Vendure Address"
    _parent_field = "parent_id"

    binding_id = fields.Many2one(
        "vendure.res.partner", required=True, index=True, ondelete="cascade"
    )


class VendureOrder(models.Model):
    _name = "vendure.sale.order"
    _inherit = "vendure.binding"
    _inherits = {"sale.order": "odoo_id"}
    _description = "Vendure Order"
    _vendure_type = "Order"
    _vendure_page = "orders"
    _vendure_filter = {"orderPlacedAt": {"isNull": False}}  # no carts of visitors

    vendure_state = fields.Char(string="State in the shop")
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
