# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestHttpAdapter(Component):
    """Adapter of a server at the address of the backend; tests choose its usage."""

    _name = "test.http.adapter"
    _inherit = ["test.folder.connector", "generic.rest.adapter"]
    _usage = "http.adapter"
    _endpoint = "/partners"

    def _base_url(self):
        return self.backend_record.address
