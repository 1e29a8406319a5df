# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build: turn component definitions into the component classes of a registry."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from odoo.tools import OrderedSet

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

ROOT = "base"


class _Plan:
    """What one component is to inherit from, while definitions are collected."""

    __slots__ = ("name", "component_class", "backwards", "abstract", "definition")

    def __init__(self, name: str, definition: Any, component_class: Any = None):
        self.name = name
        #: the class that is there already, or None while it is to be made
        self.component_class = component_class
        #: definitions, and names of parents, the last base first: a definition
        #: that extends the component is simply appended
        self.backwards: list[Any] = []
        self.definition = definition
        self.abstract = definition._abstract


def build_component_classes(
    registry: ComponentRegistry, definitions: Iterable[Any]
) -> list[Any]:
    """Build definitions into a registry; return the classes made or extended.

    Nothing is in the registry, and no class there is changed, before all definitions
    are found right. Parents come before what is built on them.

    :raises TypeError: when a definition is wrong
    """
    plans = _collect(registry, definitions)
    made = _make(registry, plans)
    for component_class in _impacted(registry, plans, made):
        _complete(component_class)
    for plan in plans.values():
        registry[plan.name] = plan.component_class
    return [plan.component_class for plan in plans.values()]


# collect


def _collect(
    registry: ComponentRegistry, definitions: Iterable[Any]
) -> dict[str, _Plan]:
    """Add up the bases of each component that the definitions make or extend."""
    plans: dict[str, _Plan] = {}
    for definition in definitions:
        name, parents = _identify(definition)
        if name not in plans and name in registry:
            plans[name] = _plan_of_existing(registry, registry[name])
        if name in parents:
            _extend(registry, plans, definition, name, parents)
        elif name in plans:
            raise _wrong(
                definition,
                f"Component {name!r} already exists; to extend it, the class needs "
                f"_inherit = {name!r}, otherwise another _name.",
            )
        else:
            plan = plans[name] = _Plan(name, definition)
            _check_parents(registry, plans, plan, definition, parents)
            plan.backwards = [*reversed(parents), definition]
    return plans


def _identify(definition: Any) -> tuple[str, list[str]]:
    """Return the name and the parents of the component of a definition.

    The name is among the parents when the definition extends the component.
    """
    inherit = definition._inherit
    parents = [inherit] if isinstance(inherit, str) else list(inherit or ())
    name = definition._name or (parents[0] if len(parents) == 1 else None)
    if name is None:
        raise _wrong(
            definition,
            f"Component class {definition.__name__!r} must have a _name, as it has "
            f"not exactly one _inherit (found: {parents}).",
        )
    for attribute, value in (("_name", name), *(("_inherit", p) for p in parents)):
        if not isinstance(value, str):
            raise _wrong(definition, f"{attribute} must be a string, found: {value!r}.")
    apply_on = definition._apply_on
    if apply_on is not None and not isinstance(apply_on, str):
        if isinstance(apply_on, dict) or not (
            isinstance(apply_on, Iterable) and all(isinstance(m, str) for m in apply_on)
        ):
            raise _wrong(
                definition,
                f"_apply_on must be the name of a model or a list of names, "
                f"found: {apply_on!r}.",
            )
    if name != ROOT:
        parents = [parent for parent in parents if parent != ROOT] + [ROOT]
    return name, parents


def _extend(
    registry: ComponentRegistry,
    plans: dict[str, _Plan],
    definition: Any,
    name: str,
    parents: list[str],
) -> None:
    """Put a definition before the bases of the component that it extends."""
    plan = plans.get(name)
    if plan is None:
        raise _wrong(
            definition,
            f"Component {name!r} does not exist in registry: there is nothing to "
            f"extend. {_hint_at_addons(registry, name)}",
        )
    if plan.abstract and not definition._abstract:
        raise _wrong(
            definition,
            f"{definition.__name__} transforms the abstract component {name!r} into a "
            "non-abstract component. That class should either inherit from "
            "AbstractComponent, or set a different '_name'.",
        )
    plan.definition = definition
    # that AbstractComponent says so does not count: Component comes before it
    plan.abstract = vars(definition).get("_abstract", plan.abstract)
    if parents == [name, ROOT] or parents == [name]:
        plan.backwards.append(definition)
        return
    _check_parents(registry, plans, plan, definition, parents)
    # as in Odoo, a parent named again moves behind those named before it
    bases = {definition: None}
    for parent in parents:
        for base in reversed(plan.backwards) if parent == name else (parent,):
            bases.pop(base, None)
            bases[base] = None
    plan.backwards = list(reversed(bases))


def _check_parents(
    registry: ComponentRegistry,
    plans: dict[str, _Plan],
    plan: _Plan,
    definition: Any,
    parents: list[str],
) -> None:
    for parent in parents:
        if parent == plan.name:
            continue
        if parent in plans:
            parent_is_abstract = plans[parent].abstract
        elif parent in registry:
            parent_is_abstract = registry[parent]._abstract
        else:
            raise _wrong(
                definition,
                f"Component {plan.name!r} inherits from non-existing component "
                f"{parent!r}. {_hint_at_addons(registry, parent)}",
            )
        if plan.abstract and not parent_is_abstract:
            raise _wrong(
                definition,
                f"In {definition.__name__}, abstract component {plan.name!r} cannot "
                f"inherit from non-abstract component {parent!r}.",
            )


def _plan_of_existing(registry: ComponentRegistry, component_class: Any) -> _Plan:
    plan = _Plan(component_class._name, component_class, component_class)
    plan.backwards = [
        base._name if is_component_class(base) else base
        for base in reversed(component_class.__bases__)
    ]
    return plan


def _hint_at_addons(registry: ComponentRegistry, name: str) -> str:
    """Say where a component is defined that was not built before it was needed."""
    addons = [
        addon
        for addon, definitions in MetaComponent._modules_components.items()
        if any(definition._name == name for definition in definitions)
    ]
    if not addons:
        return "No addon defines it: check the spelling."
    return (
        f"It is defined in addon {' and '.join(map(repr, addons))}, which is not loaded "
        "before: add it to the 'depends' of the manifest (in a test, load it with "
        "_load_module_components())."
    )


# make


def _make(registry: ComponentRegistry, plans: dict[str, _Plan]) -> list[Any]:
    """Make or extend the classes of the plans, parents first; return them so."""
    made: list[Any] = []
    started: set[str] = set()

    def make(plan: _Plan) -> None:
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
    registry: ComponentRegistry, plans: dict[str, _Plan], plan: _Plan
) -> None:
    bases: list[Any] = []
    parents: list[Any] = []
    for base in reversed(plan.backwards):
        if isinstance(base, str):
            base = plans[base].component_class if base in plans else registry[base]
            if base is None:
                raise _wrong(
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
                    "_inherit_children": OrderedSet(),
                    "__module__": plan.definition.__module__,
                },
            )
        elif plan.component_class.__bases__ != tuple(bases):
            plan.component_class.__bases__ = tuple(bases)
    except TypeError as error:
        raise _wrong(
            plan.definition,
            f"Component {plan.name!r} cannot be built on "
            f"{[base.__name__ for base in bases]}: {error}.",
        ) from error
    for parent in parents:
        parent._inherit_children.add(plan.name)


# complete


def _impacted(
    registry: ComponentRegistry, plans: dict[str, _Plan], made: list[Any]
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


# look at


def is_component_class(cls: type) -> bool:
    """Tell whether a class was made for a registry, and is not a definition."""
    return "_inherit_children" in cls.__dict__


def definitions_of(component_class: type) -> list[Any]:
    """Return the definitions of a component, the latest extension first."""
    return [base for base in component_class.__bases__ if not is_component_class(base)]


def parents_of(component_class: type) -> list[Any]:
    """Return the component classes that a component is built on directly."""
    return [base for base in component_class.__bases__ if is_component_class(base)]


def _wrong(definition: Any, message: str) -> TypeError:
    return TypeError(f"{message} In {describe(definition)}.")
