# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestPartner(models.Model):
    """A binding whose fields are all brought by the mixin."""

    _name = "test.res.partner"
    _inherit = "test.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Partner Binding"


class Partner(models.Model):
    _inherit = "res.partner"

    test_bind_ids = fields.One2many("test.res.partner", "odoo_id")
