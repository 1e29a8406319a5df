# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class TestExportUser(models.Model):
    """A binding of a record that delegates to another: a user to its contact."""

    _name = "test.export.user"
    _inherit = "test.export.binding"
    _inherits = {"res.users": "odoo_id"}
    _description = "Test Export User"
