# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class OdooPartner(models.Model):
    _name = "odoo.res.partner"
    _inherit = "odoo.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of another Odoo"
