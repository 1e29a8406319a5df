# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ResPartnerCategory(models.Model):
    _name = "res.partner.category"
    _inherit = ["res.partner.category", "connector.bound"]


class OdooResPartnerCategory(models.Model):
    _name = "odoo.res.partner.category"
    _inherit = "odoo.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Partner Tag of another Odoo"
    _sync_choice = "sync_partners"
