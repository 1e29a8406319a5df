# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class TestBinding(models.AbstractModel):
    """The link of a record to its counterpart in the system in memory."""

    _name = "test.binding"
    _inherit = "connector.binding.mixin"
    _description = "Test Binding"

    _connector_backend = "test.backend"
