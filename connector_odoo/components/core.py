# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class OdooConnector(AbstractComponent):
    """Belong to the connector to another Odoo."""

    _name = "odoo.connector"
    _inherit = "base.connector"
    _collection = "odoo.backend"
