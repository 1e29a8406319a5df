# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mark the mapping methods of a class, and collect them over its inheritance."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


class MappingDefinition(NamedTuple):
    """When a mapping method runs."""

    changed_by: set[str] | frozenset[str]
    only_create: bool


def mapping(method: Method) -> Method:
    """Declare a mapping method: it takes the record and returns target values.

    The method returns a dict, nothing, or is a generator of ``(field, value)``.
    """
    method.is_mapping = True
    return method


def changed_by(*fields: str) -> Callable[[Method], Method]:
    """Run the mapping method only when one of the source ``fields`` is asked for.

    Without it the method runs whatever the fields are.
    """

    def declare(method: Method) -> Method:
        method.changed_by = frozenset(fields) | getattr(
            method, "changed_by", frozenset()
        )
        return method

    return declare


def only_create(method: Method) -> Method:
    """Run the mapping method only when the values are made to create a record."""
    method.only_create = True
    return method


def collect_map_methods(cls: type) -> dict[str, MappingDefinition]:
    """Return the mapping methods of ``cls``: the furthest parent's first, then by name.

    They run in this order, so what a later one returns wins. What the levels of
    inheritance declare of one method adds up; a level that replaces the method by
    something that is not callable takes it away.
    """
    map_methods: dict[str, MappingDefinition] = {}
    for level in reversed(cls.__mro__):
        for name, attribute in sorted(vars(level).items(), key=itemgetter(0)):
            definition = _declared(attribute, map_methods.get(name))
            if definition is not None:
                map_methods[name] = definition
    return {
        name: definition
        for name, definition in map_methods.items()
        if callable(getattr(cls, name))
    }


def _declared(
    attribute: Any, inherited: MappingDefinition | None
) -> MappingDefinition | None:
    """Return the definition of a mapping method at one level of inheritance."""
    if isinstance(attribute, (staticmethod, classmethod)):
        attribute = attribute.__func__
    if inherited is None and not getattr(attribute, "is_mapping", False):
        return None
    known = inherited or MappingDefinition(frozenset(), False)
    return MappingDefinition(
        changed_by=known.changed_by | set(getattr(attribute, "changed_by", ())),
        only_create=known.only_create or getattr(attribute, "only_create", False),
    )
