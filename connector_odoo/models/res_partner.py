# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    odoo_bind_ids = fields.One2many(
        "odoo.res.partner",
        "odoo_id",
        string="Bindings to another Odoo",
        context={"active_test": False},
        copy=False,
        groups="base.group_user",
    )


class OdooPartner(models.Model):
    _name = "odoo.res.partner"
    _inherit = "odoo.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of another Odoo"
    _sync_choice = "sync_partners"
