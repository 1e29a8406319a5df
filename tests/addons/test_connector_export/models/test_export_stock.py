# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestExportStock(models.Model):
    """A stock of a contact, of which the contact computes a field."""

    _name = "test.export.stock"
    _description = "Test Export Stock"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    quantity = fields.Float()
    note = fields.Char()
    place = fields.Char()

    _place_uniq = models.Constraint("UNIQUE (partner_id, place)", "One stock a place.")


class TestExportStockBinding(models.Model):
    """A binding of a record that there is once for a contact and a place."""

    _name = "test.export.stock.binding"
    _inherit = "test.export.binding"
    _inherits = {"test.export.stock": "odoo_id"}
    _description = "Test Export Stock Binding"
