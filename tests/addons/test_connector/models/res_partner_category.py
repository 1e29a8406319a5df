# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class TestPartnerCategory(models.Model):
    _name = "test.res.partner.category"
    _inherit = "test.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Test Partner Category Binding"
