# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo.addons.component.core import AbstractComponent, Component

from .export_references import KEPT, ExportReference


class OdooExportMapper(AbstractComponent):
    """Map records for another Odoo, where a many2one is the id of a record there."""

    _name = "odoo.export.mapper"
    _inherit = ["odoo.mapper", "base.export.mapper"]

    _reference_class = ExportReference

    def finalize(self, map_record, values):
        values = super().finalize(map_record, values)
        return {name: value for name, value in values.items() if value is not KEPT}

    def _find_modifier(self, model_fields, source, target):
        """Give what is stored as a file in the form that the external API takes."""
        field = model_fields.get(source)
        if field is not None and field.type == "binary":
            return image(source)
        return super()._find_modifier(model_fields, source, target)


class OdooReversedMapper(Component):
    """Map back what the import mapper of the model maps, row by row.

    A model needs an export mapper of its own only for what is no plain row: it is
    built on this one.
    """

    _name = "odoo.reversed.mapper"
    _inherit = "odoo.export.mapper"

    @property
    def direct(self):
        return self._import_mapper.reversed_direct

    @property
    def dependencies(self):
        return self._import_mapper.reversed_dependencies

    @property
    def _import_mapper(self):
        return self.component(usage="import.mapper")


def image(field: str):
    """Give an image as base64 text, as Odoo's external API takes it."""

    def modifier(self, record, to_attr):
        content = record.with_context(bin_size=False)[field]
        return content.decode() if isinstance(content, bytes) else content

    return modifier
