# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, models

from ..web_address import check_server_addresses


class ConnectorBackendMixin(models.AbstractModel):
    """Take as the address of a server only one on the web."""

    _inherit = "connector.backend.mixin"

    #: fields with an address of the server, where the model has them
    _address_fields: tuple[str, ...] = ("url",)

    @api.constrains(lambda self: [n for n in self._address_fields if n in self._fields])
    def _check_url(self):
        for name in self._address_fields:
            if name in self._fields:
                check_server_addresses(self, name)
