# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from .conflict import Winner
from .fingerprints import fingerprint_of, fingerprint_of_value
from .unconfirmed import UnconfirmedFields, is_listened_to


class TwoWayImportHooks(AbstractComponent):
    """Hooks of an importer whose records are exported, too."""

    _name = "generic.importer.two.way"
    _inherit = "base.importer"

    def _is_exported(self) -> bool:
        """Return whether edits of such records are exported, and must be kept.

        By default, whether a ``generic.export.listener`` stores them. If it is False,
        an import runs no query for this and stores no fingerprints.
        """
        return is_listened_to(self.work)

    def _changed_unknown(self, name: str) -> bool:
        """Return whether a field without fingerprint counts as changed remotely."""
        return False

    def _remote_fingerprints(self) -> dict[str, Any]:
        """Return a fingerprint of each field of the record, as the backend has it.

        Of the mapped values; of lists of items, of the items as they were read.
        """
        values, model = self._item.values, self.model
        found = {
            name: fingerprint_of_value(model, name, values[name]) for name in values
        }
        for source, target, _model in getattr(self.mapper, "children", ()):
            try:
                found[target] = fingerprint_of(self.external_record[source])
            except (LookupError, TypeError, AttributeError):
                found.pop(target, None)
        return found

    def _resolve_conflict(
        self, binding: models.BaseModel, edits: UnconfirmedFields, names: Iterable[str]
    ) -> Winner:
        """Return who wins the fields that both sides changed.

        By the backend's ``conflict_policy``. A backend without one keeps the edits.
        """
        if not getattr(self.backend_record, "conflict_policy", None):
            return Winner.LOCAL
        if self.many_components(usage="conflict.resolver"):
            resolver = self.component(usage="conflict.resolver")
        else:
            resolver = self.component_by_name("generic.conflict.resolver")
        return resolver.resolve(
            binding, edits.edited_at(names), self._external_updated_at()
        )
