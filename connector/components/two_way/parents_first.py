# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo.addons.component.core import AbstractComponent

from .references import Reference


class ParentsFirstImporter(AbstractComponent):
    """Batch importer that imports records without a parent of the same model first.

    Jobs run side by side: the parents that a chunk needs would still be on their way
    in the chunk before, and the chunk would have to be imported again.
    """

    _name = "generic.parents.first.importer"
    _inherit = "generic.batch.importer"

    def _search_pages(self, filters):
        """Search for the children first, although they are imported last.

        A parent that is deleted meanwhile leaves its children without one, and with
        the date that they had: they are found as children, or as both.
        """
        parent_field = self._find_parent_field()
        if not parent_field:
            yield from super()._search_pages(filters)
            return
        filter_parents = self.backend_adapter.filter_parents
        searched = filter_parents(filters, parent_field, has_parent=True)
        children = list(super()._search_pages(searched))
        searched = filter_parents(filters, parent_field, has_parent=False)
        yield from super()._search_pages(searched)
        yield from children

    def _find_parent_field(self) -> str | None:
        """Return the remote field that leads to one record of the same model."""
        for source, name in self.mapper.direct:
            if (
                isinstance(source, Reference)
                and source.model_name == self.model._name
                and self.model._fields[name].type == "many2one"
            ):
                return source.field
        return None


class DelayedParentsFirstImporter(AbstractComponent):
    """Delay one job for each chunk, the parents first."""

    _name = "generic.delayed.parents.first.importer"
    _inherit = ["generic.parents.first.importer", "generic.delayed.batch.importer"]


class DirectParentsFirstImporter(AbstractComponent):
    """Import in the running transaction, the parents first."""

    _name = "generic.direct.parents.first.importer"
    _inherit = ["generic.parents.first.importer", "generic.direct.batch.importer"]
