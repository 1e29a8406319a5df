# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import (
    AbstractComponent,
    AllAtOnce,
    Component,
    OAuth2AuthorizationCode,
    OAuth2ClientCredentials,
    define_default_components,
)


class TestOauthConnector(AbstractComponent):
    _name = "test.oauth.connector"
    _inherit = "base.connector"
    _collection = "test.oauth.backend"


define_default_components(TestOauthConnector)


class PartnerAdapter(Component):
    _name = "test.oauth.partner.adapter"
    _inherit = ["test.oauth.connector", "generic.rest.adapter"]
    _apply_on = "test.oauth.partner"
    _endpoint = "/api/partners"
    _paging = AllAtOnce()
    _auth = OAuth2AuthorizationCode(
        authorize_path="/o/authorize/",
        token_path="/o/token/",
        revoke_path="/o/revoke_token/",
        scope="read write",
    )


class ServiceAdapter(Component):
    """The same resource, by the client credentials of Odoo itself."""

    _name = "test.oauth.service.adapter"
    _inherit = "test.oauth.partner.adapter"
    _usage = "service.adapter"
    _auth = OAuth2ClientCredentials(token_path="/o/token/", scope="read")


class PartnerImportMapper(Component):
    _name = "test.oauth.partner.import.mapper"
    _inherit = ["test.oauth.connector", "base.import.mapper"]
    _apply_on = "test.oauth.partner"
    direct = [("name", "name")]
