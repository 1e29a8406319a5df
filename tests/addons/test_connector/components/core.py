# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class TestConnector(AbstractComponent):
    """Belong to the connector to the system in memory."""

    _name = "test.connector"
    _inherit = "base.connector"
    _collection = "test.backend"
