# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decorators of mapping methods and of hooks.

Authors decorate *mapping methods*; ``collect_map_methods`` collects those of a class
over its inheritance.

*Hooks* are the published methods of mappers and map children that authors override. A
hook that nobody overrides is compiled away, see :mod:`.plan`: ``default_hook``
registers each default implementation, and ``is_default`` compares the attribute of a
class with it. So an override takes effect wherever it comes from: a subclass, an
extension of the component, a patch.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])
Hook = TypeVar("Hook")

_default_hooks: set[Any] = set()


def default_hook(hook: Hook) -> Hook:
    """Register the implementation with which a hook counts as not overridden."""
    _default_hooks.add(hook)
    return hook


def is_default(owner: type, *names: str) -> bool:
    """Return whether ``owner`` overrides none of the hooks ``names``."""
    return all(getattr(owner, name, None) in _default_hooks for name in names)


class MappingDefinition(NamedTuple):
    """When a mapping method runs."""

    changed_by: set[str] | frozenset[str]
    only_create: bool


def mapping(method: Method) -> Method:
    """Declare a mapping method: it takes the record and returns target values.

    The method returns a dict or nothing, or is a generator of ``(field, value)``.
    """
    method.is_mapping = True
    return method


def changed_by(*fields: str) -> Callable[[Method], Method]:
    """Run the mapping method only when one of the source ``fields`` is asked for.

    Without this decorator the method always runs.
    """

    def declare(method: Method) -> Method:
        declared = getattr(method, "changed_by", frozenset())
        method.changed_by = declared | frozenset(fields)
        return method

    return declare


def only_create(method: Method) -> Method:
    """Run the mapping method only for the values of a new record."""
    method.only_create = True
    return method


def collect_map_methods(cls: type) -> dict[str, MappingDefinition]:
    """Return the mapping methods of ``cls``: the furthest parent's first, then by name.

    They run in this order, so the values of a later method win. The declarations of
    all levels of inheritance add up. A level that replaces a method by something that
    is not callable removes it.
    """
    map_methods: dict[str, MappingDefinition] = {}
    for level in reversed(cls.__mro__):
        for name, attribute in sorted(vars(level).items(), key=itemgetter(0)):
            if isinstance(attribute, (staticmethod, classmethod)):
                attribute = attribute.__func__
            inherited = map_methods.get(name)
            if inherited or getattr(attribute, "is_mapping", False):
                map_methods[name] = _extend(inherited, attribute)
    return {
        name: definition
        for name, definition in map_methods.items()
        if callable(getattr(cls, name))
    }


def _extend(inherited: MappingDefinition | None, attribute: Any) -> MappingDefinition:
    known = inherited or MappingDefinition(frozenset(), False)
    return MappingDefinition(
        changed_by=known.changed_by | set(getattr(attribute, "changed_by", ())),
        only_create=known.only_create or getattr(attribute, "only_create", False),
    )
