# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from .map_record import MapOptions, MapRecord
from .paths import read_path


class ImportMapChildUpdate(AbstractComponent):
    """Update the lines that are bound already, create the others.

    Inherit it with the ``_collection`` and ``_apply_on`` of the lines. The mapper
    of the lines has to map the external id, by which the next import finds them.
    Mappings marked ``only_create`` do not touch a line that exists.
    """

    _name = "base.map.child.import.update"
    _inherit = "base.map.child.import"

    _external_id_source = "id"
    """Field, or dotted path, of an item that holds its external id."""

    def get_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> Any:
        items = list(items or ())
        self.binder_for().prefetch(
            [read_path(item, self._external_id_source) for item in items]
        )
        return super().get_items(items, parent, to_attr, options)

    def get_item_values(
        self, map_record: MapRecord, to_attr: str, options: MapOptions
    ) -> dict[str, Any]:
        line = self._find_line(map_record, to_attr)
        if not line:
            return super().get_item_values(map_record, to_attr, options)
        options = MapOptions(options, for_create=False)
        values = super().get_item_values(map_record, to_attr, options)
        return dict(values, id=line.id) if values else values

    def _find_line(self, map_record: MapRecord, to_attr: str) -> models.BaseModel:
        """Return the existing line of an item, of the model that ``to_attr`` holds."""
        binder = self.binder_for()
        external_id = read_path(map_record.source, self._external_id_source)
        binding = binder.to_internal(external_id)
        parent_field = map_record.parent._mapper.model._fields.get(to_attr)
        if not binding or parent_field is None:
            return binding
        if parent_field.comodel_name == binding._name:
            return binding
        return binder.unwrap_binding(binding)

    def format_items(self, items_values: list[dict[str, Any]]) -> Any:
        commands = []
        for values in items_values:
            line_id = values.pop("id", None)
            command = (1, line_id, values) if line_id else (0, 0, values)
            commands.append(command)
        return commands
