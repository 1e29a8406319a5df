# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Left side of a direct row: which fields it reads, and how it makes a value.

The left side, a *source*, has one of these forms::

    "name"                     a field
    "address.city"             a path into nested dicts, or over relations
    convert("qty", float)      a Modifier, possibly around another source
    function                   any (mapper, record, to_attr) -> value

``source_fields`` finds the names of the fields, by which a partial export selects its
rows. ``reader`` returns the function that reads a source. A :class:`Modifier` binds
that function once, when it is made, so mapping a record calls no method of it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from odoo import models

#: ``(mapper, record, to_attr)`` → value
Read = Callable[[Any, Any, str], Any]
#: source value → target value
Change = Callable[[Any], Any]
Source = str | Read


# -- which fields a source reads ------------------------------------------------


def source_fields(source: Source) -> tuple[str, ...]:
    """Return the names of the fields that ``source`` reads, in order; () if unknown.

    The names of a callable come from its ``source_fields`` or ``source_field``
    attribute, from the arguments that a ``functools.partial`` fixes, or from the free
    variable ``field`` of a closure.
    """
    if isinstance(source, str):
        return (source,)
    if not callable(source):
        return ()
    names = getattr(source, "source_fields", None)
    if names is not None:
        return tuple(names)
    name = getattr(source, "source_field", None)
    if name is not None:
        return (name,)
    if isinstance(source, functools.partial):
        return _fields_of_partial(source)
    return _fields_of_closure(source)


def _fields_of_partial(source: functools.partial) -> tuple[str, ...]:
    for keyword in ("source_field", "field"):
        if keyword in source.keywords:
            return source_fields(source.keywords[keyword])
    try:
        parameters = inspect.signature(source.func).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    names = [
        parameter.name
        for parameter in parameters
        if parameter.kind <= parameter.POSITIONAL_OR_KEYWORD
    ][: len(source.args)]
    if "field" in names:
        return source_fields(source.args[names.index("field")])
    return source_fields(source.func)


def _fields_of_closure(source: Read) -> tuple[str, ...]:
    """Return the fields that the free variable ``field`` of a function names."""
    function = inspect.unwrap(source)
    code = getattr(function, "__code__", None)
    closure = getattr(function, "__closure__", None) or ()
    if code is None or "field" not in code.co_freevars:
        return ()
    cell = closure[code.co_freevars.index("field")]
    try:
        return source_fields(cell.cell_contents)
    except ValueError:  # the cell is still empty
        return ()


def field_names(names: tuple[str, ...]) -> frozenset[str]:
    """Return ``names``, and of each dotted path the first field as well."""
    return frozenset(names) | {name.partition(".")[0] for name in names if name}


def reads_the_record(source: Source) -> bool:
    """Return False if the innermost source has ``reads_record = False``."""
    while not isinstance(source, str):
        if getattr(source, "reads_record", True) is False:
            return False
        inner = getattr(source, "field", None)
        if inner is None or inner is source:
            return True
        source = inner
    return True


# -- read a source --------------------------------------------------------------


def reader(source: Source) -> Read:
    """Return the function that reads ``source``, without indirection."""
    if isinstance(source, Modifier) and type(source).__call__ is Modifier.__call__:
        return source.read
    if callable(source):
        return source
    if "." in source:
        return lambda mapper, record, to_attr: read_path(record, source)
    return lambda mapper, record, to_attr: record[source]


def read_path(record: Any, path: str) -> Any:
    """Return the value at a dotted path, False where the path ends early.

    A key of the record that contains the dots itself wins.

    :raise KeyError: a step of the path does not exist
    """
    if isinstance(record, models.BaseModel):
        for step in path.split("."):
            record = record[step]
        return record
    if path in record:
        return record[path]
    value = record
    done: list[str] = []
    for step in path.split("."):
        if value is None or value is False:
            return False
        if not isinstance(value, Mapping):
            raise KeyError(
                f"cannot follow {step!r} of the source path {path!r}: "
                f"{'.'.join(done)!r} is {type(value).__name__}, not a dict"
            )
        if step not in value:
            raise KeyError(
                f"no {step!r} on the source path {path!r}; "
                f"{'.'.join(done) or 'the record'} has: "
                + ", ".join(sorted(map(str, value)))
            )
        value = value[step]
        done.append(step)
    return value


def read_items(record: Any, path: str) -> Any:
    """Return the items of a record, at a field or a path."""
    return read_path(record, path) if "." in path else record[path]


# -- modifiers ------------------------------------------------------------------


class Modifier:
    """Source that makes the target value from the value of another source.

    ``build(read, keeps_falsy)`` returns the function that makes the target value;
    ``read`` reads ``field``, which may be a modifier itself.
    """

    __slots__ = ("_build", "field", "how", "keeps_falsy", "read", "source_fields")

    def __init__(
        self,
        field: Source,
        build: Callable[[Read, bool], Read],
        how: str,
        *,
        source_field: str | None = None,
        keeps_falsy: bool = False,
    ) -> None:
        self._build = build
        self.how = how
        self.source_fields = (source_field,) if source_field else source_fields(field)
        self._bind(field, keeps_falsy)

    def _bind(self, field: Source, keeps_falsy: bool) -> None:
        self.field = field
        self.keeps_falsy = keeps_falsy or getattr(field, "keeps_falsy", False)
        self.read = self._build(reader(field), self.keeps_falsy)

    def __call__(self, mapper: Any, record: Any, to_attr: str) -> Any:
        return self.read(mapper, record, to_attr)

    def __repr__(self) -> str:
        return describe_source(self)

    @property
    def source_field(self) -> str | None:
        """The first source field, None if unknown."""
        return self.source_fields[0] if self.source_fields else None

    def keeping_falsy(self) -> Modifier:
        """Return a copy that passes 0 and "" on, as do all the modifiers inside."""
        inner = self.field
        if isinstance(inner, Modifier):
            inner = inner.keeping_falsy()
        kept = copy(self)
        kept._bind(inner, keeps_falsy=True)
        return kept


def find_modifier(source: Any, kind: type[Modifier]) -> Any:
    """Return the modifier of a kind among those of a source, None if there is none."""
    while isinstance(source, Modifier):
        if isinstance(source, kind):
            return source
        source = source.field
    return None


def optional(field: str) -> Modifier:
    """Read a field that counts as empty where the record lacks it."""

    def build(read: Read, keeps_falsy: bool) -> Read:
        def read_optional(mapper: Any, record: Any, to_attr: str) -> Any:
            if "." not in field and isinstance(record, Mapping):
                return record.get(field) or False
            return read(mapper, record, to_attr) or False

        return read_optional

    return Modifier(field, build, "")


class ValueModifier(Modifier):
    """Modifier that needs nothing but the value.

    ``build(keeps_falsy)`` returns the function that changes the value.
    """

    __slots__ = ()

    def __init__(
        self,
        field: Source,
        build: Callable[[bool], Change],
        how: str,
        *,
        source_field: str | None = None,
        keeps_falsy: bool = False,
    ) -> None:
        def build_read(read: Read, keeps_falsy: bool) -> Read:
            change = build(keeps_falsy)

            def read_changed(mapper: Any, record: Any, to_attr: str) -> Any:
                return change(read(mapper, record, to_attr))

            read_changed.change = change
            return read_changed

        super().__init__(
            field, build_read, how, source_field=source_field, keeps_falsy=keeps_falsy
        )

    @property
    def change(self) -> Change:
        """The function that changes the value."""
        return self.read.change

    @property
    def is_plain(self) -> bool:
        """Whether the source is a field: neither a path nor a modifier."""
        return isinstance(self.field, str) and "." not in self.field


def describe_source(source: Source) -> str:
    """Return how ``source`` makes its value, the outermost modifier first."""
    if isinstance(source, str):
        return "direct"
    if not isinstance(source, Modifier):
        how = getattr(source, "how", None)
        function = getattr(source, "func", source)
        name = getattr(function, "__qualname__", type(function).__name__)
        return name.partition(".<locals>")[0] if how is None else how
    steps = [source.how]
    if source.keeps_falsy and not getattr(source.field, "keeps_falsy", False):
        steps.append("keep_falsy")
    if callable(source.field):
        steps.append(describe_source(source.field))
    return " ← ".join(step for step in dict.fromkeys(steps) if step)


def is_missing(value: Any) -> bool:
    """Return whether there is no value: 0 and 0.0 are values."""
    return value is None or value is False or (isinstance(value, str) and not value)


def is_empty(value: Any, keeps_falsy: bool) -> bool:
    """Return whether there is nothing to convert."""
    return is_missing(value) if keeps_falsy else not value
