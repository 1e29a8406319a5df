# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class VendureCustomer(models.Model):
    _name = "vendure.res.partner"
    _inherit = "vendure.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Vendure Customer"

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
