# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare a remote record with the version that both sides last agreed on.

A date says that a record changed, fingerprints of its fields say which ones. A binding
keeps both. Their meaning for an import and an export:

.. code-block:: text

    external_updated_at   date of the known version; a tick earlier while the remote
                          record may still change within the same second
    known_fingerprint     all values of the known version, while its date cannot show
                          another change
    external_base         a fingerprint of each field that both sides last agreed on

    export:  read the remote version → which fields changed remotely?
             ├─ none of the edited ones: send the edits only, import the rest
             └─ an edited one: the conflict policy decides
             write → read the version again → keep its date and fingerprints

An edited field is one with an unconfirmed edit. A remote change of other fields is not
in the way of an edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from odoo.addons.component.core import AbstractComponent

from ...timestamps import TICK, is_fresh, is_newer, last_change
from .adapter import Version
from .conflict import Winner, leave_to_a_person
from .unconfirmed import computed_from


class TwoWayImporter(AbstractComponent):
    """Importer of records that are also exported.

    It recognizes versions that an export wrote.
    """

    _name = "generic.two.way.importer"
    _inherit = "generic.alike.importer"

    def _read_fields(self) -> set[str]:
        children = {source for source, _target, _model in self.mapper.children}
        return self.mapper.changed_by_fields() | children

    def _version(self) -> Version:
        created_at = last_change(self._external_created_at())
        return Version.of(self.external_record, self._written_at(), created_at)

    def _written_at(self) -> datetime | None:
        return last_change(self._external_updated_at())

    def _is_uptodate(self, binding):
        """Recognize a version by its fingerprint where its date cannot tell."""
        known, written_at = binding.known_fingerprint, self._written_at()
        if known and binding.external_updated_at and written_at:
            if is_newer(written_at, binding.external_updated_at):
                return False
            return self._version().fingerprint() == known
        return super()._is_uptodate(binding)

    def _after_unchanged(self, binding):
        """Store the date of the known version when no other version can have it."""
        super()._after_unchanged(binding)
        if binding.known_fingerprint and not self._is_fresh():
            binding.with_context(connector_no_export=True).write(
                {"external_updated_at": self._written_at(), "known_fingerprint": False}
            )

    def _is_fresh(self) -> bool:
        return is_fresh(self._written_at(), self.read_at)

    def _keeps_edits(self):
        return self.model._name in self.backend_record._exported_models()

    def _remote_fingerprints(self):
        """Compare the remote values, not the mapped ones.

        A price in another currency is mapped to another value every day.
        """
        return self.mapper.remote_fingerprints(self._version())

    def _is_changed_without_fingerprint(self, name):
        """Take a record that is newer than the known one for changed as a whole."""
        known_at, written_at = self.binding.external_updated_at, self._written_at()
        return not known_at or not written_at or is_newer(written_at, known_at)

    def _bookkeeping_values(self):
        """Keep the fingerprint while the date cannot show another change."""
        return {
            **super()._bookkeeping_values(),
            "known_fingerprint": self._is_fresh() and self._version().fingerprint(),
        }

    def _import_dependencies(self):
        for reference in self.mapper.references:
            if reference.is_binding:
                for external_id in reference.ids_in([self.external_record]):
                    self._import_dependency(external_id, reference.model_name)

    def _prefetch(self, items):
        super()._prefetch(items)
        self.mapper.prefetch(item.external_record for item in items)


class Comparison(NamedTuple):
    """Local edits and remote changes of a record since both sides last agreed."""

    edited: set[str]  #: fields to export that have unconfirmed edits
    conflicts: set[str]  #: those of them that changed remotely, too
    is_changed: bool  #: whether the record or a field to export changed remotely


class TwoWayExporter(AbstractComponent):
    """Exporter of records that are imported, too: it overwrites no remote change."""

    _name = "generic.two.way.exporter"
    _inherit = ["generic.creation.exporter", "generic.natural.key.exporter"]

    #: whether all that is mapped is sent
    _is_whole = True
    #: names of the fields that are sent, where these are not those asked for
    _narrowed_to: set[str] | None = None
    #: the remote record before and after the export
    _before: Version | None = None
    _after: Version | None = None

    @property
    def _is_imported(self) -> bool:
        """Return whether the backend imports such records, too."""
        return self.model._name in self.backend_record._imported_models()

    @property
    def _import_mapper(self) -> Any:
        return self.component(usage="import.mapper")

    def _export_dependencies(self):
        for reference in self.mapper.references:
            if reference.binding_model:
                for record in self.binding[reference.field]:
                    self._export_dependency(record, reference.binding_model)

    # -- before: the fields that may be sent -----------------------------------

    def _has_to_skip(self):
        """Skip, narrow or allow the export: compare with the remote record by field.

        Where nothing was edited, or the remote side wins, the record is imported.
        """
        self._before = self._after = self._narrowed_to = None
        known_at = self.binding.external_updated_at
        if not (self.external_id and known_at and self._is_imported):
            self._check_before_update()
            return False
        self._before = self._read_version()
        if not self._before:
            return False
        self._check_version(self._before)
        return self._apply_winner(self._compare_with_remote())

    def _compare_with_remote(self) -> Comparison:
        """Compare the remote record with the last agreed version."""
        written_at, known_at = self._before.written_at, self.binding.external_updated_at
        is_newer_remotely = bool(written_at and is_newer(written_at, known_at))
        changed = self._find_changed_remotely(is_newer_remotely)
        asked_for, unconfirmed = self._names_asked_for(), self.edits.unconfirmed
        edited = {name for name in asked_for if name in unconfirmed}
        conflicts = {
            name
            for name in edited
            if not changed.isdisjoint({name, *computed_from(self.binding, name)})
        }
        is_changed = is_newer_remotely or not changed.isdisjoint(asked_for)
        return Comparison(edited, conflicts, is_changed)

    def _apply_winner(self, found: Comparison) -> str | bool:
        """Delay an import and narrow the export; return why it is skipped, or False."""
        reason = self.env._("also changed in %s", self.backend_record.display_name)
        edited = found.edited
        if found.conflicts:
            winner = self._resolve_conflict(found.conflicts, self._before.written_at)
            if winner is Winner.ASK:
                edits = self.edits.unconfirmed, found.conflicts
                leave_to_a_person(self.binding, self.backend_record, *edits)
                return reason
            if winner is Winner.REMOTE:
                self._delay_import()
                edited = edited - found.conflicts
                self._narrow_to(edited)
                return False if edited else reason
        if found.is_changed:
            if not edited:
                self._delay_import()
                return reason
            self._narrow_to(edited)
        return False

    def _find_changed_remotely(self, is_newer_remotely: bool) -> set[str]:
        """Return the fields whose remote value differs from the last agreed one.

        Without a fingerprint of a field, the date of the record decides.
        """
        base = self.binding.external_base or {}
        prints = self._import_mapper.remote_fingerprints(self._before)
        return {
            name
            for name in prints
            if (prints[name] != base[name] if name in base else is_newer_remotely)
        }

    def _names_asked_for(self) -> set[str]:
        names = self.edits.names
        return set(self._exported_names() if names is None else names)

    def _resolve_conflict(self, names: set[str], written_at) -> Winner:
        resolver = self.component(usage="conflict.resolver")
        edited_at = self.edits.unconfirmed.edited_at(names)
        return resolver.resolve(self.binding, edited_at, written_at)

    def _narrow_to(self, names: set[str]) -> None:
        self._narrowed_to = set(names)
        self.edits.names = frozenset(names)

    def _update_data(self, map_record, fields=None, **kwargs):
        if self._narrowed_to is not None:
            fields = sorted(self._narrowed_to)
        self._is_whole = fields is None
        return super()._update_data(map_record, fields=fields, **kwargs)

    # -- after: the version that both sides agree on --------------------------

    def _read_version(self):
        """Return the remote record as it is now, as far as an import reads it."""
        fields = ()
        if self._is_imported:
            fields = self.component(usage="record.importer")._read_fields()
        return self.backend_adapter.read_version(self.external_id, fields)

    def _create(self, values):
        self._validate_create_data(values)
        # kept from here on, should the next call fail
        self.external_id = self._create_remote(values)
        self._is_whole = True
        self._note_version()
        return self.external_id

    def _update(self, values):
        super()._update(values)
        if self._is_imported or not self.binding.external_created_at:
            self._note_version(values)
        else:  # not read again
            self.binding.with_context(connector_no_export=True).write(
                {"external_updated_at": False, "known_fingerprint": False}
            )

    def _note_version(self, sent=()) -> None:
        """Keep the version that the export left, to tell a remote change from it.

        The next import reads the record again: a remote edit between the first
        read and the write has no later date than the export. Without one,
        that import finds the fingerprint unchanged.
        """
        self._after = version = self._read_version()
        written_at = version and version.written_at
        is_known = self._was_known() and (
            not version.differs_from(self._before, sent)
            if version and self._before
            else self._is_whole
        )
        self.binding.with_context(connector_no_export=True).write(
            {
                "external_updated_at": written_at and written_at - TICK,
                "known_fingerprint": version and is_known and version.fingerprint(),
                **self._creation_values(version),
            }
        )

    def _was_known(self) -> bool:
        """Return whether the remote version before the export was the known one."""
        before = self._before
        if not (before and before.written_at):
            return True
        return (
            before.written_at <= self.binding.external_updated_at
            or before.fingerprint() == self.binding.known_fingerprint
        )

    def _is_imported_too(self):
        return self._is_imported

    def _sent_fingerprints(self, names):
        """Use the remote values as they are now: these may differ from those sent."""
        mapper, after = self._import_mapper, self._after
        prints = mapper.remote_fingerprints(after) if after else {}
        return {name: prints.get(name) for name in names}
