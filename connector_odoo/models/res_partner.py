# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .odoo_binding import bindings_to_odoo


class ResPartner(models.Model):
    _inherit = "res.partner"

    odoo_bind_ids = bindings_to_odoo("odoo.res.partner")
    odoo_own_company_ids = fields.One2many(
        "res.company",
        "partner_id",
        string="Companies of this database",
        groups="base.group_user",
        copy=False,
        help="It is the contact of these companies, by which domains leave it out",
    )


class OdooResPartner(models.Model):
    _name = "odoo.res.partner"
    _inherit = "odoo.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of another Odoo"
    _sync_choice = "sync_partners"
    _export_domain = "export_partner_domain"
