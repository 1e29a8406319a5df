# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component.exception import NoComponentError

from .apply import map_records
from .binder_modifiers import external_to_m2o, m2o_to_external
from .compiled import CompiledMapper, default_hook
from .definitions import MappingDefinition, collect_map_methods
from .describe import MappingLine, describe_plan, describe_unknown
from .errors import Place, locate
from .map_child import is_default_map_child
from .map_record import MapOptions, MapRecord, OptionsScope
from .modifier import Modifier, optional, reader
from .paths import read_items
from .plan import Child, Selection, selected_methods, unknown_sources
from .prefetch import wanted_bindings
from .source_fields import Source, source_fields

_logger = logging.getLogger(__name__)


class Mapper(AbstractComponent):
    """Convert a record into values: direct rows, mapping methods, children."""

    _name = "base.mapper"
    _inherit = "base.connector"
    _usage = "mapper"

    direct: Iterable[tuple[Source, str]] = []
    """Rows ``(source, target)``; a source is a field, a dotted path, a modifier."""
    children: Iterable[tuple[str, str, str]] = []
    """Rows ``(source, target, model name)`` for lists of items."""

    _map_methods: Mapping[str, MappingDefinition] = {}
    _map_child_usage: str | None = None
    _map_child_fallback: str | None = None

    _missing_is_empty = False
    """A field that a record lacks is empty, for the rows without a modifier."""

    _options: MapOptions | None = None
    _compiled: CompiledMapper | None = None
    _known_map_children: dict[str, tuple[AbstractComponent, bool]] | None = None

    @classmethod
    def _complete_component_build(cls) -> None:
        super()._complete_component_build()
        cls._map_methods = collect_map_methods(cls)
        cls._compiled_by_model = {}

    @default_hook
    @property
    def map_methods(self) -> Iterator[tuple[Callable[..., Any], MappingDefinition]]:
        """Yield the mapping methods, bound, with their definitions."""
        for name, definition in self._map_methods.items():
            yield getattr(self, name), definition

    @default_hook
    @property
    def options(self) -> MapOptions | None:
        """The options of the mapping that is going on."""
        return self._options

    def changed_by_fields(self) -> set[str]:
        """Return the source fields of the direct rows and of ``changed_by``."""
        declared = (definition.changed_by for __, definition in self.map_methods)
        return self._get_compiled().plan.read_fields().union(*declared)

    def unknown_sources(self) -> list[str]:
        """Return the rows and methods that do not tell which fields they read.

        They run whatever the fields are; so an export listener cannot tell a change
        that matters to them from any other, and every change is exported.
        """
        methods = (
            (getattr(method, "__name__", repr(method)), definition)
            for method, definition in self.map_methods
        )
        return unknown_sources(self._get_compiled().plan.rows, methods)

    def children_sources(self) -> dict[str, str]:
        """Return ``{source: model}`` of the lists of items that are mapped."""
        plan = self._get_compiled().plan
        return {child.source: child.model_name for child in plan.children}

    def describe(self) -> list[MappingLine]:
        """Return the mapping as data: source, target, how, only on create."""
        return describe_plan(self._get_compiled().plan)

    @classmethod
    def describe_class(cls) -> list[MappingLine]:
        """Return the mapping as far as the class tells without a work context."""
        try:
            return describe_plan(CompiledMapper(object.__new__(cls), None).plan)
        except Exception as error:
            _logger.debug("mapper %s needs a work context", cls._name, exc_info=error)
            return describe_unknown(error)

    def prefetch_bindings(self, records: Iterable[Any]) -> None:
        """Have the binders learn at once what the rows of ``records`` will ask.

        One query for each binding model, children included, whatever the number of
        records; what cannot be read is left to the mapping.
        """
        records = list(records)
        plan = self._get_compiled().plan
        for model_name, external_ids in wanted_bindings(plan, self, records).items():
            self.binder_for(model_name).prefetch(external_ids)
        for child in plan.children:
            items = [item for record in records for item in child.items_of(record)]
            if items:
                map_child = self._new_map_child(child.model_name)
                map_child._child_mapper().prefetch_bindings(items)

    @default_hook
    def map_record(self, record: Any, parent: MapRecord | None = None) -> MapRecord:
        """Return ``record`` prepared to be converted."""
        return MapRecord(self, record, parent=parent)

    @default_hook
    def finalize(self, map_record: MapRecord, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values, as the last step may change them."""
        return values

    @default_hook
    def _mapping_options(self, options: MapOptions) -> OptionsScope:
        """Work with ``options`` inside of a ``with`` block."""
        return OptionsScope(self, options)

    @default_hook
    def _apply(
        self, map_record: MapRecord, options: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the values of a record, mapped with ``options``."""
        if not isinstance(options, MapOptions):
            options = MapOptions(options or {})
        with self._mapping_options(options):
            return self._apply_with_options(map_record)

    @default_hook
    def _apply_with_options(self, map_record: MapRecord) -> dict[str, Any]:
        """Return the values of a record, mapped with the options of the mapper."""
        compiled = self._get_compiled()
        selection, methods = self._select(compiled, self.options or {})
        record = map_record.source
        (values,) = map_records(compiled.plan, selection, methods, self, (record,))
        return self._complete(map_record, selection.children, values)

    def _select(
        self, compiled: CompiledMapper, options: Mapping[str, Any]
    ) -> tuple[Selection, list[Callable[..., Any]]]:
        """Return what of the plan runs, and the mapping methods that run, bound."""
        fields = options.get("fields")
        for_create = options.get("for_create")
        selection = compiled.plan.select(fields, for_create)
        if compiled.has_own_map_methods:
            return selection, selected_methods(self.map_methods, fields, for_create)
        return selection, selection.bind_methods(self)

    def _complete(
        self, map_record: MapRecord, children: Iterable[Child], values: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the items of the record and return the values, finalized."""
        child = None
        try:
            for child in children:
                values[child.target] = self._map_child(map_record, *child)
            child = None
            return self.finalize(map_record, values)
        except Exception as error:
            step = "finalize" if child is None else child.step
            located = locate(error, Place(self._name, step), map_record.source)
            if located is error:
                raise
            raise located from error

    def _map_items(
        self, items: Iterable[Any], options: Mapping[str, Any]
    ) -> list[dict[str, Any]] | None:
        """Return the values of many items that are mapped with the same options.

        None where an overridden hook must see each item by itself.
        """
        compiled = self._get_compiled()
        if not compiled.maps_many:
            return None
        selection, methods = self._select(compiled, options)
        previous, self._options = self._options, MapOptions(options)
        try:
            return map_records(compiled.plan, selection, methods, self, items)
        finally:
            self._options = previous

    @default_hook
    def _map_direct(self, record: Any, from_attr: Source, to_attr: str) -> Any:
        """Return the value of one direct row."""
        if isinstance(from_attr, str):
            modifier = self._find_modifier(self._model_fields(), from_attr, to_attr)
            if modifier is None and self._missing_is_empty:
                modifier = optional(from_attr)
            if modifier is None:
                return reader(from_attr)(self, record, to_attr) or False
            from_attr = modifier
        return from_attr(self, record, to_attr)

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        """Return the modifier that a row without any needs nevertheless."""
        return None

    @default_hook
    def _direct_source_field_name(self, direct_entry: Source) -> str | None:
        """Return the source field of a direct row's left side, None if unknown."""
        return next(iter(source_fields(direct_entry)), None)

    @default_hook
    def _map_child(
        self, map_record: MapRecord, from_attr: str, to_attr: str, model_name: str
    ) -> Any:
        """Return the items of one child row, in the form the target expects."""
        items = read_items(map_record.source, from_attr)
        map_child = self._new_map_child(model_name)
        return map_child.get_items(items, map_record, to_attr, options=self.options)

    def _new_map_child(self, model_name: str) -> AbstractComponent:
        """Return a fresh map child; a mapper looks its class up once."""
        known = self._known_map_children
        if known is None:
            known = self._known_map_children = {}
        if model_name not in known:
            map_child = self._get_map_child_component(model_name)
            known[model_name] = map_child, is_default_map_child(map_child)
            return map_child
        map_child, keeps_no_state = known[model_name]
        return map_child if keeps_no_state else type(map_child)(map_child.work)

    def _get_map_child_component(self, model_name: str) -> AbstractComponent:
        """Return the map child of a model, or the default one."""
        if self._map_child_usage is None:
            raise ValueError(
                f"Mapper {self._name} has children but no `_map_child_usage`: inherit "
                "base.import.mapper or base.export.mapper, or set it."
            )
        try:
            return self.component(usage=self._map_child_usage, model_name=model_name)
        except NoComponentError:
            if self._map_child_fallback is None:
                raise
            return self.component_by_name(
                self._map_child_fallback, model_name=model_name
            )

    def _model_fields(self) -> Mapping[str, Any]:
        return self.model._fields if self.work.model_name else {}

    def _get_compiled(self) -> CompiledMapper:
        """Return the plan of the class for the working model."""
        compiled = self._compiled
        if compiled is not None and compiled.is_of(self):
            return compiled
        by_model = vars(type(self)).get("_compiled_by_model")
        if by_model is None:  # a class that no registry built
            by_model = type(self)._compiled_by_model = {}
        compiled = by_model.get(self.work.model_name)
        if compiled is None or not compiled.holds_for(self):
            model = self.model if self.work.model_name else None
            compiled = CompiledMapper(self, model)
            by_model[self.work.model_name] = compiled
        self._compiled = compiled
        return compiled


class ImportMapper(AbstractComponent):
    """Convert an external record into the values of a record."""

    _name = "base.import.mapper"
    _inherit = "base.mapper"
    _usage = "import.mapper"
    _map_child_usage = "import.map.child"
    _map_child_fallback = "base.map.child.import"
    _missing_is_empty = True

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        field = model_fields.get(target)
        is_relation = field is not None and field.type == "many2one"
        return external_to_m2o(optional(source)) if is_relation else None


class ExportMapper(AbstractComponent):
    """Convert a record into the values of an external record."""

    _name = "base.export.mapper"
    _inherit = "base.mapper"
    _usage = "export.mapper"
    _map_child_usage = "export.map.child"
    _map_child_fallback = "base.map.child.export"

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        field = model_fields.get(source)
        is_relation = field is not None and field.type == "many2one"
        return m2o_to_external(source) if is_relation else None
