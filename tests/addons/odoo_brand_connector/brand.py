# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class Brand(models.Model):
    """Model of the tests that both Odoos have."""

    _name = "made.up.brand"
    _description = "Brand"

    name = fields.Char(required=True)
    maker_id = fields.Many2one("res.partner")
