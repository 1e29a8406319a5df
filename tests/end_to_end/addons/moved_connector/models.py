# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Models as connectors for the OCA addons declare them."""

from odoo import api, fields, models


class MovedBackend(models.Model):
    _name = "moved.backend"
    _inherit = "connector.backend"
    _description = "Backend"

    name = fields.Char(required=True)
    shop = fields.Json(default=dict, help="The records of the external system")
    import_partners_since = fields.Datetime()

    def import_partners(self):
        """Delay the import of the changed records."""
        for backend in self:
            since, backend.import_partners_since = (
                backend.import_partners_since,
                fields.Datetime.now(),
            )
            self.env["moved.res.partner"].import_batch(backend, {"since": since})


class MovedPartner(models.Model):
    _name = "moved.res.partner"
    _inherit = "external.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Bound Contact"

    backend_id = fields.Many2one("moved.backend", required=True, ondelete="restrict")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    external_id = fields.Char()
    note_of_backend = fields.Char()

    _external_uniq = models.Constraint("unique(backend_id, external_id)", "Bound.")

    @api.model
    def import_batch(self, backend, filters=None):
        with backend.work_on(self._name) as work:
            work.component(usage="batch.importer").run(filters or {})

    @api.model
    def import_record(self, backend, external_id, force=False):
        with backend.work_on(self._name) as work:
            work.component(usage="record.importer").run(external_id, force=force)

    def export_record(self, fields=None):
        self.ensure_one()
        with self.backend_id.work_on(self._name) as work:
            return work.component(usage="record.exporter").run(self, fields)


class Partner(models.Model):
    _inherit = "res.partner"

    moved_bind_ids = fields.One2many("moved.res.partner", "odoo_id")
