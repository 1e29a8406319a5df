# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class BenchPartnerCategory(models.Model):
    _name = "bench.res.partner.category"
    _inherit = "bench.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Partner tag of another Odoo"

    odoo_id = fields.Many2one("res.partner.category", required=True, ondelete="cascade")
