# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestExportStock(models.Model):
    """A stock of a contact, of which the contact computes a field."""

    _name = "test.export.stock"
    _description = "Test Export Stock"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    quantity = fields.Float()
    note = fields.Char()
