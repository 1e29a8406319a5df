# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestPartnerIndustry(models.Model):
    """A binding as connectors declare it by hand, without unique constraints."""

    _name = "test.res.partner.industry"
    _inherit = "external.binding"
    _inherits = {"res.partner.industry": "odoo_id"}
    _description = "Test Industry Binding"

    backend_id = fields.Many2one("test.backend", required=True, ondelete="restrict")
    odoo_id = fields.Many2one("res.partner.industry", required=True, ondelete="cascade")
    external_id = fields.Char()
