# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compile a mapper class into a plan once, and apply the plan to each record.

::

    Mapper class                Plan                     Selection
    ------------                ----                     ---------
    direct          compile     rows         select      rows        map_records
    _map_methods   -------->    methods     -------->    methods    ------------> values
    children        once a      children     once for    children    each record
    hooks           model                    (fields,
                                             for_create)

What a row needs is decided when the row is compiled: the loop over the rows only
subscripts the record, or calls one function.

A hook that nobody overrides is compiled away, see :mod:`.decorators`.

A plan belongs to a class and a model. It is valid while ``direct``, ``children``, the
mapping methods and the hooks are those it was compiled from. ``is_of`` checks that by
identity, for each record; ``is_valid_for`` by equality, once for each mapper instance.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from operator import attrgetter
from types import GeneratorType
from typing import Any, NamedTuple

from odoo import models

from .decorators import MappingDefinition, is_default
from .errors import Place, locate
from .modifier import Change, Read, Source, find_modifier
from .odoo_modifiers import ExternalToM2o
from .record_by import RecordBy
from .rows import (
    Child,
    MappingLine,
    Row,
    compile_children,
    compile_rows,
    describe_methods,
)

#: with one of them overridden, a mapper must see each record separately
PER_RECORD_HOOKS = (
    "_apply",
    "_apply_with_options",
    "_mapping_options",
    "finalize",
    "map_record",
    "options",
)
HOOKS = (
    *PER_RECORD_HOOKS,
    "_direct_source_field_name",
    "_map_direct",
    "map_methods",
)
_get_hooks = attrgetter(*HOOKS)

#: source, target, change and read of a row
Step = tuple[Source, str, "Change | None", "Read | None"]


class Selection(NamedTuple):
    """Rows, methods and children that run for some options.

    ``field_rows`` are the rows for records of Odoo, whose fields are read as
    attributes, which is faster than subscripting.
    """

    rows: tuple[Step, ...]
    field_rows: tuple[Step, ...]
    bind_methods: Callable[[Any], Iterable[Callable[[Any], Any]]]
    children: tuple[Child, ...]


class Plan:
    """Mapper class compiled for one model; immutable.

    :param model: working model of the mapper, None if it is not known
    """

    def __init__(self, mapper: Any, model: models.BaseModel | None) -> None:
        cls = type(mapper)
        self._direct, self._children = mapper.direct, mapper.children
        self._map_methods = mapper._map_methods
        direct, children = copy(self._direct), copy(self._children)
        self.methods = dict(self._map_methods)
        self._snapshot = direct, children, self.methods
        self._hooks = _get_hooks(cls)
        self.name = mapper._name or cls.__name__
        self.missing_is_empty = mapper._missing_is_empty
        self._has_own_map_methods = not is_default(cls, "map_methods")
        self.maps_many = not children and is_default(cls, *PER_RECORD_HOOKS)
        # weak, so that the classes of a replaced registry of Odoo are freed
        is_model = isinstance(model, models.BaseModel)
        self._record_class = weakref.ref(type(model)) if is_model else lambda: None
        model_fields = {} if model is None else model._fields
        self._field_names = frozenset(model_fields)
        overridden = (
            None if is_default(cls, name) else getattr(cls, name)
            for name in ("_direct_source_field_name", "_map_direct")
        )
        self.rows = tuple(compile_rows(mapper, direct, model_fields, *overridden))
        self.children = tuple(compile_children(mapper, children))
        #: ``(target, modifier)`` of the rows that ask a binder
        self.bound_rows: list[tuple[str, ExternalToM2o]] = [
            (row.target, modifier)
            for row in self.rows
            if (modifier := find_modifier(row.modifier, ExternalToM2o))
        ]
        #: ``(target, modifier)`` of the rows that search for a natural key
        self.searching_rows: list[tuple[str, RecordBy]] = [
            (row.target, modifier)
            for row in self.rows
            if (modifier := find_modifier(row.modifier, RecordBy))
        ]
        self.read_fields: frozenset[str] = frozenset().union(
            *(row.names for row in self.rows)
        )
        self._select = functools.lru_cache(maxsize=256)(self._select_uncached)

    def is_of(self, mapper: Any) -> bool:
        """Return whether the plan was compiled from these very attributes."""
        return (
            self._direct is mapper.direct
            and self._children is mapper.children
            and self._map_methods is mapper._map_methods
        )

    def is_valid_for(self, mapper: Any) -> bool:
        """Return whether attributes and hooks equal those of the compilation."""
        attributes = mapper.direct, mapper.children, mapper._map_methods
        return self._snapshot == attributes and self._hooks == _get_hooks(type(mapper))

    def describe(self) -> list[MappingLine]:
        """Return the steps in their order; the targets of a method are not known."""
        return [
            *(row.description for row in self.rows),
            *describe_methods(self.methods),
            *(child.description for child in self.children),
        ]

    # -- select -----------------------------------------------------------------

    def select(
        self, mapper: Any, options: Mapping[str, Any]
    ) -> tuple[Selection, Iterable[Callable[..., Any]]]:
        """Return what runs for ``options``, and the bound mapping methods that run."""
        asked, for_create = options.get("fields"), bool(options.get("for_create"))
        fields = frozenset(asked) if asked else None
        selection = self._select(fields, for_create)
        if not self._has_own_map_methods:
            return selection, selection.bind_methods(mapper)
        return selection, [
            method
            for method, definition in mapper.map_methods
            if _runs(definition, fields, for_create)
        ]

    def _select_uncached(
        self, fields: frozenset[str] | None, for_create: bool
    ) -> Selection:
        rows = [row for row in self.rows if _is_selected(row.names, fields)]
        names = [
            name
            for name, definition in self.methods.items()
            if _runs(definition, fields, for_create)
        ]
        return Selection(
            rows=tuple((row.source, row.target, row.change, row.read) for row in rows),
            field_rows=tuple(
                (row.source, row.target, row.change, self._read_attribute(row))
                for row in rows
            ),
            bind_methods=_method_getter(names),
            children=tuple(
                child for child in self.children if _is_selected(child.names, fields)
            ),
        )

    def _read_attribute(self, row: Row) -> Read | None:
        """Return how to read a row from a record of the working model."""
        if row.read is not None or row.source not in self._field_names:
            return row.read
        get, change = attrgetter(row.source), row.change
        if change is None:
            return lambda mapper, record, to_attr: get(record) or False
        return lambda mapper, record, to_attr: change(get(record))

    # -- apply ------------------------------------------------------------------

    def map_records(
        self,
        selection: Selection,
        methods: Iterable[Callable[[Any], Any]],
        mapper: Any,
        records: Iterable[Any],
    ) -> list[dict[str, Any]]:
        """Return the values of each record: selected rows, then the bound methods."""
        record_class = self._record_class()
        mapped = []
        record = source = target = method = None
        try:
            for record in records:
                method = None
                is_record = record.__class__ is record_class
                rows = selection.field_rows if is_record else selection.rows
                # a record that only methods read need not be subscriptable
                get = getattr(record, "__getitem__", None)
                if self.missing_is_empty:
                    get = getattr(record, "get", get)
                values = {}
                for source, target, change, read in rows:
                    if read is None:
                        if change is None:
                            values[target] = get(source) or False
                        else:
                            values[target] = change(record[source])
                    else:
                        values[target] = read(mapper, record, target)
                for method in methods:
                    if produced := method(record):
                        is_dict = isinstance(produced, dict)
                        values.update(produced if is_dict else _generated(produced))
                mapped.append(values)
        except Exception as error:
            located = locate(error, self._place(source, target, method), record)
            if located is error:
                raise
            raise located from error
        return mapped

    def _place(
        self, source: Source, target: str, method: Callable[..., Any] | None
    ) -> Place:
        """Return the current step of the loop over rows, then methods."""
        if method is None:
            row = next(
                row
                for row in self.rows
                if row.source is source and row.target is target
            )
            return Place(self.name, row.step, row.source_fields)
        name = getattr(method, "__name__", repr(method))
        definition = self.methods.get(name)
        changed_by = sorted(definition.changed_by) if definition else ()
        return Place(self.name, f"method {name}", tuple(changed_by))


def _method_getter(names: list[str]) -> Callable[[Any], Iterable[Any]]:
    """Return the function that returns these attributes of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda mapper: [getattr(mapper, name) for name in names]


def _runs(
    definition: MappingDefinition, fields: frozenset[str] | None, for_create: Any
) -> bool:
    if definition.only_create and not for_create:
        return False
    return _is_selected(definition.changed_by, fields)


def _is_selected(names: Iterable[str], fields: frozenset[str] | None) -> bool:
    """Return whether a step that reads ``names`` runs; always if they are unknown."""
    return fields is None or not names or not fields.isdisjoint(names)


def _generated(produced: Any) -> dict[str, Any]:
    """Return the values that a mapping method yields; later pairs win."""
    if not isinstance(produced, GeneratorType):
        raise ValueError(
            "a mapping method returns a dict, nothing, or yields pairs of a field and "
            f"a value; it returned {produced!r}"
        )
    values = {}
    for pair in produced:
        try:
            field, value = pair
        except (TypeError, ValueError):
            raise ValueError(
                f"a mapping method yields pairs of a field and a value, not {pair!r}"
            ) from None
        values[field] = value
    return values
