# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from odoo.addons.connector.api import BACKEND_ACCESS, BINDING_ACCESS, secret_input


class VendureBackend(models.Model):
    _name = "vendure.backend"
    _inherit = ["connector.backend.mixin", "connector.webhook.mixin"]
    _description = "Vendure Shop"
    _connector_access = BACKEND_ACCESS

    name = fields.Char(required=True)
    url = fields.Char(string="Address", required=True)
    api_key = fields.Char(groups=NO_ACCESS, copy=False)
    new_api_key = secret_input("api_key", bound_to=["url"], string="API key")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        default=lambda self: self.env["stock.warehouse"].search([], limit=1),
    )
    stock_is_in = fields.Selection(
        [("vendure", "Vendure"), ("odoo", "Odoo")],
        string="Stock is counted in",
        required=True,
        default="vendure",
        help="Vendure: quantities are imported. Odoo: changes of quantities on hand "
        "are exported.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        domain=[("type_tax_use", "=", "sale"), ("price_include", "=", False)],
        help="A tax for each rate of the shop; order lines get it by its percentage",
    )
    pricelist_ids = fields.One2many("product.pricelist", "vendure_backend_id")

    @api.model
    def _imported_models(self):
        return [
            "vendure.product.attribute",
            "vendure.product.template",
            "vendure.product.product",
            "vendure.stock",
            "vendure.res.partner",
            "vendure.sale.order",
        ]

    @api.model
    def _exported_models(self):
        return ["vendure.stock"]

    def _get_pricelist(self, currency):
        """Return the pricelist of the shop in a currency; create it if need be."""
        pricelist = self.pricelist_ids.filtered(lambda one: one.currency_id == currency)
        return pricelist[:1] or self.pricelist_ids.create(
            {
                "name": f"{self.name} ({currency.name})",
                "currency_id": currency.id,
                "company_id": self.company_id.id,
                "vendure_backend_id": self.id,
            }
        )


class Pricelist(models.Model):
    _inherit = "product.pricelist"

    vendure_backend_id = fields.Many2one("vendure.backend", ondelete="cascade")


class VendureBinding(models.AbstractModel):
    """Binding of a record of a shop."""

    _name = "vendure.binding"
    _inherit = "connector.binding.mixin"
    _description = "Vendure Binding"
    _connector_backend = "vendure.backend"
    _connector_access = BINDING_ACCESS


class VendureLine(models.AbstractModel):
    """Binding of a line, which is created with the binding of its parent."""

    _name = "vendure.line"
    _inherit = "vendure.binding"
    _description = "Vendure Line"
    #: field of the line that links its parent
    _parent_field = ""

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            parent = self.env[self._fields["binding_id"].comodel_name].browse(
                values["binding_id"]
            )
            values[self._parent_field] = parent.odoo_id.id
        return super().create(vals_list)
