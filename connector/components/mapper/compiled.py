# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keep the plan of a mapper class as long as what it was compiled from holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from operator import attrgetter
from typing import Any, TypeVar

from odoo import models

from .compile import compile_children, compile_rows
from .plan import Method, Plan

Hook = TypeVar("Hook")

HOOKS = (
    "_apply",
    "_apply_with_options",
    "_direct_source_field_name",
    "_map_child",
    "_map_direct",
    "_mapping_options",
    "finalize",
    "map_methods",
    "map_record",
    "options",
)
_defaults: set[Any] = set()


def default_hook(hook: Hook) -> Hook:
    """Register what a hook is where nobody overrides it: the plan knows it."""
    _defaults.add(hook)
    return hook


def is_default(owner: type, *names: str) -> bool:
    """Tell whether none of the hooks ``names`` of ``owner`` is overridden."""
    return all(getattr(owner, name, None) in _defaults for name in names)


class CompiledMapper:
    """The plan of a mapper, and all that it depends on."""

    __slots__ = (
        "_children",
        "_direct",
        "_hooks",
        "_map_methods",
        "_snapshot",
        "has_own_map_methods",
        "maps_many",
        "plan",
    )

    def __init__(self, mapper: Any, model: models.BaseModel | None) -> None:
        cls = type(mapper)
        self._direct = mapper.direct
        self._children = mapper.children
        self._map_methods = mapper._map_methods
        self._hooks = _get_hooks(cls)
        direct, children = copy(self._direct), copy(self._children)
        self._snapshot = direct, children, dict(self._map_methods)
        self.has_own_map_methods = not is_default(cls, "map_methods")
        self.maps_many = not children and is_default(
            cls,
            "_apply",
            "_apply_with_options",
            "_mapping_options",
            "finalize",
            "map_record",
            "options",
        )
        self.plan = _compile(mapper, direct, children, model)

    def is_of(self, mapper: Any) -> bool:
        """Tell whether this was compiled from these very attributes."""
        return (
            self._direct is mapper.direct
            and self._children is mapper.children
            and self._map_methods is mapper._map_methods
        )

    def holds_for(self, mapper: Any) -> bool:
        """Tell whether attributes and hooks still say what was compiled."""
        direct, children, map_methods = self._snapshot
        return (
            direct == mapper.direct
            and children == mapper.children
            and map_methods == mapper._map_methods
            and self._hooks == _get_hooks(type(mapper))
        )


_get_hooks = attrgetter(*HOOKS)


def _compile(
    mapper: Any,
    direct: Iterable[Any],
    children: Iterable[Any],
    model: models.BaseModel | None,
) -> Plan:
    cls = type(mapper)
    model_fields = {} if model is None else model._fields

    def unless_default(name: str) -> Callable[..., Any] | None:
        return None if is_default(cls, name) else getattr(cls, name)

    name = mapper._name or cls.__name__
    hook = unless_default("_direct_source_field_name")
    return Plan(
        name,
        compile_rows(
            direct,
            name=name,
            find_source_field=hook and (lambda source: hook(mapper, source)),
            map_direct=unless_default("_map_direct"),
            find_modifier=lambda source, target: mapper._find_modifier(
                model_fields, source, target
            ),
        ),
        [Method(*item) for item in mapper._map_methods.items()],
        compile_children(children, name),
        model,
        mapper._missing_is_empty,
    )
