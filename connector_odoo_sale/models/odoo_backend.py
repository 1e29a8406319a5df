# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class OdooBackend(models.Model):
    _inherit = "odoo.backend"

    sync_sales = fields.Selection(
        [("import", "Import")],
        string="Sale orders",
        help="Their products and contacts are imported, too",
    )
