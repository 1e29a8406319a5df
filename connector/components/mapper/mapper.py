# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers, which convert a record of one system into values for the other.

One record passes through::

    map_record(record)            MapRecord: the record and its parent
      .values(fields=…)
        _apply                    enters the options
          _apply_with_options     direct rows, then mapping methods: Plan.map_records
            _map_child            children rows, each by a map child
            finalize              the last changes to the values

Later steps win over earlier ones. See :mod:`.plan` for how a class is compiled.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component.exception import NoComponentError

from .decorators import MappingDefinition, collect_map_methods, default_hook
from .errors import Place, locate
from .map_child import is_default_map_child
from .map_record import MapOptions, MapRecord, OptionsScope
from .modifier import Modifier, Source, optional, read_items, reader, source_fields
from .plan import Plan
from .rows import Child, MappingLine, describe_methods, describe_step

_logger = logging.getLogger(__name__)


class Mapper(AbstractComponent):
    """Mapper that converts a record into values."""

    _name = "base.mapper"
    _inherit = "base.connector"
    _usage = "mapper"

    direct: Iterable[tuple[Source, str]] = []
    """Rows ``(source, target)``; a source is a field, a dotted path, a modifier."""
    children: Iterable[tuple[str, str, str]] = []
    """Rows ``(source, target, model name)`` for lists of items."""

    #: mapping methods, by their decorators
    _map_methods: Mapping[str, MappingDefinition] = {}
    _map_child_usage: str | None = None  #: usage of the map child
    _map_child_fallback: str | None = None  #: its name, if none is found

    _missing_is_empty = False
    """Whether a field that a record lacks is empty, in rows without a modifier."""

    _options: MapOptions | None = None
    _plan: Plan | None = None
    _known_map_children: dict[str, tuple[AbstractComponent, bool]] | None = None

    @classmethod
    def _complete_component_build(cls) -> None:
        super()._complete_component_build()
        cls._map_methods = collect_map_methods(cls)
        cls._plans = {}

    @default_hook
    @property
    def map_methods(self) -> Iterator[tuple[Callable[..., Any], MappingDefinition]]:
        """Yield the bound mapping methods and their definitions."""
        for name, definition in self._map_methods.items():
            yield getattr(self, name), definition

    @default_hook
    @property
    def options(self) -> MapOptions | None:
        """Options of the current mapping."""
        return self._options

    # -- description ------------------------------------------------------------

    def changed_by_fields(self) -> set[str]:
        """Return the source fields of the direct rows and of ``changed_by``."""
        declared = (definition.changed_by for __, definition in self.map_methods)
        return set(self._get_plan().read_fields).union(*declared)

    def unknown_sources(self) -> list[str]:
        """Return the rows and methods whose source fields are unknown.

        They always run, so with one of them every change of a record is exported.
        """
        rows = [row.step for row in self._get_plan().rows if not row.is_known]
        return rows + [
            f"method {getattr(method, '__name__', repr(method))}"
            for method, definition in self.map_methods
            if not (definition.changed_by or definition.only_create)
        ]

    def children_sources(self) -> dict[str, str]:
        """Return ``{source: model name}`` of the children rows."""
        return {child.source: child.model_name for child in self._get_plan().children}

    def describe(self) -> list[MappingLine]:
        """Return the mapping as data: source, target, how, only on create."""
        return self._get_plan().describe()

    @classmethod
    def describe_class(cls) -> list[MappingLine]:
        """Return the mapping as far as it is known without a work context.

        Rows that a property computes are one line that says so.
        """
        try:
            return Plan(object.__new__(cls), None).describe()
        except Exception as error:
            _logger.debug("mapper %s needs a work context", cls._name, exc_info=error)
            rows = describe_step([], "", "rows that the mapper computes for each model")
            return [rows, *describe_methods(cls._map_methods)]

    def prefetch_bindings(self, records: Iterable[Any]) -> None:
        """Prefetch the records that mapping these records looks up.

        One query for each binding model and each ``record_by``, children included. A
        value that cannot be read is ignored.
        """
        records = list(records)
        plan = self._get_plan()
        wanted: dict[str, dict[Any, None]] = defaultdict(dict)
        for target, modifier in plan.bound_rows:
            if external_ids := modifier.external_ids(self, records, target):
                wanted[modifier.binding_model(self, target)].update(external_ids)
        for model_name, external_ids in wanted.items():
            self.binder_for(model_name).prefetch(external_ids)
        for target, modifier in plan.searching_rows:
            modifier.prefetch(self, records, target)
        for child in plan.children:
            items = [item for record in records for item in child.items_of(record)]
            if items:
                map_child = self._new_map_child(child.model_name)
                map_child._child_mapper().prefetch_bindings(items)

    def external_references(self, records: Iterable[Any]) -> dict[str, list[Any]]:
        """Return ``{binding model: external ids}`` that the many2one rows look up."""
        records, plan = list(records), self._get_plan()
        found: dict[str, dict[Any, None]] = defaultdict(dict)
        for target, modifier in plan.bound_rows:
            binding_model = modifier.binding_model(self, target)
            found[binding_model].update(modifier.external_ids(self, records, target))
        for child in plan.children:
            items = [item for record in records for item in child.items_of(record)]
            mapper = self._new_map_child(child.model_name)._child_mapper()
            for binding_model, ids in mapper.external_references(items).items():
                found[binding_model].update(dict.fromkeys(ids))
        return {binding_model: list(ids) for binding_model, ids in found.items()}

    # -- mapping ----------------------------------------------------------------

    @default_hook
    def map_record(self, record: Any, parent: MapRecord | None = None) -> MapRecord:
        """Return ``record`` prepared for conversion."""
        return MapRecord(self, record, parent=parent)

    @default_hook
    def finalize(self, map_record: MapRecord, values: dict[str, Any]) -> dict[str, Any]:
        """Return the final values."""
        return values

    @default_hook
    def _mapping_options(self, options: MapOptions) -> OptionsScope:
        """Return the context manager in which ``options`` are the mapper's options."""
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
        """Return the values of a record, mapped with the mapper's options."""
        plan = self._get_plan()
        selection, methods = plan.select(self, self.options or {})
        record = map_record.source
        (values,) = plan.map_records(selection, methods, self, (record,))
        return self._complete(map_record, selection.children, values)

    def _complete(
        self, map_record: MapRecord, children: Iterable[Child], values: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the items of the record and return the final values."""
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
        """Return the values of items that are mapped with the same options.

        None if an overridden hook must see each item separately.
        """
        plan = self._get_plan()
        if not plan.maps_many:
            return None
        selection, methods = plan.select(self, options)
        previous, self._options = self._options, MapOptions(options)
        try:
            return plan.map_records(selection, methods, self, items)
        finally:
            self._options = previous

    @default_hook
    def _map_direct(self, record: Any, from_attr: Source, to_attr: str) -> Any:
        """Return the value of one direct row."""
        if isinstance(from_attr, str):
            fields = self.model._fields if self.work.model_name else {}
            modifier = self._find_modifier(fields, from_attr, to_attr)
            if modifier is None and self._missing_is_empty:
                modifier = optional(from_attr)
            if modifier is None:
                return reader(from_attr)(self, record, to_attr) or False
            from_attr = modifier
        return from_attr(self, record, to_attr)

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        """Return the modifier that a row without one needs for the types of fields."""
        return None

    @default_hook
    def _direct_source_field_name(self, direct_entry: Source) -> str | None:
        """Return the source field of a direct row's left side, None if unknown."""
        return next(iter(source_fields(direct_entry)), None)

    @default_hook
    def _map_child(
        self, map_record: MapRecord, from_attr: str, to_attr: str, model_name: str
    ) -> Any:
        """Return the items of one children row in the form of the target."""
        items = read_items(map_record.source, from_attr)
        map_child = self._new_map_child(model_name)
        return map_child.get_items(items, map_record, to_attr, options=self.options)

    def _new_map_child(self, model_name: str) -> AbstractComponent:
        """Return a map child without state; each mapper looks its class up once."""
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

    def _get_plan(self) -> Plan:
        """Return the plan of the class for the working model."""
        plan = self._plan
        if plan is not None and plan.is_of(self):
            return plan
        model_name = self.work.model_name
        plans = vars(type(self)).get("_plans")
        if plans is None:  # a class outside of any registry
            plans = type(self)._plans = {}
        plan = plans.get(model_name)
        if plan is None or not plan.is_valid_for(self):
            plan = plans[model_name] = Plan(self, self.model if model_name else None)
        self._plan = plan
        return plan
