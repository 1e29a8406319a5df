# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import defaultdict
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ..binder import Binder
from ..comparison.absent_lines import settle_absent_lines
from ..comparison.changes import (
    changed_values,
    fingerprint,
    remember_created,
    remember_held,
)
from ..comparison.line_commands import copy_commands, linking_updated_lines
from ..external_id import check_storable
from .hooks import ImportHooks
from .items import CREATED, SKIPPED, UNCHANGED, UPDATED, ImportItem


class ImportWrites(AbstractComponent):
    """Create and update the mapped records of a chunk, as many as can at once."""

    _name = "generic.importer.writes"
    _inherit = "generic.importer.conflicts"

    def _write(self, items: list[ImportItem]) -> None:
        for item in items:
            what = f"{self.model._name} {item.external_id}"
            check_storable(item.values or {}, what)
        new = [item for item in items if not item.binding]
        known = [item for item in items if item.binding]
        self._create_items(new)
        self._update_items(known)
        for item in items:
            if item.outcome != SKIPPED:
                with self._working_on(item):
                    self._after_import(item.binding)
        written = [item for item in items if item.written]
        remember_created(
            (item.binding, item.written) for item in written if item.outcome == CREATED
        )
        for item in written:
            if item.outcome == UPDATED:
                remember_held(item.binding, item.written)

    def _create_items(self, items: list[ImportItem]) -> None:
        values_list = []
        for item in items:
            with self._working_on(item):
                values_list.append(self._new_binding_values(item))
        for item, binding in zip(
            items, self._create_bindings(items, values_list), strict=True
        ):
            if type(self.binder).bind is not Binder.bind:
                self.binder.bind(item.external_id, binding)
            item.binding = binding.with_env(self.env)
            item.outcome = CREATED
            item.written = item.values

    def _create_bindings(
        self, items: list[ImportItem], values_list: list[dict[str, Any]]
    ) -> list:
        """Create all at once, unless the connector has its own way for one."""
        if not items:
            return []
        if type(self)._create is ImportHooks._create:
            with self._working_on(items[0]), self._retry_unique_violation():
                return list(self._create_many(values_list))
        bindings = []
        for item, values in zip(items, values_list, strict=True):
            with self._working_on(item), self._retry_unique_violation():
                bindings.append(self._create(values))
        return bindings

    def _new_binding_values(self, item: ImportItem) -> dict[str, Any]:
        """Return all that the new binding is created with, the link included."""
        binder = self.binder
        values = {
            **linking_updated_lines(self.model, item.values),
            **self._bookkeeping_values(),
            binder._backend_field: self.backend_record.id,
            binder._external_field: str(item.external_id),
        }
        record = self._find_record_to_bind(values)
        if record:
            values[binder._odoo_field] = record.id
        return values

    def _update_items(self, items: list[ImportItem]) -> None:
        """Write what changed; where the same changed, in one go."""
        changed = []
        edited_lines = self._find_edited_lines(items)
        for item in items:
            with self._working_on(item):
                changes = changed_values(item.binding, item.values)
                changes = self._without_unconfirmed(item, changes)
                if item.outcome == SKIPPED:
                    continue
                if edited_lines:
                    changes = self._without_line_edits(item, changes, edited_lines)
                if changes and not (item.force or self._may_overwrite(item.binding)):
                    item.outcome = SKIPPED
                    continue
                item.outcome = UPDATED if changes else UNCHANGED
                if changes:
                    self._note_update(item, changes)
                    changed.append((item, changes))
        settle_absent_lines(self.model, [changes for _item, changes in changed])
        alike: dict[Any, list[tuple[ImportItem, dict[str, Any]]]] = defaultdict(list)
        for item, changes in changed:
            item.written = copy_commands(changes)
            if changes:
                alike[self._update_key(item, changes)].append((item, changes))
        for updates in alike.values():
            item, changes = updates[0]
            bindings = self.model.union(*(item.binding for item, _changes in updates))
            with self._working_on(item):
                self._update(bindings, changes)
        for item in items:
            if item.outcome != SKIPPED:
                with self._working_on(item):
                    self._keep_books(item)
        self._settle_unconfirmed(items)

    def _keep_books(self, item: ImportItem) -> None:
        """Note what was imported: of a merged record on its alias."""
        if item.alias:
            self._note_alias(item)
            return
        item.binding.with_context(connector_no_export=True).write(
            self._bookkeeping_values()
        )

    def _note_update(self, item: ImportItem, changes: dict[str, Any]) -> None:
        """Have a dry run know what is about to be written."""
        recorder = getattr(self.work, "import_recorder", None)
        if recorder is not None:
            recorder.note_update(item, changes)

    def _update_key(self, item: ImportItem, changes: dict[str, Any]) -> str:
        """Return what updates have in common that may be written together.

        A connector with an ``_update`` of its own has each record by itself.
        """
        if type(self)._update is not ImportHooks._update:
            return item.key
        return fingerprint(changes)
