# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class BenchRestBackend(models.Model):
    _name = "bench.rest.backend"
    _inherit = "connector.backend"
    _description = "Service of the Benchmark"

    name = fields.Char(required=True)
    url = fields.Char()


class BenchRestBinding(models.AbstractModel):
    _name = "bench.rest.binding"
    _inherit = "external.binding"
    _description = "Binding to the Service"

    backend_id = fields.Many2one("bench.rest.backend", required=True)
    external_id = fields.Char(index=True)
    updated_at = fields.Char()

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)", "A record is bound once."
    )

    @api.model
    def import_batch(self, backend):
        with backend.work_on(self._name) as work:
            return work.component(usage="batch.importer").run()

    @api.model
    def import_record(self, backend, external_id):
        with backend.work_on(self._name) as work:
            return work.component(usage="record.importer").run(external_id)


class BenchRestContact(models.Model):
    _name = "bench.rest.contact"
    _inherit = "bench.rest.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of the Service"

    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")


class BenchRestTag(models.Model):
    _name = "bench.rest.tag"
    _inherit = "bench.rest.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Tag of the Service"

    odoo_id = fields.Many2one("res.partner.category", required=True, ondelete="cascade")
