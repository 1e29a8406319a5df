# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Distinguish the creation of a record from that of another with the same id.

Two things go wrong with ids. The answer to a creation is lost: the record exists, and
its id is unknown. ``_marker`` gives such a creation a key under which an adapter finds
it. And a backend that was restored from a backup gives the same ids to other records:
the time of creation, which a binding keeps, tells them apart.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ...timestamps import is_other_record
from ..importer.aliases import check_is_same_record
from .adapter import Version


class CreationExporter(AbstractComponent):
    """Exporter that creates a record once, and updates only the record it created."""

    _name = "generic.creation.exporter"
    _inherit = "generic.record.exporter"

    def _marker(self) -> str:
        """Return the key of the creation of the remote record.

        It stands for the creation of the local record, not for its id: after a restore
        of the local database, or a reinstallation, another record has the id, and
        another marker. The name of the database tells apart copies with one UUID.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        record = self._exported_record()
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

    def _create_remote(self, values: dict[str, Any]) -> Any:
        """Create the remote record once, however often the answer is lost."""
        send = partial(self.backend_adapter.create_once, self._marker())
        return self._create_once(values, send)

    def _read_version(self) -> Version | None:
        """Return the remote record as it is now, None if it was deleted."""
        return self.backend_adapter.read_version(self.external_id, ())

    def _check_before_update(self) -> None:
        """Refuse to update another record, where nothing else reads it before."""
        if self.external_id and self.binding.external_created_at:
            self._check_version(self._read_version())

    def _check_version(self, version: Version | None) -> None:
        """Refuse a record that has the id of the bound one.

        :raise ReusedExternalId: it was created at another time
        """
        if version:
            check_is_same_record(self.binding, self.external_id, version.created_at)

    def _creation_values(self, version: Version | None) -> dict:
        """Return what the binding keeps of the creation of the remote record."""
        created_at = version and version.created_at
        return {"external_created_at": created_at} if created_at else {}


class CreationDeleter(AbstractComponent):
    """Deleter that deletes only the remote record that was bound."""

    _name = "generic.creation.deleter"
    _inherit = "generic.export.deleter"

    def _is_other_record(self, external_id):
        version = self.backend_adapter.read_version(external_id, ())
        return bool(version and is_other_record(self.created_at, version.created_at))
