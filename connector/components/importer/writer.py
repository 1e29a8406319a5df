# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Create and update the mapped records of a batch.

::

    without a binding ─ find a record to bind ─ create all in one call ──────┐
    with a binding ─ compare ─ keep unconfirmed edits ─ ``_may_overwrite``   │
                   ─ write equal changes together ─ note the remote version ─┤
    all items ◄─ ``_after_import`` ─ remember the values as models hold them ┘

A connector with its own ``_create`` or ``_update`` gets each record alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from odoo import models
from odoo.exceptions import MissingError

from ...outcome import Outcome
from ..binder import Binder
from ..comparison.absent_lines import remove_absent_lines
from ..comparison.changes import changed_values, remember_created, remember_held
from ..comparison.lines import copy_commands, linking_updated_lines
from ..comparison.stored_values import fingerprint
from ..external_id import check_storable, is_external_id
from ..history.values import described_lines, held_values
from ..session import Session
from ..two_way.kept_edits import KeptEdits
from .aliases import note_alias_version
from .errors import empty_required_error
from .items import ImportItem
from .kept_deleted import KEPT_DELETED

#: types of fields that store False as NULL
_NULLABLE = ("char", "date", "datetime", "html", "many2one", "selection", "text")

#: types of values that may be lines
_LINES = (list, tuple, models.BaseModel)

Changes = dict[str, Any]


class Writer:
    """Writes mapped items.

    :param hooks: the importer of the chunk
    :param edits: keeps unconfirmed edits, see ``two_way.kept_edits``
    """

    def __init__(self, hooks: Any, edits: KeptEdits) -> None:
        self._hooks = hooks
        self._edits = edits
        self._recorder = Session.of(hooks.work).recorder

    def check_required(self, item: ImportItem) -> None:
        """Refuse values that leave a required field empty.

        A connector with its own way to write may still fill it.

        :raise InvalidDataError: naming the record, the field and the mapper
        """
        own = ("_update",) if item.binding else ("_create", "_create_many")
        if not self._hooks._is_overridden(*own):
            for name in _find_empty_required(self._hooks.model, item.values):
                raise empty_required_error(self._hooks, item, name)

    def write_items(self, items: list[ImportItem]) -> None:
        """Create and update records; the items get their outcome and their binding."""
        hooks = self._hooks
        for item in items:
            subject = f"{hooks.model._name} {item.external_id}"
            check_storable(item.values or {}, subject, hooks.model)
        new = [item for item in items if not item.binding]
        bound = [item for item in items if item.binding]
        self._create(new)
        self._update(bound)
        for item in items:
            if item.outcome != Outcome.SKIPPED:
                hooks._item = item
                hooks._after_import(item.binding)
        self._remember([item for item in items if item.written])

    def _remember(self, items: list[ImportItem]) -> None:
        """Remember what the models made of the values, after all hooks."""
        remember_created(
            (item.binding, item.written)
            for item in items
            if item.outcome == Outcome.CREATED
        )
        for item in items:
            if item.outcome == Outcome.UPDATED:
                remember_held(item.binding, item.written)
                item.held_after = self._read_held(item.binding, item.held_before)

    @staticmethod
    def _read_held(binding: models.BaseModel, names: Changes) -> Changes:
        try:
            return held_values(binding, names)
        except MissingError:  # a hook may delete the imported record
            return {}

    # -- create -----------------------------------------------------------------

    def _create(self, items: list[ImportItem]) -> None:
        if not items:
            return
        hooks = self._hooks
        hooks._prefetch_records_to_bind(items)
        values_list = []
        for item in items:
            hooks._item = item
            values_list.append(self._new_binding_values(item))
        bindings = self._create_bindings(items, values_list)
        binds_otherwise = type(hooks.binder).bind is not Binder.bind
        for item, binding in zip(items, bindings, strict=True):
            if binds_otherwise:
                hooks.binder.bind(item.external_id, binding)
            item.binding = binding.with_env(hooks.env)
            item.outcome = Outcome.CREATED
            item.written = item.values

    def _new_binding_values(self, item: ImportItem) -> dict[str, Any]:
        hooks, binder = self._hooks, self._hooks.binder
        values = item.values
        if any(isinstance(value, _LINES) for value in values.values()):
            values = linking_updated_lines(hooks.model, values)
        values = {
            **values,
            **self._bookkeeping_values(item),
            binder._backend_field: hooks.backend_record.id,
            binder._external_field: str(item.external_id),
        }
        record = hooks._find_record_to_bind(values)
        if record:
            values[binder._odoo_field] = record.id
        return values

    def _create_bindings(
        self, items: list[ImportItem], values_list: list[dict[str, Any]]
    ) -> list[models.BaseModel]:
        """Create all in one call, or each by the connector's own ``_create``."""
        hooks = self._hooks
        if not hooks._is_overridden("_create"):
            hooks._item = items[0]
            with hooks._retry_unique_violation():
                return list(hooks._create_many(values_list))
        bindings = []
        for item, values in zip(items, values_list, strict=True):
            hooks._item = item
            with hooks._retry_unique_violation():
                bindings.append(hooks._create(values))
        return bindings

    # -- update -----------------------------------------------------------------

    def _update(self, items: list[ImportItem]) -> None:
        if not items:
            return
        hooks = self._hooks
        self._edits.find_lines(items)
        changed = []
        for item in items:
            hooks._item = item
            changes = self._find_changes(item)
            if changes:
                if self._recorder is not None:
                    self._recorder.note_update(item, changes)
                else:
                    item.held_before = held_values(item.binding, changes)
                    item.described_lines = described_lines(item.binding, changes)
                changed.append((item, changes))
        if changed:
            remove_absent_lines(hooks.model, [changes for _item, changes in changed])
            self._write_changes(changed)
        for item in items:
            if item.outcome != Outcome.SKIPPED:
                hooks._item = item
                self._note_version(item)
        self._edits.finish(items)

    def _find_changes(self, item: ImportItem) -> Changes | None:
        """Return what to write, and set the outcome."""
        changes = changed_values(item.binding, item.values)
        changes = self._edits.without_kept(item, changes)
        if item.outcome == Outcome.SKIPPED:
            return None
        if changes and not (item.force or self._hooks._may_overwrite(item.binding)):
            item.outcome = Outcome.SKIPPED
            item.reason = self._hooks.env._("The local version is kept.")
            return None
        item.outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return changes

    def _write_changes(self, changed: list[tuple[ImportItem, Changes]]) -> None:
        """Write the changes; equal changes of several records in one call."""
        hooks = self._hooks
        is_own = hooks._is_overridden("_update")
        equal: dict[str, list[tuple[ImportItem, Changes]]] = defaultdict(list)
        for item, changes in changed:
            item.written = copy_commands(changes)
            if changes:
                equal[item.key if is_own else fingerprint(changes)].append(
                    (item, changes)
                )
        for updates in equal.values():
            hooks._item, changes = updates[0]
            bindings = hooks.model.union(*(item.binding for item, _changes in updates))
            hooks._update(bindings, changes)

    def _note_version(self, item: ImportItem) -> None:
        """Note which version was imported, and bind a binding that is unbound.

        The version of a merged record is noted on its alias.
        """
        if item.alias:
            note_alias_version(self._hooks, item)
            return
        item.binding.with_context(connector_no_export=True).write(
            self._bookkeeping_values(item)
        )
        # an own _get_binding or to_internal may find it by another key
        binder = self._hooks.binder
        if not is_external_id(binder.to_external(item.binding)):
            binder.bind(item.external_id, item.binding)

    def _bookkeeping_values(self, item: ImportItem) -> dict[str, Any]:
        values = {**self._hooks._bookkeeping_values(), **self._edits.base_values(item)}
        values[KEPT_DELETED] = False  # the backend has it, again or still
        fields = self._hooks.model._fields
        return {name: value for name, value in values.items() if name in fields}


def _find_empty_required(model: models.BaseModel, values: Changes) -> list[str]:
    """Return the required fields that the values leave empty."""
    found = []
    for name, value in values.items():
        if value or value == "":
            continue
        field = model._fields.get(name)
        if field is None or not field.required or field.type not in _NULLABLE:
            continue
        # Odoo creates the record of a new binding, and computes its computed fields
        if not (field.inherited_field if field.inherited else field).compute:
            found.append(name)
    return [name for name in found if name not in model._inherits.values()]
