# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import fields

from odoo.addons.component.core import Component


class OdooRecordImporter(Component):
    _name = "odoo.record.importer"
    _inherit = ["odoo.connector", "generic.importer"]

    def _read_many(self, external_ids):
        """Read what the mapper asks for, and when the record was last written."""
        names = self.mapper.changed_by_fields() | {"write_date"}
        return self.backend_adapter.read_many(external_ids, sorted(names))

    def _external_updated_at(self) -> datetime:
        return fields.Datetime.to_datetime(self.external_record["write_date"])


class OdooDelayedBatchImporter(Component):
    _name = "odoo.delayed.batch.importer"
    _inherit = ["odoo.connector", "generic.delayed.batch.importer"]


class OdooDirectBatchImporter(Component):
    _name = "odoo.direct.batch.importer"
    _inherit = ["odoo.connector", "generic.direct.batch.importer"]
