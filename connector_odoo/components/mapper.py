# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo.addons.component.core import AbstractComponent

from .references import Reference


class OdooImportMapper(AbstractComponent):
    """Map records of another Odoo, where a many2one is the id of a record there.

    A mapping method says by ``@changed_by`` which fields it reads: only those, and
    the sources of the rows, are asked of the other Odoo.
    """

    _name = "odoo.import.mapper"
    _inherit = ["odoo.connector", "base.import.mapper"]

    @property
    def references(self) -> list[Reference]:
        """Return the rows' sources that lead to other records."""
        return [source for source, _to in self.direct if isinstance(source, Reference)]

    def matcher_for(self, model_name: str):
        """Return who finds records of a model by their natural key."""
        return self.component(usage="record.matcher", model_name=model_name)

    def prefetch(self, external_records: Iterable[dict[str, Any]]) -> None:
        """Look up at once what the records refer to by a natural key."""
        records = list(external_records)
        for reference in self.references:
            if not reference.is_binding:
                matcher = self.matcher_for(reference.model_name)
                matcher.prefetch(reference.ids_in(records))
