# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Common base of the tests of REST adapters."""

from unittest.mock import patch

from odoo.tests.common import _super_send

from odoo.addons.component.core import Component

from .common import TestConnectorCase
from .rest_server import Reply, RestServer

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"
SECRET = "s3cr3t/with strange+chars&é"


class RestCase(TestConnectorCase):
    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Send requests unchanged: those of Odoo's tests wait longer."""
        assert not request.url.startswith("http") or "//127.0.0.1" in request.url
        return _super_send(session, request, **kwargs)

    def setUp(self):
        super().setUp()
        server = self.server = self.enterContext(RestServer())

        class Adapter(Component):
            _name = "test.rest.adapter"
            _inherit = ["test.connector", "generic.rest.adapter"]
            _apply_on = [PARTNER, CATEGORY]
            _endpoint = "/partners"

            def _base_url(self):
                return server.url

        self.build_components(Adapter)
        self.work = self.work_on(PARTNER)
        self.adapter = self.work.component_by_name("test.rest.adapter")

    def set(self, **attributes):
        """Set attributes of the adapter, as the class of a connector does."""
        self.enterContext(patch.multiple(type(self.adapter), **attributes))

    def authenticate(self, use, *args):
        self.set(_authenticate=lambda adapter, session: getattr(session, use)(*args))

    def reply(self, *replies):
        self.server.replies.extend(
            reply if isinstance(reply, Reply) else Reply(reply) for reply in replies
        )

    def asked(self):
        return [(request.method, request.path) for request in self.server.requests]
