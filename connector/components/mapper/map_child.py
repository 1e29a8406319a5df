# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from odoo.addons.component.core import AbstractComponent

from .compiled import default_hook, is_default
from .map_record import MapOptions, MapRecord


class MapChild(AbstractComponent):
    """Convert the items of a record: find their mapper, map them, format them."""

    _name = "base.map.child"
    _inherit = "base.connector"

    @default_hook
    def _child_mapper(self) -> AbstractComponent:
        """Return the mapper of the items.

        :raise NotImplementedError: neither for import nor for export
        """
        raise NotImplementedError(
            f"Map child {self._name} does not say which mapper converts its items: "
            "inherit base.map.child.import or base.map.child.export."
        )

    @default_hook
    def skip_item(self, map_record: MapRecord) -> bool | None:
        """Tell whether to leave an item out; ``map_record.parent`` is its parent."""
        return None

    @default_hook
    def get_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> Any:
        """Return the items of ``parent`` in the form that ``to_attr`` expects."""
        mapper = self._child_mapper()
        items_values = None
        maps_many = hasattr(type(mapper), "_map_items")
        if maps_many and _item_hooks(type(self)) == _default_item_hooks:
            items_values = mapper._map_items(items or (), options)
        if items_values is None:
            items_values = [
                self.get_item_values(map_record, to_attr, options)
                for map_record in (
                    mapper.map_record(item, parent) for item in items or ()
                )
                if not self.skip_item(map_record)
            ]
        return self.format_items([values for values in items_values if values])

    @default_hook
    def get_item_values(
        self, map_record: MapRecord, to_attr: str, options: MapOptions
    ) -> dict[str, Any]:
        """Return the values of one item."""
        return map_record.values(**options)

    @default_hook
    def format_items(self, items_values: list[dict[str, Any]]) -> Any:
        """Return the values of the items in the form that the target expects."""
        return items_values


_item_hooks = attrgetter("skip_item", "get_item_values")
_default_item_hooks = _item_hooks(MapChild)


def is_default_map_child(map_child: AbstractComponent) -> bool:
    """Tell whether a map child does nothing of its own, so that it keeps no state."""
    return is_default(
        type(map_child),
        "_child_mapper",
        "format_items",
        "get_item_values",
        "get_items",
        "skip_item",
    )


class ImportMapChild(AbstractComponent):
    """Give each item as a command that creates a line."""

    _name = "base.map.child.import"
    _inherit = "base.map.child"
    _usage = "import.map.child"

    @default_hook
    def _child_mapper(self) -> AbstractComponent:
        return self.component(usage="import.mapper")

    @default_hook
    def format_items(self, items_values: list[dict[str, Any]]) -> Any:
        return [(0, 0, values) for values in items_values]


class ExportMapChild(AbstractComponent):
    """Give each item as its values."""

    _name = "base.map.child.export"
    _inherit = "base.map.child"
    _usage = "export.map.child"

    @default_hook
    def _child_mapper(self) -> AbstractComponent:
        return self.component(usage="export.mapper")
