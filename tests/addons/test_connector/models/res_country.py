# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestCountry(models.Model):
    """Binding with the mixin that declares some of the fields itself.

    It does not delegate to the country, and is archived separately.
    """

    _name = "test.res.country"
    _inherit = "test.binding"
    _description = "Test Country Binding"

    _odoo_model = "res.country"

    active = fields.Boolean(default=True)
    external_id = fields.Char(string="ISO code", size=2, required=True)
    backend_id = fields.Many2one("test.backend", required=True, ondelete="cascade")
