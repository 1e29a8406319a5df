# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class OdooBackend(models.Model):
    _inherit = "odoo.backend"

    sync_sales = fields.Boolean(
        string="Sale orders", help="Import only; products and contacts come along"
    )

    def _imported_models(self):
        model_names = super()._imported_models()
        return [*model_names, "odoo.sale.order"] if self.sync_sales else model_names
