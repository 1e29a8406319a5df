# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo.addons.component.core import Component
from odoo.addons.connector.components.two_way.conflict import Winner
from odoo.addons.connector.components.two_way.unconfirmed import computed_from
from odoo.addons.connector.timestamps import TICK, is_newer

from .version import Version


class OdooRecordExporter(Component):
    """Export records of any model: the mapper says what is needed first."""

    _name = "odoo.record.exporter"
    _inherit = ["odoo.connector", "odoo.creation.exporter", "odoo.natural.key.exporter"]

    #: whether all that is mapped is sent
    _is_whole = True
    #: names of the fields that are sent, where these are not those asked for
    _narrowed_to: set[str] | None = None
    #: how the record was there before ours was sent, and after
    _before: Version | None = None
    _after: Version | None = None

    def _has_to_skip(self):
        """Compare with the remote record, field by field, before it is written.

        A remote change of other fields is in no edit's way: only edited fields are
        sent, and the next import brings the others. Where nothing was edited here, or
        the remote side wins, the record is imported instead.
        """
        self._before = self._after = self._narrowed_to = None
        version = self.binding.external_updated_at
        if not (self.external_id and version and self._is_imported):
            self._check_before_update()
            return False
        self._before = self._read_version()
        if not self._before:
            return False
        self._check_version(self._before)
        written_at = self._before.written_at
        is_newer_there = bool(written_at and is_newer(written_at, version))
        changed = self._find_changed_remotely(is_newer_there)
        edited = self._edited_to_send()
        conflicts = {name for name in edited if self._concerns(name, changed)}
        reason = self.env._("%s changed it, too", self.backend_record.display_name)
        if conflicts:
            winner = self._resolve_conflict(conflicts, written_at)
            if winner is Winner.ASK:
                return reason
            if winner is Winner.REMOTE:
                self._delay_import()
                edited -= conflicts
                self._narrow_to(edited)
                return False if edited else reason
        if is_newer_there or changed & self._names_asked_for():
            if not edited:
                self._delay_import()
                return reason
            self._narrow_to(edited)
        return False

    def _find_changed_remotely(self, is_newer_there: bool) -> set[str]:
        """Return the fields that are not, remotely, what both sides agreed on last.

        Of a field without a fingerprint only the date of the record tells.
        """
        base = self.binding.external_base or {}
        prints = self._import_mapper.remote_fingerprints(self._before)
        return {
            name
            for name in prints
            if (prints[name] != base[name] if name in base else is_newer_there)
        }

    def _names_asked_for(self) -> set[str]:
        return set(
            self._exported_names() if self.edits.names is None else self.edits.names
        )

    def _edited_to_send(self) -> set[str]:
        """Return those of the fields asked for whose edits are not confirmed."""
        return {
            name for name in self._names_asked_for() if name in self.edits.unconfirmed
        }

    def _concerns(self, name: str, changed: set[str]) -> bool:
        return not changed.isdisjoint({name, *computed_from(self.binding, name)})

    def _resolve_conflict(self, names: set[str], written_at) -> Winner:
        resolver = self.component(usage="conflict.resolver")
        edited_at = self.edits.unconfirmed.edited_at(names)
        return resolver.resolve(self.binding, edited_at, written_at)

    def _narrow_to(self, names: set[str]) -> None:
        self._narrowed_to = set(names)
        self.edits.names = frozenset(names)

    def _export_dependencies(self):
        for reference in self.mapper.references:
            if reference.binding_model:
                for record in self.binding[reference.field]:
                    self._export_dependency(record, reference.binding_model)

    def _update_data(self, map_record, fields=None, **kwargs):
        if self._narrowed_to is not None:
            fields = sorted(self._narrowed_to)
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

    def _update(self, values):
        super()._update(values)
        if self._is_imported or not self.binding.external_created_at:
            self._note_version(values)
        else:
            # it was read before it was written, and is not read once more
            self._forget_version()

    def _forget_version(self):
        self.binding.with_context(connector_no_export=True).write(
            {"external_updated_at": False, "known_fingerprint": False}
        )

    def _note_version(self, sent=()):
        """Note when it was written there, to tell a change of theirs from ours.

        The next import reads it once more: what someone there wrote between our look
        and our writing has no later date than ours. Where nobody did, the fingerprint
        tells that import that it meets what we left.
        """
        self._after = version = self._read_version()
        written_at = version and version.written_at
        is_ours = self._was_known() and (
            not version.differs_from(self._before, sent)
            if version and self._before
            else self._is_whole
        )
        self.binding.with_context(connector_no_export=True).write(
            {
                "external_updated_at": written_at and written_at - TICK,
                "known_fingerprint": version and is_ours and version.fingerprint(),
                **self._creation_values(version),
            }
        )

    def _is_imported_too(self):
        return self._is_imported

    def _sent_fingerprints(self, names):
        """Tell what was sent by how it is remotely now: that may be another value."""
        prints = (
            self._import_mapper.remote_fingerprints(self._after) if self._after else {}
        )
        return {name: prints.get(name) for name in names}

    @property
    def _import_mapper(self):
        return self.component(usage="import.mapper")

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
    _inherit = ["odoo.connector", "odoo.creation.deleter"]
