# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.connector.models.access import BACKEND_ACCESS


class TestExportBinding(models.AbstractModel):
    """The link of a record to its file."""

    _name = "test.export.binding"
    _inherit = "connector.binding.mixin"
    _description = "Test Export Binding"

    _connector_backend = "test.export.backend"
    _connector_access = BACKEND_ACCESS  # operators see them
