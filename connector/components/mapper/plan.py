# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compile a mapper into rows, methods and children, and apply them in a loop.

Knows no component: a mapper is whatever has the published attributes and hooks.
A hook that a subclass overrides is called; the short way is taken otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from types import GeneratorType
from typing import Any, NamedTuple

from .definitions import MappingDefinition
from .errors import Place, locate
from .modifier import Change, Modifier, Read, ValueModifier, describe_source, reader
from .source_fields import Source, field_names, source_fields


class Row(NamedTuple):
    """One direct row.

    ``read`` makes the target value from the record; where there is none, the record
    is subscripted by ``source`` and the value given to ``change``, if there is one.
    """

    source: Source
    target: str
    change: Change | None
    read: Read | None
    source_fields: tuple[str, ...]
    how: str

    @property
    def step(self) -> str:
        source = ", ".join(self.source_fields) or "?"
        return f"row {source} → {self.target} ({self.how})"


class Method(NamedTuple):
    """One mapping method."""

    name: str
    definition: MappingDefinition


class Child(NamedTuple):
    """Items of the record, converted by the mapper of another model."""

    source: str
    target: str
    model_name: str

    @property
    def step(self) -> str:
        return f"children {self.source} → {self.target} (model {self.model_name})"


class Selection(NamedTuple):
    """What of a plan runs for some options, ready for the loop."""

    rows: tuple[tuple[Source, str, Change | None, Read | None], ...]
    methods: tuple[str, ...]
    children: tuple[Child, ...]


class Plan:
    """A mapper, compiled; immutable."""

    def __init__(
        self,
        name: str,
        rows: Iterable[Row],
        methods: Iterable[Method],
        children: Iterable[Child],
    ) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.methods = tuple(methods)
        self.children = tuple(children)
        self._select = functools.lru_cache(maxsize=256)(self._select_uncached)

    def select(self, fields: Iterable[str] | None, for_create: Any) -> Selection:
        """Return what runs when ``fields`` are asked for; all of it without any."""
        return self._select(frozenset(fields) if fields else None, bool(for_create))

    def _select_uncached(
        self, fields: frozenset[str] | None, for_create: bool
    ) -> Selection:
        return Selection(
            rows=tuple(
                (row.source, row.target, row.change, row.read)
                for row in self.rows
                if _is_asked(field_names(row.source_fields), fields)
            ),
            methods=tuple(
                name
                for name, definition in self.methods
                if _runs(definition, fields, for_create)
            ),
            children=tuple(
                child
                for child in self.children
                if _is_asked(field_names((child.source,)), fields)
            ),
        )

    def read_fields(self) -> set[str]:
        """Return the names of the source fields that the direct rows read."""
        names: set[str] = set()
        return names.union(*(field_names(row.source_fields) for row in self.rows))

    def place(
        self, source: Source, target: str, method: Callable[..., Any] | None
    ) -> Place:
        """Return where a loop over rows, then methods, stands."""
        if method is None:
            row = next(
                row
                for row in self.rows
                if row.source is source and row.target is target
            )
            return Place(self.name, row.step, row.source_fields)
        name = getattr(method, "__name__", repr(method))
        definition = dict(self.methods).get(name)
        changed_by = sorted(definition.changed_by) if definition else ()
        return Place(self.name, f"method {name}", tuple(changed_by))


def compile_rows(
    direct: Iterable[tuple[Source, str]],
    *,
    name: str,
    find_source_field: Callable[[Source], str | None] | None = None,
    map_direct: Callable[[Any, Any, Source, str], Any] | None = None,
    find_modifier: Callable[[str, str], Modifier | None] = lambda source, target: None,
) -> list[Row]:
    """Return the rows of ``direct``.

    ``find_source_field`` and ``map_direct`` are the hooks, where overridden;
    ``find_modifier`` gives the modifier of a row that has none, if it needs one.

    :raise ValueError: a row is no pair of a source and a target
    """
    rows = []
    for entry in direct:
        try:
            source, target = entry
        except (TypeError, ValueError):
            raise ValueError(
                f"Mapper {name}: a row of `direct` is a pair (source, target), "
                f"found {entry!r}."
            ) from None
        modifier = find_modifier(source, target) if isinstance(source, str) else source
        if find_source_field is None:
            names = source_fields(source)
        else:
            names = tuple(filter(None, (find_source_field(source),)))
        how = describe_source(source if modifier is None else modifier)
        if map_direct is not None:
            row = Row(source, target, None, _hooked(map_direct, source), names, how)
        elif isinstance(modifier, ValueModifier) and modifier.is_plain:
            row = Row(modifier.field, target, modifier.change, None, names, how)
        elif modifier is not None:
            row = Row(source, target, None, reader(modifier), names, how)
        else:
            row = Row(source, target, None, _dotted(source), names, how)
        rows.append(row)
    return rows


def _hooked(map_direct: Callable[..., Any], source: Source) -> Read:
    def read(mapper: Any, record: Any, to_attr: str) -> Any:
        return map_direct(mapper, record, source, to_attr)

    return read


def _dotted(source: str) -> Read | None:
    """Return the reader of a dotted path; a plain field needs none."""
    if "." not in source:
        return None
    read_source = reader(source)

    def read(mapper: Any, record: Any, to_attr: str) -> Any:
        return read_source(mapper, record, to_attr) or False

    return read


def compile_children(
    children: Iterable[tuple[str, str, str]], name: str
) -> list[Child]:
    """Return the children rows.

    :raise ValueError: a row is no triple of a source, a target and a model
    """
    compiled = []
    for entry in children:
        try:
            compiled.append(Child(*entry))
        except TypeError:
            raise ValueError(
                f"Mapper {name}: a row of `children` is (source, target, model name), "
                f"found {entry!r}."
            ) from None
    return compiled


def selected_methods(
    methods: Iterable[tuple[Callable[..., Any], MappingDefinition]],
    fields: Iterable[str] | None,
    for_create: Any,
) -> list[Callable[..., Any]]:
    """Return those of ``methods`` that run for the options."""
    asked = frozenset(fields) if fields else None
    return [
        method for method, definition in methods if _runs(definition, asked, for_create)
    ]


def _runs(
    definition: MappingDefinition, fields: frozenset[str] | None, for_create: Any
) -> bool:
    if definition.only_create and not for_create:
        return False
    return _is_asked(definition.changed_by, fields)


def _is_asked(names: Iterable[str], fields: frozenset[str] | None) -> bool:
    """Tell whether what reads ``names`` runs; it always does if they are unknown."""
    return fields is None or not names or not fields.isdisjoint(names)


def map_records(
    plan: Plan,
    selection: Selection,
    methods: Iterable[Callable[[Any], Any]],
    mapper: Any,
    records: Iterable[Any],
) -> list[dict[str, Any]]:
    """Return the values of each record: the selected rows, then the bound methods."""
    rows = selection.rows
    mapped = []
    record = source = target = method = None
    try:
        for record in records:
            method = None
            values = {}
            for source, target, change, read in rows:
                if read is not None:
                    values[target] = read(mapper, record, target)
                elif change is None:
                    values[target] = record[source] or False
                else:
                    values[target] = change(record[source])
            for method in methods:
                produced = method(record)
                if isinstance(produced, dict):
                    values.update(produced)
                elif produced:
                    values.update(_generated(produced))
            mapped.append(values)
    except Exception as error:
        place = plan.place(source, target, method)
        located = locate(error, place, record)
        if located is error:
            raise
        raise located from error
    return mapped


def _generated(produced: Any) -> dict[str, Any]:
    """Return what a mapping method yields; later pairs win."""
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
