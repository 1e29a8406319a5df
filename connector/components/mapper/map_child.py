# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Map children, which convert the items of a record: order lines, addresses.

The mapper of the items maps all of them in one loop, unless it or the map child
overrides a hook that must see each item. ``format_items`` then makes the form of the
target: x2many commands for an import, a list of dicts for an export.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from odoo import models
from odoo.fields import Command

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError
from ..binder import Binder
from ..comparison.absent_lines import AbsentLine, absent_line, owns_lines
from ..comparison.stored_values import linked_records
from ..external_id import external_key, is_external_id
from .decorators import default_hook, is_default
from .map_record import MapOptions, MapRecord
from .modifier import read_path


class MapChild(AbstractComponent):
    """Map child that finds the mapper of the items, maps them and formats them."""

    _name = "base.map.child"
    _inherit = "base.connector"

    @default_hook
    def _child_mapper(self) -> AbstractComponent:
        """Return the mapper of the items.

        :raise NotImplementedError: the map child is neither for import nor for export
        """
        raise NotImplementedError(
            f"Map child {self._name} does not say which mapper converts its items: "
            "inherit base.map.child.import or base.map.child.export."
        )

    @default_hook
    def skip_item(self, map_record: MapRecord) -> bool | None:
        """Return whether to leave an item out; ``map_record.parent`` is its parent."""
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
    """Return whether a map child overrides no hook, and so keeps no state."""
    return is_default(
        type(map_child),
        "_child_mapper",
        "format_items",
        "get_item_values",
        "get_items",
        "skip_item",
    )


class ImportMapChild(AbstractComponent):
    """Map child that returns a command for each item, which creates a line."""

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
    """Map child that returns the values of each item."""

    _name = "base.map.child.export"
    _inherit = "base.map.child"
    _usage = "export.map.child"

    @default_hook
    def _child_mapper(self) -> AbstractComponent:
        return self.component(usage="export.mapper")


class ImportMapChildUpdate(AbstractComponent):
    """Map child that updates the lines which are already bound, and creates the others.

    Inherit it with the ``_collection`` and ``_apply_on`` of the lines. The mapper
    of the lines must map the external id, by which the next import finds them.
    Mapping methods with ``only_create`` do not touch existing lines.

    A bound line that the external record does not list is removed, according to
    ``_absent_lines``. Lines without a binding, added in Odoo, stay.
    """

    _name = "base.map.child.import.update"
    _inherit = "base.map.child.import"

    _external_id_source = "id"
    """Field or dotted path to the external id of an item."""

    _absent_lines: str | None = None
    """``delete``, ``unbind`` or ``keep`` lines that the external record does not list.

    None deletes the lines whose many2one to the parent is required or has
    ``ondelete="cascade"``, and keeps the others.
    """

    def get_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> Any:
        is_listed = isinstance(items, list | tuple)
        items, external_ids = self._find_distinct(items or ())
        self.binder_for().prefetch(external_ids)
        commands = super().get_items(items, parent, to_attr, options)
        if is_listed and parent.record and isinstance(commands, list):
            lines = linked_records(parent.record, to_attr)
            updated = {
                command[1] for command in commands if command[0] == Command.UPDATE
            }
            lines = lines.browse(id_ for id_ in lines.ids if id_ not in updated)
            if lines:
                absent = self._find_absent_lines(
                    parent.record, to_attr, lines, external_ids
                )
                return commands + absent
        return commands

    def _find_distinct(self, items: Iterable[Any]) -> tuple[list[Any], list[Any]]:
        """Return the items and their external ids; of equal ids, the last item."""
        distinct: dict[Any, tuple[Any, Any]] = {}
        for position, item in enumerate(items):
            external_id = read_path(item, self._external_id_source)
            key = external_key(external_id) or position
            distinct[key] = item, external_id
        return [item for item, _ in distinct.values()], [
            external_id for _, external_id in distinct.values()
        ]

    def get_item_values(
        self, map_record: MapRecord, to_attr: str, options: MapOptions
    ) -> dict[str, Any]:
        line = self._find_line(map_record, to_attr)
        if not line:
            return super().get_item_values(map_record, to_attr, options)
        map_record.record = line
        options = MapOptions(options, for_create=False)
        values = super().get_item_values(map_record, to_attr, options)
        return dict(values, id=line.id) if values else values

    def _find_line(self, map_record: MapRecord, to_attr: str) -> models.BaseModel:
        """Return the existing line of an item, a record of the model of ``to_attr``.

        :raise InvalidDataError: the item has no id, so that each import would create
            another line
        """
        binder = self.binder_for()
        external_id = read_path(map_record.source, self._external_id_source)
        if not is_external_id(external_id):
            raise InvalidDataError(
                f"{self._name}: an item of {to_attr} has no id: expected one in "
                f"{self._external_id_source!r}, found {external_id!r}. Without it the "
                "next import would create the line again. Set _external_id_source, or "
                "override _find_line to find the line by something else."
            )
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

    # -- absent lines -----------------------------------------------------------

    def _find_absent_lines(
        self,
        parent: models.BaseModel,
        to_attr: str,
        lines: models.BaseModel,
        external_ids: list[Any],
    ) -> list[AbsentLine]:
        """Return a command for each bound line that is not among ``external_ids``."""
        policy = self._absent_lines
        if policy is None:
            policy = "delete" if owns_lines(parent, to_attr) else "keep"
        if policy not in ("delete", "unbind", "keep"):
            raise ValueError(
                f"{self._name}._absent_lines is {policy!r}; it must be 'delete', "
                "'unbind', 'keep', or None to delete the lines that the parent owns."
            )
        if policy == "keep":
            return []
        listed = set(map(external_key, external_ids))
        return [
            absent_line(self, line, external_id, policy)
            for line, external_id in self._find_bound_lines(lines).items()
            if external_key(external_id) not in listed
        ]

    def _find_bound_lines(self, lines: models.BaseModel) -> dict[models.BaseModel, Any]:
        """Return ``{line: external id}`` of the lines bound to this backend."""
        binder, binding_fields = self.binder_for(), self.model._fields
        if type(binder).to_external is Binder.to_external:
            if binder._external_field not in binding_fields:
                return {}
            if lines._name == self.model._name:
                if binder._backend_field in binding_fields:
                    backend = self.backend_record
                    lines = lines.filtered(
                        lambda line: line[binder._backend_field] == backend
                    )
            elif binder._odoo_field not in binding_fields:
                return {}
        return binder.to_external_many(lines)
