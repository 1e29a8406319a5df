# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check component definitions and plan the bases of each component class.

First half of a build: see ``component_classes``. Nothing here changes the registry.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Protocol

from .definitions import MetaComponent, component_name, describe

_logger = logging.getLogger(__name__)

#: the component that all others inherit
ROOT = "base"


class ClassesByName(Protocol):
    """The component registry, as the build sees it."""

    def __getitem__(self, name: str) -> Any: ...

    def __setitem__(self, name: str, component_class: Any) -> None: ...

    def __contains__(self, name: object) -> bool: ...

    def get(self, name: str) -> Any:
        """Return the component class of a name, or None."""


class Plan:
    """The future bases of one component class."""

    __slots__ = ("name", "component_class", "backwards", "abstract", "definition")

    def __init__(self, name: str, definition: Any, component_class: Any = None):
        self.name = name
        #: the existing class, or None until it is created
        self.component_class = component_class
        #: definitions and names of parents, the last base first, so that an extension
        #: is appended
        self.backwards: list[Any] = []
        self.definition = definition
        self.abstract = definition._abstract


def collect_plans(
    registry: ClassesByName, definitions: Iterable[Any]
) -> dict[str, Plan]:
    """Return a plan for each component that the definitions define or extend."""
    plans: dict[str, Plan] = {}
    for definition in definitions:
        name, parents = _identify(definition)
        if name not in plans and name in registry:
            plans[name] = _plan_of_existing(registry[name])
        if name in parents:
            _extend(registry, plans, definition, name, parents)
        elif name in plans and not definition._inherit:
            raise definition_error(
                definition,
                f"Component {name!r} already exists. To extend it, set "
                f"_inherit = {name!r}; otherwise choose another _name.",
            )
        else:
            if name in plans:
                _logger.info(
                    "%s replaces the existing component %r.",
                    describe(definition),
                    name,
                )
            plan = plans[name] = Plan(name, definition)
            _check_parents(registry, plans, plan, definition, parents)
            plan.backwards = [*reversed(parents), definition]
    return plans


def _identify(definition: Any) -> tuple[str, list[str]]:
    """Return the name and the parents of a definition's component.

    The name is one of the parents if the definition extends the component.
    """
    inherit = definition._inherit
    parents = [inherit] if isinstance(inherit, str) else list(inherit or ())
    name = component_name(definition)
    if name is None:
        raise definition_error(
            definition,
            f"Component class {definition.__name__!r} must have a _name, because it "
            f"does not have exactly one _inherit (found: {parents}).",
        )
    for attribute, value in (("_name", name), *(("_inherit", p) for p in parents)):
        if not isinstance(value, str):
            raise definition_error(
                definition, f"{attribute} must be a string, found: {value!r}."
            )
    apply_on = definition._apply_on
    if apply_on is not None and not isinstance(apply_on, str):
        if isinstance(apply_on, dict) or not (
            isinstance(apply_on, Iterable) and all(isinstance(m, str) for m in apply_on)
        ):
            raise definition_error(
                definition,
                f"_apply_on must be the name of a model or a list of names, "
                f"found: {apply_on!r}.",
            )
    if name != ROOT:
        parents = [parent for parent in parents if parent != ROOT] + [ROOT]
    return name, parents


def _extend(
    registry: ClassesByName,
    plans: dict[str, Plan],
    definition: Any,
    name: str,
    parents: list[str],
) -> None:
    """Insert a definition before the bases of the component that it extends."""
    plan = plans.get(name)
    if plan is None:
        raise definition_error(
            definition,
            f"Component {name!r} does not exist in registry and cannot be extended. "
            f"{_hint_at_addons(name)}",
        )
    if plan.abstract and not definition._abstract:
        raise definition_error(
            definition,
            f"{definition.__name__} transforms the abstract component {name!r} into a "
            "non-abstract component. That class should either inherit from "
            "AbstractComponent, or set a different '_name'.",
        )
    plan.definition = definition
    # an inherited _abstract does not count: Component comes before AbstractComponent
    plan.abstract = vars(definition).get("_abstract", plan.abstract)
    if parents == [name, ROOT] or parents == [name]:
        plan.backwards.append(definition)
        return
    _check_parents(registry, plans, plan, definition, parents)
    # as in Odoo, a repeated parent moves behind the parents named before it
    bases = {definition: None}
    for parent in parents:
        for base in reversed(plan.backwards) if parent == name else (parent,):
            bases.pop(base, None)
            bases[base] = None
    plan.backwards = list(reversed(bases))


def _check_parents(
    registry: ClassesByName,
    plans: dict[str, Plan],
    plan: Plan,
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
            raise definition_error(
                definition,
                f"Component {plan.name!r} inherits from non-existing component "
                f"{parent!r}. {_hint_at_addons(parent)}",
            )
        if plan.abstract and not parent_is_abstract:
            raise definition_error(
                definition,
                f"In {definition.__name__}, abstract component {plan.name!r} cannot "
                f"inherit from the non-abstract component {parent!r}.",
            )


def _plan_of_existing(component_class: Any) -> Plan:
    plan = Plan(component_class._name, component_class, component_class)
    plan.backwards = [
        base._name if is_component_class(base) else base
        for base in reversed(component_class.__bases__)
    ]
    return plan


def _hint_at_addons(name: str) -> str:
    """Return a hint at the addons that define a component that is not built yet."""
    addons = [
        addon
        for addon, definitions in list(MetaComponent._modules_components.items())
        if any(definition._name == name for definition in definitions)
    ]
    if not addons:
        return "No addon defines it: check the spelling."
    return (
        f"It is defined in addon {' and '.join(map(repr, addons))}, which is not "
        "loaded yet: add it to the 'depends' of the manifest (in a test, load it "
        "with _load_module_components())."
    )


def is_component_class(cls: type) -> bool:
    """Return True for a component class, False for a definition."""
    return "_inherit_children" in cls.__dict__


def definitions_of(component_class: type) -> list[Any]:
    """Return the definitions of a component, the latest extension first."""
    return [base for base in component_class.__bases__ if not is_component_class(base)]


def parents_of(component_class: type) -> list[Any]:
    """Return the component classes among the bases of a component class."""
    return [base for base in component_class.__bases__ if is_component_class(base)]


def definition_error(definition: Any, message: str) -> TypeError:
    """Return the error of an invalid definition, with its location."""
    return TypeError(f"{message} In {describe(definition)}.")
