# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class TestExportCategory(models.Model):
    """A binding that the partner tag itself does not know."""

    _name = "test.export.category"
    _inherit = "test.export.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Test Export Partner Tag"
