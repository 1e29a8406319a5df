# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build: turn component definitions into the component classes of a registry."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from odoo.tools import OrderedSet

from .component_plans import Plan, collect_plans, definition_error, definitions_of
from .definitions import MetaComponent, describe

if TYPE_CHECKING:
    from .registry import ComponentRegistry

_logger = logging.getLogger(__name__)

# COMPONENT DEFINITIONS AND COMPONENT CLASSES
#
# A component definition is a class in the source code of an addon: it defines a
# component or extends one. It is shared by all databases, and never changed.
#
# A component class is made for one registry and found there by name. It inherits
# from all the definitions of the component, the latest first, then from the
# component classes of its parents, and from "base" last:
#
#     class A(Component):  # A1              base     B1, A2, A1: definitions
#         _name = "a"                        /  \     a, b, base: component classes
#                                           /    \
#     class B(Component):  # B1     A2  A1  |     |
#         _name = "b"                \   \  |     |
#         _inherit = "a"              +---- a     |   a: (A2, A1, base)
#                                      B1  /      |
#     class A(Component):  # A2          \ | +----+
#         _inherit = "a"                   b          b: (B1, a, base)
#
# As b inherits from the component class a, what A2 adds to it is in b too, although
# A2 was defined after B1.
#
# Changing the bases of a class costs as much as it has classes built on it. A batch
# of definitions is therefore collected into plans first, and each class made once.

#: shared by all component classes that nothing is built on: most of them
_NO_CHILDREN: frozenset[str] = frozenset()


def build_component_classes(
    registry: ComponentRegistry, definitions: Iterable[Any]
) -> list[Any]:
    """Build definitions into a registry; return the classes made or extended.

    Nothing is in the registry, and no class there is changed, before all definitions
    are found right. Parents come before what is built on them.

    :raises TypeError: when a definition is wrong
    """
    plans = collect_plans(registry, definitions)
    made = _make(registry, plans)
    for component_class in _impacted(registry, plans, made):
        _complete(component_class)
    for plan in plans.values():
        registry[plan.name] = plan.component_class
    return [plan.component_class for plan in plans.values()]


def _make(registry: ComponentRegistry, plans: dict[str, Plan]) -> list[Any]:
    """Make or extend the classes of the plans, parents first; return them so."""
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


def _make_class(
    registry: ComponentRegistry, plans: dict[str, Plan], plan: Plan
) -> None:
    bases: list[Any] = []
    parents: list[Any] = []
    for base in reversed(plan.backwards):
        if isinstance(base, str):
            base = plans[base].component_class if base in plans else registry[base]
            if base is None:
                raise definition_error(
                    plan.definition,
                    f"Component {plan.name!r} is built on a component that is built "
                    f"on {plan.name!r}.",
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
            f"Component {plan.name!r} cannot be built on "
            f"{[base.__name__ for base in bases]}: {error}.",
        ) from error
    for parent in parents:
        if parent._inherit_children is _NO_CHILDREN:
            parent._inherit_children = OrderedSet()
        parent._inherit_children.add(plan.name)


def _impacted(
    registry: ComponentRegistry, plans: dict[str, Plan], made: list[Any]
) -> Iterator[Any]:
    """Return the classes that are new, extended or built on such, parents first."""
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
