# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...outcome import Outcome
from ..external_id import is_external_id
from ..two_way.field_marks import mark_of_record
from ..two_way.line_merge import lines_of, sent_line_marks
from ..two_way.unconfirmed import (
    ALL_FIELDS,
    ONLY_UNCONFIRMED,
    UnconfirmedFields,
    has_unconfirmed_fields,
    plain_name,
)


class ExportConfirmation(AbstractComponent):
    """Know which edits an export has to send, and note those that were sent.

    The unconfirmed edits are read before anything else: all the values that are mapped
    afterwards are at least as new. What is committed meanwhile is not among them, and
    stays unconfirmed. An export that fails, is skipped or is postponed confirms
    nothing. If the process dies between the answer of the backend and the commit, the
    edits stay unconfirmed and are sent once more.
    """

    _name = "generic.export.confirmation"
    _inherit = "base.exporter"

    def __init__(self, work_context):
        super().__init__(work_context)
        #: the edits that the transaction saw when the export began
        self._unconfirmed = UnconfirmedFields()
        #: names of the fields that are sent, None for all
        self._sent_fields: frozenset[str] | None = None

    def _begin_confirmation(self, fields: Iterable[str] | None) -> None:
        """Read what is unconfirmed; ``fields`` are those that the export is of."""
        self._unconfirmed = self._read_unconfirmed(self.binding)
        self._sent_fields = None if fields is None else frozenset(fields)

    def _read_unconfirmed(self, binding: models.BaseModel) -> UnconfirmedFields:
        if not has_unconfirmed_fields(binding):
            return UnconfirmedFields()
        return self._unconfirmed_model._find(binding).get(
            binding.id, UnconfirmedFields()
        )

    def _is_confirmed_already(self, kwargs: dict[str, Any]) -> bool:
        """Leave of ``fields`` what is to be sent; return whether nothing is left.

        Only for jobs of the export listener, and records that the backend has.
        """
        if not (self._sends_only_unconfirmed and "fields" in kwargs):
            return False
        if not is_external_id(self.external_id):
            return False
        fields = self._select_unconfirmed(kwargs["fields"])
        kwargs["fields"] = fields if fields is None else sorted(fields)
        self._sent_fields = fields if fields is None else frozenset(fields)
        return fields is not None and not fields

    def _select_unconfirmed(self, fields: Iterable[str] | None) -> set[str] | None:
        """Return what a job of the export listener still has to send, None for all.

        Edits that another export sent, or an import overwrote, since the job was
        delayed are done with: to send them again could replace a newer value of the
        backend by an older one of its own. Exports that a person or a connector asks
        for send all the fields they are asked for.
        """
        unconfirmed = self._unconfirmed
        in_conflict = unconfirmed.in_conflict
        if fields is None:
            if ALL_FIELDS in in_conflict:
                return set()
            names = unconfirmed.names
            return None if ALL_FIELDS in names else set(names - in_conflict)
        odoo_field = self.binder._odoo_field
        return {
            name
            for name in fields
            if (plain := plain_name(name, odoo_field)) in unconfirmed
            and plain not in in_conflict
        }

    @property
    def _sends_only_unconfirmed(self) -> bool:
        """Return whether the export is a job of the listener."""
        return bool(
            self.env.context.get(ONLY_UNCONFIRMED)
            and has_unconfirmed_fields(self.binding)
        )

    def _confirm_export(self) -> None:
        """Delete the edits that the backend has now."""
        if self.outcome == Outcome.SKIPPED or not has_unconfirmed_fields(self.binding):
            return
        sent = self._sent_fields
        if sent is not None:
            odoo_field = self.binder._odoo_field
            sent = {plain_name(name, odoo_field) for name in sent}
        self._unconfirmed_model._confirm(self._unconfirmed.ids_of(sent))
        if self.outcome != Outcome.UNCHANGED and self._is_imported_too():
            self._note_base(sent)

    def _is_imported_too(self) -> bool:
        """Return whether such records are imported, and marks of them needed."""
        return bool(
            self.work.components_registry.lookup(
                self.collection._name, "import.mapper", self.model._name
            )
        )

    def _note_base(self, sent: set[str] | None) -> None:
        """Keep marks of what the backend has now, by which an import knows it again."""
        names = self._exported_names() if sent is None else sent
        # of an export that does not say what it sends, nothing is known
        base = dict(self.binding.external_base or {}) if names else {}
        base.update(self._sent_marks(names))
        for name in names:
            if known := base.get(lines_of(name)):
                base[lines_of(name)] = sent_line_marks(self.binding[name], known)
        base = {name: its_mark for name, its_mark in base.items() if its_mark}
        self.binding.with_context(connector_no_export=True).external_base = base

    def _exported_names(self) -> set[str]:
        """Return the fields that an export of the whole record sends."""
        if not self.many_components(usage="export.mapper"):
            return set()
        odoo_field = self.binder._odoo_field
        names = self.mapper.changed_by_fields()
        return {plain_name(name, odoo_field) for name in names}

    def _sent_marks(self, names: set[str]) -> dict[str, str | None]:
        """Return marks of fields as the backend has them now, None where unknown."""
        return {name: mark_of_record(self.binding, name) for name in names}

    @property
    def _unconfirmed_model(self) -> models.BaseModel:
        return self.env["connector.unconfirmed.field"].sudo()
