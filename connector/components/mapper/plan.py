# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rows, methods and children of a mapper, and which of them run."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

from odoo import models

from .definitions import MappingDefinition
from .errors import Place
from .modifier import Change, Read
from .paths import read_items
from .source_fields import Source, field_names


class Row(NamedTuple):
    """One direct row.

    ``read`` makes the target value from the record; where there is none, the record
    is subscripted by ``source`` and the value given to ``change``, if there is one.
    """

    source: Source
    target: str
    change: Change | None
    read: Read | None
    modifier: Source | None
    source_fields: tuple[str, ...]
    how: str
    #: whether ``source_fields`` are all that it reads of the record
    is_known: bool = True

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

    def items_of(self, record: Any) -> Iterable[Any]:
        """Return the items of a record, none if they cannot be read."""
        try:
            return list(read_items(record, self.source) or ())
        except Exception:  # the mapping of this record will say so
            return ()


#: source, target, change and read of a row
Step = tuple[Source, str, "Change | None", "Read | None"]


class Selection(NamedTuple):
    """What of a plan runs for some options, ready for the loop.

    ``field_rows`` do what ``rows`` do, the short way for records of Odoo.
    """

    rows: tuple[Step, ...]
    field_rows: tuple[Step, ...]
    bind_methods: Callable[[Any], tuple[Callable[[Any], Any], ...]]
    children: tuple[Child, ...]


class Plan:
    """A mapper, compiled; immutable.

    ``model`` is the working model, None when it is not known. With
    ``missing_is_empty`` a field that a record lacks counts as empty, where a row
    has no modifier.
    """

    def __init__(
        self,
        name: str,
        rows: Iterable[Row],
        methods: Iterable[Method],
        children: Iterable[Child],
        model: models.BaseModel | None = None,
        missing_is_empty: bool = False,
    ) -> None:
        self.name = name
        self.missing_is_empty = missing_is_empty
        # Odoo's registry has to be freed with its models: plans do not keep them
        is_model = isinstance(model, models.BaseModel)
        self._record_class = weakref.ref(type(model)) if is_model else lambda: None
        self._field_names = frozenset(() if model is None else model._fields)
        self.rows = tuple(rows)
        self.methods = tuple(methods)
        self.children = tuple(children)
        self._select = functools.lru_cache(maxsize=256)(self._select_uncached)

    @property
    def record_class(self) -> type | None:
        """Return the class of the records that are mapped, if they are Odoo's."""
        return self._record_class()

    def select(self, fields: Iterable[str] | None, for_create: Any) -> Selection:
        """Return what runs when ``fields`` are asked for; all of it without any."""
        return self._select(frozenset(fields) if fields else None, bool(for_create))

    def _select_uncached(
        self, fields: frozenset[str] | None, for_create: bool
    ) -> Selection:
        rows = [
            row
            for row in self.rows
            if _is_asked(field_names(row.source_fields), fields)
        ]
        return Selection(
            rows=tuple((row.source, row.target, row.change, row.read) for row in rows),
            field_rows=tuple(
                (row.source, row.target, row.change, self._read_field(row))
                for row in rows
            ),
            bind_methods=_binder(
                [
                    name
                    for name, definition in self.methods
                    if _runs(definition, fields, for_create)
                ]
            ),
            children=tuple(
                child
                for child in self.children
                if _is_asked(field_names((child.source,)), fields)
            ),
        )

    def _read_field(self, row: Row) -> Read | None:
        """Return how to read a row from a record of the working model."""
        if row.read is not None or row.source not in self._field_names:
            return row.read
        get = attrgetter(row.source)
        change = row.change
        if change is None:
            return lambda mapper, record, to_attr: get(record) or False
        return lambda mapper, record, to_attr: change(get(record))

    def read_fields(self) -> set[str]:
        """Return the names of the source fields that the direct rows read."""
        return set(self._read_fields)

    @functools.cached_property
    def _read_fields(self) -> frozenset[str]:
        names: frozenset[str] = frozenset()
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


def unknown_sources(
    rows: Iterable[Row], methods: Iterable[tuple[str, MappingDefinition]]
) -> list[str]:
    """Return the steps of an update that do not tell which fields they read."""
    return [row.step for row in rows if not row.is_known] + [
        f"method {name}"
        for name, definition in methods
        if not (definition.changed_by or definition.only_create)
    ]


def _binder(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function that gives the attributes of an object, always a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if names:
        (name,) = names
        return lambda mapper: (getattr(mapper, name),)
    return lambda mapper: ()


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
