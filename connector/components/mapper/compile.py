# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Turn what a class declares into the rows of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .modifier import Modifier, Read, ValueModifier, describe_source, reader
from .plan import Child, Row
from .source_fields import Source, reads_the_record, source_fields


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
        field, change, read = source, None, None
        if map_direct is not None:
            read = _hooked(map_direct, source)
        elif isinstance(modifier, ValueModifier) and modifier.is_plain:
            field, change = modifier.field, modifier.change
        elif modifier is not None:
            read = reader(modifier)
        elif "." in source:
            read = _falsy_as_false(reader(source))
        how = describe_source(source if modifier is None else modifier)
        is_known = bool(names) or not reads_the_record(source)
        rows.append(Row(field, target, change, read, modifier, names, how, is_known))
    return rows


def _hooked(map_direct: Callable[..., Any], source: Source) -> Read:
    def read(mapper: Any, record: Any, to_attr: str) -> Any:
        return map_direct(mapper, record, source, to_attr)

    return read


def _falsy_as_false(read_source: Read) -> Read:
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
