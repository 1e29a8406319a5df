# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
r"""Build the component classes of a registry from component definitions.

A component class belongs to one registry, where it is found by name. It inherits from
all definitions of the component, the latest first, then from the component classes of
its parents, and from "base" last::

    class A(Component):  # A1              base     B1, A2, A1: definitions
        _name = "a"                        /  \     a, b, base: component classes
                                          /    \
    class B(Component):  # B1     A2  A1  |     |
        _name = "b"                \   \  |     |
        _inherit = "a"              +---- a     |   a: (A2, A1, base)
                                     B1  /      |
    class A(Component):  # A2          \ | +----+
        _inherit = "a"                   b          b: (B1, a, base)

Because b inherits from the component class a, it gets the additions of A2, although A2
was defined after B1.

Changing the bases of a class costs time proportional to the number of its subclasses. A
batch of definitions is therefore collected into plans first; then each class is created
or changed once::

    definitions ──collect_plans──→ plans ──_make──→ classes ──_complete──→ registry
                       │
                       └─ TypeError: no class was changed
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from odoo.tools import OrderedSet

from .component_plans import (
    ClassesByName,
    Plan,
    collect_plans,
    definition_error,
    definitions_of,
)
from .definitions import MetaComponent, describe

_logger = logging.getLogger(__name__)

#: shared by the component classes without children: most of them
_NO_CHILDREN: frozenset[str] = frozenset()


def build_component_classes(
    registry: ClassesByName, definitions: Iterable[Any]
) -> list[Any]:
    """Build definitions into a registry; return the created and extended classes.

    Parents come before their children.

    :raises TypeError: if a definition is invalid
    """
    plans = collect_plans(registry, definitions)
    made = _make(registry, plans)
    for component_class in _impacted(registry, plans, made):
        _complete(component_class)
    for plan in plans.values():
        registry[plan.name] = plan.component_class
    return [plan.component_class for plan in plans.values()]


def _make(registry: ClassesByName, plans: dict[str, Plan]) -> list[Any]:
    """Create or extend the classes of the plans, and return them, parents first."""
    made: list[Any] = []
    started: set[str] = set()

    def make(plan: Plan) -> None:
        if plan.name in started:
            return
        started.add(plan.name)
        for base in plan.backwards:
            if isinstance(base, str) and base in plans:
                make(plans[base])
        _make_class(registry, plans, plan)
        made.append(plan.component_class)

    for plan in plans.values():
        make(plan)
    return made


def _make_class(registry: ClassesByName, plans: dict[str, Plan], plan: Plan) -> None:
    bases: list[Any] = []
    parents: list[Any] = []
    for base in reversed(plan.backwards):
        if isinstance(base, str):
            base = plans[base].component_class if base in plans else registry[base]
            if base is None:
                raise definition_error(
                    plan.definition,
                    f"Component {plan.name!r} inherits from itself through another "
                    "component.",
                )
            parents.append(base)
        bases.append(base)
    try:
        if plan.component_class is None:
            plan.component_class = MetaComponent(
                plan.name,
                tuple(bases),
                {
                    "_name": plan.name,
                    "_register": False,
                    "_inherit_children": _NO_CHILDREN,
                    "__module__": plan.definition.__module__,
                },
            )
        elif plan.component_class.__bases__ != tuple(bases):
            plan.component_class.__bases__ = tuple(bases)
    except TypeError as error:
        raise definition_error(
            plan.definition,
            f"Component {plan.name!r} cannot inherit from "
            f"{[base.__name__ for base in bases]}: {error}.",
        ) from error
    for parent in parents:
        if parent._inherit_children is _NO_CHILDREN:
            parent._inherit_children = OrderedSet()
        parent._inherit_children.add(plan.name)


def _impacted(
    registry: ClassesByName, plans: dict[str, Plan], made: list[Any]
) -> Iterator[Any]:
    """Return new and extended classes and their descendants, parents first."""
    if not any(plan.name in registry for plan in plans.values()):
        return iter(made)
    ordered: dict[Any, None] = {}

    def visit(component_class: Any) -> None:
        if component_class in ordered:
            return
        for name in component_class._inherit_children:
            child = plans[name].component_class if name in plans else registry.get(name)
            if child is not None:
                visit(child)
        ordered[component_class] = None

    for component_class in made:
        visit(component_class)
    return reversed(ordered)


def _complete(component_class: Any) -> None:
    try:
        component_class._complete_component_build()
    except Exception:
        _logger.error(
            "Component %r could not be completed: %s",
            component_class._name,
            ", ".join(describe(d) for d in definitions_of(component_class)),
        )
        raise
