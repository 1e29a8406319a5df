# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find out which source fields the left side of a direct row reads."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

#: a field's name, a dotted path, or a modifier ``(mapper, record, to_attr)``
Source = str | Callable[[Any, Any, str], Any]


def source_fields(source: Source) -> tuple[str, ...]:
    """Return the names of the fields that ``source`` reads, in order.

    Empty when nothing tells: for a callable, the names come from its
    ``source_fields`` or ``source_field`` attribute, from the arguments that a
    ``functools.partial`` fixes, or from the free variable ``field`` of a closure.
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
        return _fixed_by_partial(source)
    return _free_variable_field(source)


def reads_the_record(source: Source) -> bool:
    """Return False for a source that says, by ``reads_record``, that it reads nothing.

    Of a modifier, the innermost source counts.
    """
    while not isinstance(source, str):
        if getattr(source, "reads_record", True) is False:
            return False
        inner = getattr(source, "field", None)
        if inner is None or inner is source:
            break
        source = inner
    return True


def _fixed_by_partial(source: functools.partial) -> tuple[str, ...]:
    """Return what a partial function knows of its source field."""
    for keyword in ("source_field", "field"):
        if keyword in source.keywords:
            return source_fields(source.keywords[keyword])
    names = [*_positional_names(source.func)][: len(source.args)]
    if "field" in names:
        return source_fields(source.args[names.index("field")])
    return source_fields(source.func)


def _positional_names(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind
        in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]


def _free_variable_field(source: Callable[..., Any]) -> tuple[str, ...]:
    """Return what a function closes over under the name ``field``."""
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
    """Return the names by which a change of ``names`` may be announced.

    A dotted path is announced by itself or by the field it starts at.
    """
    return frozenset(names) | {name.partition(".")[0] for name in names if name}
