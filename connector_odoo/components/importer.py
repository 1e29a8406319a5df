# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress
from datetime import datetime

from odoo.addons.connector.api import Component, IDMissingInBackend

from .dates import DATES, read_create_date, read_write_date, version_of


class OdooRecordImporter(Component):
    """Importer of any model: the mapper says what is read and what comes first."""

    _inherit = "odoo.record.importer"

    @property
    def _missing_record_policy(self):
        return self.backend_record.removal_policy

    def _handle_missing_record(self):
        """Remove only deleted records, not those that our user may no longer read."""
        if self.binding and self._missing_record_policy != "skip":
            with suppress(IDMissingInBackend):
                self.backend_adapter.check_deleted(self.external_id)
        return super()._handle_missing_record()

    def _read_many(self, external_ids):
        return self.backend_adapter.read_many(external_ids, sorted(self._read_fields()))

    def _read_fields(self):
        return super()._read_fields() | set(DATES)

    def _external_updated_at(self) -> datetime | None:
        return read_write_date(self.external_record, self.binder.unwrap_model())

    def _external_created_at(self):
        return read_create_date(self.external_record)

    def _version(self):
        return version_of(self.external_record, self.binder.unwrap_model())

    def _mapped_fields(self):
        """Return the fields to map, None for all; an older Odoo lacks some."""
        wanted = self.mapper.changed_by_fields()
        offered = wanted & self.external_record.keys()
        return None if offered == wanted else offered

    def _create_data(self, map_record, **kwargs):
        return super()._create_data(map_record, fields=self._mapped_fields(), **kwargs)

    def _update_data(self, map_record, **kwargs):
        return super()._update_data(map_record, fields=self._mapped_fields(), **kwargs)
