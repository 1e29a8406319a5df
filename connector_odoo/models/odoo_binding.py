# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class OdooBinding(models.AbstractModel):
    """The link of a record to its counterpart in another Odoo."""

    _name = "odoo.binding"
    _inherit = "connector.binding.mixin"
    _description = "Binding to another Odoo"

    _connector_backend = "odoo.backend"
