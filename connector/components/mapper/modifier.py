# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The object that stands on the left of a direct row and knows what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from .paths import read_path
from .source_fields import Source, source_fields

#: ``(mapper, record, to_attr)`` → value
Read = Callable[[Any, Any, str], Any]
#: source value → target value
Change = Callable[[Any], Any]


def reader(source: Source) -> Read:
    """Return the function that reads ``source``, as short a way as there is."""
    if isinstance(source, Modifier) and type(source).__call__ is Modifier.__call__:
        return source.read
    if callable(source):
        return source
    if "." in source:
        return lambda mapper, record, to_attr: read_path(record, source)
    return lambda mapper, record, to_attr: record[source]


class Modifier:
    """Turn a source value into a target value; ``field`` may be a modifier too.

    ``build(read, keeps_falsy)`` makes the function that does the work out of the
    one that reads the source value.
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
        """The first of the source fields, None when nothing tells."""
        return self.source_fields[0] if self.source_fields else None

    def keeping_falsy(self) -> Modifier:
        """Return the same modifier, down to the innermost, passing 0 and "" on."""
        inner = self.field
        if isinstance(inner, Modifier):
            inner = inner.keeping_falsy()
        kept = copy(self)
        kept._bind(inner, keeps_falsy=True)
        return kept


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
    """A modifier that looks at nothing but the value.

    ``build(keeps_falsy)`` makes the function that changes the value.
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
        """Tell whether the value is that of a field, without a path or a modifier."""
        return isinstance(self.field, str) and "." not in self.field


def describe_source(source: Source) -> str:
    """Return how ``source`` makes its value, the outermost modifier first."""
    if isinstance(source, str):
        return "direct"
    if not isinstance(source, Modifier):
        return _describe_function(source)
    steps = [source.how]
    if source.keeps_falsy and not getattr(source.field, "keeps_falsy", False):
        steps.append("keep_falsy")
    if callable(source.field):
        steps.append(describe_source(source.field))
    return " ← ".join(step for step in dict.fromkeys(steps) if step)


def _describe_function(function: Callable[..., Any]) -> str:
    """Return what a function says it does, or the name of what made it."""
    how = getattr(function, "how", None)
    if how is not None:
        return how
    function = getattr(function, "func", function)
    name = getattr(function, "__qualname__", type(function).__name__)
    return name.partition(".<locals>")[0]


def is_missing(value: Any) -> bool:
    """Tell whether there is no value at all: 0 and 0.0 are values."""
    return value is None or value is False or (isinstance(value, str) and not value)


def is_empty(value: Any, keeps_falsy: bool) -> bool:
    """Tell whether ``value`` has nothing to be converted."""
    return is_missing(value) if keeps_falsy else not value
