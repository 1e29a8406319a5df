# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from odoo.addons.connector.http.webhooks.presets import StandardWebhooks
from odoo.addons.connector.models.access import BACKEND_ACCESS
from odoo.addons.connector.secret_input import secret_input

from ..folder_system import FolderSystem


class TestExportBackend(models.Model):
    """A system that keeps each record in a file."""

    _name = "test.export.backend"
    _inherit = ["connector.backend.mixin", "connector.webhook.mixin"]
    _description = "Test Export Backend"

    _connector_access = BACKEND_ACCESS
    _webhook_scheme = StandardWebhooks()
    _webhook_topics = {
        "partner.updated": "test.export.partner",
        "partner.deleted": "test.export.partner",
        "shop.opened": None,
    }

    name = fields.Char(required=True)
    folder = fields.Char(required=True)
    company_id = fields.Many2one("res.company")
    stand_in_id = fields.Many2one("res.partner")
    address = fields.Char()
    token = fields.Char(groups=NO_ACCESS, copy=False)
    new_token = secret_input("token", bound_to=["address"], string="Token")

    @property
    def system(self):
        """Return the system of the folder."""
        return FolderSystem(self.folder)

    def _check_connection(self):
        self.system.check()

    @api.model
    def _imported_models(self):
        return ["test.export.category", "test.export.partner"]

    @api.model
    def _exported_models(self):
        return ["test.export.category", "test.export.partner"]
