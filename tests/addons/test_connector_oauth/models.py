# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from odoo.addons.connector.api import BACKEND_ACCESS, BINDING_ACCESS


class TestOauthBackend(models.Model):
    """A system whose provider of access runs beside it."""

    _name = "test.oauth.backend"
    _inherit = ["connector.backend.mixin", "connector.oauth.mixin"]
    _description = "Test OAuth Backend"
    _connector_access = BACKEND_ACCESS

    name = fields.Char(required=True)
    url = fields.Char(required=True)

    @api.model
    def _imported_models(self):
        return ["test.oauth.partner"]


class TestOauthPartner(models.Model):
    _name = "test.oauth.partner"
    _inherit = "connector.binding.mixin"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test OAuth Partner"
    _connector_backend = "test.oauth.backend"
    _connector_access = BINDING_ACCESS
