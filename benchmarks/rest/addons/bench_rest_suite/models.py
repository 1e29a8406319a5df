# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class BenchRestBackend(models.Model):
    _name = "bench.rest.backend"
    _inherit = "connector.backend"
    _description = "Service of the Benchmark"

    name = fields.Char(required=True)
    url = fields.Char()


class BenchRestBinding(models.AbstractModel):
    _name = "bench.rest.binding"
    _inherit = "connector.binding.mixin"
    _description = "Binding to the Service"
    _connector_backend = "bench.rest.backend"

    external_updated_at = fields.Datetime()


class BenchRestContact(models.Model):
    _name = "bench.rest.contact"
    _inherit = "bench.rest.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of the Service"


class BenchRestTag(models.Model):
    _name = "bench.rest.tag"
    _inherit = "bench.rest.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Tag of the Service"
