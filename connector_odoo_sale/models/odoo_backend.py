# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class OdooBackend(models.Model):
    _inherit = "odoo.backend"

    sync_sales = fields.Selection(
        [("import", "Import")],
        string="Sale orders",
        help="Their products and contacts come along",
    )

    @api.model
    def _models_by_choice(self):
        return {**super()._models_by_choice(), "sync_sales": ["odoo.sale.order"]}
