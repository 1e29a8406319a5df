from odoo import fields, models


class ShopBackend(models.Model):
    _name = "shop.backend"
    _inherit = "connector.backend"
    _description = "Shop"

    url = fields.Char(required=True)


class ShopCustomer(models.Model):
    _name = "shop.customer"
    _inherit = "connector.binding.mixin"
    _inherits = {"res.partner": "odoo_id"}
    _connector_backend = "shop.backend"
    _description = "Customer of a Shop"
