# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell the creation of a record, on either side, from any other that has its id."""

from __future__ import annotations

import hashlib

from odoo.addons.component.core import AbstractComponent
from odoo.addons.connector.components.importer.aliases import check_is_same_record
from odoo.addons.connector.timestamps import is_other_record

from .version import Version


class CreationExporter(AbstractComponent):
    """Mark what is created remotely; write to no record but the one that was bound."""

    _name = "odoo.creation.exporter"
    _inherit = "generic.record.exporter"

    def _marker(self) -> str:
        """Return the external id under which the record is created remotely.

        A creation whose answer was lost is found by it. It stands for the creation of
        the local record, not for its id: after a restore of the local database, or a
        reinstallation, another record has the id, and another marker. The name of the
        database tells apart copies that share a UUID.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        record = self._find_record()
        created = record if record._log_access else self.binding
        parts = (
            parameters.get_param("database.uuid"),
            self.env.cr.dbname,
            self.backend_record.id,
            record._name,
            record.id,
            created.sudo().create_date,
        )
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
        return f"__connector__.{record._name.replace('.', '_')}_{record.id}_{digest}"

    def _check_before_update(self) -> None:
        """Refuse to update another record, where nothing else reads it before."""
        if self.external_id and self.binding.external_created_at:
            self._check_version(self._read_version())

    def _check_version(self, version: Version | None) -> None:
        """Refuse a record that has got the id of the bound one.

        :raise ReusedExternalId: it was created at another time
        """
        if version:
            check_is_same_record(self.binding, self.external_id, version.created_at)

    def _creation_values(self, version: Version | None) -> dict:
        """Return what the binding keeps of the creation of the remote record."""
        created_at = version and version.created_at
        return {"external_created_at": created_at} if created_at else {}


class CreationDeleter(AbstractComponent):
    """Delete no record but the one that was bound."""

    _name = "odoo.creation.deleter"
    _inherit = "generic.export.deleter"

    def _is_other_record(self, external_id):
        version = self.backend_adapter.read_version(external_id, ())
        return bool(version and is_other_record(self.created_at, version.created_at))
