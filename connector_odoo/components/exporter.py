# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo.addons.component.core import Component
from odoo.addons.connector.components.conflict import Winner
from odoo.addons.connector.components.synchronizer.overlap import A_MOMENT, is_newer

from .version import Version


class OdooRecordExporter(Component):
    """Export records of any model: the mapper says what is needed first."""

    _name = "odoo.record.exporter"
    _inherit = ["odoo.connector", "odoo.natural.key.exporter"]

    #: whether ours is kept although theirs changed, too
    _is_theirs_replaced = False
    #: whether all that is mapped is sent
    _is_whole = True
    #: how the record was there before ours was sent, where that matters
    _before: Version | None = None

    def _has_to_skip(self):
        """Leave theirs alone where it changed and ours did not, or theirs wins."""
        version = self.binding.external_updated_at
        self._is_theirs_replaced = False
        self._before = None
        if not (self.external_id and version and self._is_imported):
            return False
        self._before = self._read_version()
        written_at = self._before and self._before.written_at
        if not (written_at and is_newer(written_at, version)):
            return False
        changed_at = self.binding.changed_here_at
        if changed_at:
            resolver = self.component(usage="conflict.resolver")
            winner = resolver.resolve(self.binding, changed_at, written_at)
        else:
            winner = Winner.THERE
        if winner is Winner.THERE:
            self._delay_import()
        if winner is Winner.HERE:
            self._is_theirs_replaced = True
            return False
        return self.env._("%s changed it, too", self.backend_record.display_name)

    def _export_dependencies(self):
        for reference in self.mapper.references:
            if reference.binding_model:
                for record in self.binding[reference.field]:
                    self._export_dependency(record, reference.binding_model)

    def _update_data(self, map_record, fields=None, **kwargs):
        """Send the whole record where ours is kept: theirs has other values, too."""
        if self._is_theirs_replaced:
            fields = None
        self._is_whole = fields is None
        return super()._update_data(map_record, fields=fields, **kwargs)

    def _create(self, values):
        """Create the record there once, however often its answer is lost."""
        self._validate_create_data(values)
        # kept from here on, should what comes next fail
        self.external_id = self.backend_adapter.create_once(self._marker(), values)
        self._is_whole = True
        self._note_version()
        return self.external_id

    def _marker(self) -> str:
        """Return the external id that the record has there: this database, record."""
        parameters = self.env["ir.config_parameter"].sudo()
        _binding_model, record = self._receipt_key()
        parts = [parameters.get_param("database.uuid"), self.backend_record.id]
        parts += [record._name.replace(".", "_"), record.id]
        return "__connector__." + "_".join(map(str, parts))

    def _update(self, values):
        super()._update(values)
        self._note_version(values)

    def _note_version(self, sent=()):
        """Note when it was written there, to tell a change of theirs from ours.

        The next import reads it once more: what someone there wrote between our look
        and our writing has no later date than ours. Where nobody did, the fingerprint
        tells that import that it meets what we left.
        """
        version = self._read_version()
        written_at = version and version.written_at
        is_ours = self._was_known() and (
            not version.differs_from(self._before, sent)
            if version and self._before
            else self._is_whole
        )
        self.binding.with_context(connector_no_export=True).write(
            {
                "external_updated_at": written_at and written_at - A_MOMENT,
                "known_fingerprint": version and is_ours and version.fingerprint(),
                "changed_here_at": False,
            }
        )

    def _was_known(self) -> bool:
        """Tell whether all that was there before ours was sent was here already."""
        before = self._before
        if not (before and before.written_at):
            return True
        return (
            before.written_at <= self.binding.external_updated_at
            or before.fingerprint() == self.binding.known_fingerprint
        )

    def _read_version(self):
        """Return how the record is there now, as far as an import reads it."""
        fields = ()
        if self._is_imported:
            fields = self.component(usage="record.importer")._read_fields()
        return self.backend_adapter.read_version(self.external_id, fields)

    @property
    def _is_imported(self) -> bool:
        """Tell whether the backend imports such records, too."""
        return self.model._name in self.backend_record._imported_models()


class OdooBatchExporter(Component):
    _name = "odoo.delayed.batch.exporter"
    _inherit = ["odoo.connector", "generic.delayed.batch.exporter"]


class OdooExportDeleter(Component):
    _name = "odoo.record.exporter.deleter"
    _inherit = ["odoo.connector", "generic.export.deleter"]
