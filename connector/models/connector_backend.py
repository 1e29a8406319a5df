# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ConnectorBackend(models.AbstractModel):
    """An instance of an external system: the collection of its components."""

    _name = "connector.backend"
    _inherit = ["collection.base"]
    _description = "Connector Backend"
