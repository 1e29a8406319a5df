# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo.addons.component.core import AbstractComponent

from .export_references import ExportReference


class OdooExportMapper(AbstractComponent):
    """Map records for another Odoo, where a many2one is the id of a record there."""

    _name = "odoo.export.mapper"
    _inherit = ["odoo.connector", "base.export.mapper"]

    @property
    def references(self) -> list[ExportReference]:
        """Return the rows' sources that lead to other records."""
        return [
            source for source, _to in self.direct if isinstance(source, ExportReference)
        ]

    def matcher_for(self, model_name: str):
        """Return who finds records of a model by their natural key."""
        return self.component(usage="record.matcher", model_name=model_name)


def image(field: str):
    """Give an image as base64 text, as Odoo's external API takes it."""

    def modifier(self, record, to_attr):
        content = record.with_context(bin_size=False)[field]
        return content.decode() if isinstance(content, bytes) else content

    return modifier
