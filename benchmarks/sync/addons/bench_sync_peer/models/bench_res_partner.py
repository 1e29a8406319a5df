# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class BenchBinding(models.AbstractModel):
    _name = "bench.binding"
    _inherit = "external.binding"
    _description = "Binding to another Odoo"

    backend_id = fields.Many2one("bench.backend", required=True, ondelete="restrict")
    external_id = fields.Char(index=True)

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)", "A record is bound once."
    )

    @api.model
    def import_batch(self, backend, filters=None):
        with backend.work_on(self._name) as work:
            return work.component(usage="batch.importer").run(filters=filters)

    @api.model
    def import_record(self, backend, external_id, force=False):
        with backend.work_on(self._name) as work:
            return work.component(usage="record.importer").run(external_id, force)


class BenchPartner(models.Model):
    _name = "bench.res.partner"
    _inherit = "bench.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Partner of another Odoo"

    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
