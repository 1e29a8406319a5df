# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import external records that were merged, in Odoo, into the record of another.

The binding belongs to the external record that it is linked to, with all that it keeps
of the last import. A merged record updates the same record in Odoo, but only when it
changed itself: its *alias* keeps how it was. So the latest change wins, on whichever of
the external records it is made, and two records that differ do not overwrite each other
at every import.
"""

from __future__ import annotations

from odoo.addons.component.core import AbstractComponent

from ...timestamps import last_change
from ..binder import ALIAS_FLAG
from .items import SKIPPED, UPDATED, ImportItem
from .overlap import version_of


class ImportAliases(AbstractComponent):
    """What an importer does with merged external records."""

    _name = "generic.importer.aliases"
    _inherit = "generic.importer.hooks"

    def _find_aliases(self, items: list[ImportItem]) -> None:
        """Find which items are merged records; no query where all are linked."""
        name = self.binder._external_field
        has_flag = ALIAS_FLAG in self.model._fields
        merged = {
            item.key: item
            for item in items
            if item.binding and str(item.binding[name]) != item.key
            if item.binding[ALIAS_FLAG if has_flag else name]
        }
        for alias in self._aliases._find(self.backend_record, self.model._name, merged):
            merged[alias.external_id].alias = alias

    @property
    def _aliases(self):
        return self.env["connector.external.alias"].sudo()

    def _handle_missing_alias(self, item: ImportItem) -> str | None:
        """Return the outcome for a record that is gone, if a merge explains it.

        A merged record that is gone takes nothing with it. Where the linked one is
        gone, the binding is linked to a merged one, which may be there still.
        """
        if item.alias:
            item.alias.is_gone = True
            return SKIPPED
        if not item.binding or self._missing_record_policy == "skip":
            return None
        name = self.binder._external_field
        return self._aliases._take_over(item.binding, name) and UPDATED

    def _is_uptodate_alias(self, item: ImportItem) -> bool:
        updated_at = last_change(self._external_updated_at())
        return bool(updated_at) and item.alias.external_updated_at == updated_at

    def _note_alias(self, item: ImportItem) -> None:
        """Keep how a merged record was imported."""
        updated_at = last_change(self._external_updated_at())
        item.alias.write(
            {
                "external_updated_at": updated_at
                and version_of(updated_at, self._read_at or updated_at),
                "external_fingerprint": item.fingerprint,
                "is_gone": False,
            }
        )
