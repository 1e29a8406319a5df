from odoo import models


class OdooBrand(models.Model):
    _name = "odoo.made.up.brand"
    _inherit = "odoo.binding"
    _inherits = {"made.up.brand": "odoo_id"}
    _description = "Brand of another Odoo"
    _sync_choice = "sync_products"
