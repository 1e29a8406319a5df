# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class TestExportPartner(models.Model):
    _name = "test.export.partner"
    _inherit = "test.export.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Export Partner"

    nickname = fields.Char()


class Partner(models.Model):
    _inherit = "res.partner"

    test_export_bind_ids = fields.One2many("test.export.partner", "odoo_id")
