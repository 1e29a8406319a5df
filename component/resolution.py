# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find the candidates of a lookup, and choose among them.

No function reads a database or keeps state. A *component class* is anything with the
attributes ``_name``, ``_usage``, ``_collection``, ``_apply_on``, ``_abstract`` and
``apply_on_models``.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any


class UsageIndex:
    """Component classes by usage and model."""

    __slots__ = ("_classes", "_positions", "by_usage")

    def __init__(self, component_classes: Iterable[Any]):
        #: all classes of each usage, abstract ones included
        self.by_usage: dict[str | None, list[Any]] = {}
        self._classes = []
        for component_class in component_classes:
            self.by_usage.setdefault(component_class._usage, []).append(component_class)
            if not component_class._abstract:
                self._classes.append(component_class)
        #: (usage, model) -> position in the list of classes, or several positions
        self._positions: dict[tuple, int | list[int]] = {}
        for position, component_class in enumerate(self._classes):
            models = component_class.apply_on_models
            for model in (None,) if models is None else dict.fromkeys(models):
                self._add((component_class._usage, model), position)

    def _add(self, key: tuple, position: int) -> None:
        known = self._positions.setdefault(key, position)
        if isinstance(known, list):
            known.append(position)
        elif known != position:
            self._positions[key] = [known, position]

    def find(
        self, collection_name: str | None, usage: str | None, model_name: str | None
    ) -> list[Any]:
        """Return the matching concrete classes in registration order.

        A criterion that is None does not restrict.
        """
        if usage is None or model_name is None:
            return [
                component_class
                for component_class in self._classes
                if (usage is None or component_class._usage == usage)
                and is_of_collection(component_class, collection_name)
                and is_for_model(component_class, model_name)
            ]
        positions: list[int] = []
        for key in ((usage, model_name), (usage, None)):
            found = self._positions.get(key)
            if isinstance(found, list):
                positions += found
            elif found is not None:
                positions.append(found)
        if len(positions) > 1:
            positions.sort()
        classes = [self._classes[position] for position in positions]
        return [c for c in classes if is_of_collection(c, collection_name)]


def is_of_collection(component_class: Any, collection_name: str | None) -> bool:
    """Return True if a component matches a collection (None: any)."""
    return (
        collection_name is None
        or component_class._collection is None
        or component_class._collection == collection_name
    )


def is_for_model(component_class: Any, model_name: str | None) -> bool:
    """Return True if a component matches a model (None: any)."""
    apply_on = component_class._apply_on
    if apply_on is None or apply_on == model_name or model_name is None:
        return True
    return apply_on.__class__ is not str and model_name in apply_on


def has_own_match(component_class: Any) -> bool:
    """Return True if a component overrides ``_component_match``."""
    return not getattr(component_class._component_match, "_is_default", False)


def ask_match(
    component_class: Any,
    work: Any,
    usage: str | None,
    model_name: str | None,
    kw: dict[str, Any],
) -> bool:
    """Call ``_component_match`` with those keyword arguments that it accepts."""
    match = component_class._component_match
    named, takes_all = _accepted_keywords(getattr(match, "__func__", match))
    given = {"usage": usage, "model_name": model_name, **kw}
    if not takes_all:
        given = {name: value for name, value in given.items() if name in named}
    return bool(match(work, **given))


@lru_cache(maxsize=1024)
def _accepted_keywords(match: Callable) -> tuple[frozenset[str], bool]:
    """Return the keyword arguments of a ``_component_match``, and if it takes any.

    They are read from the signature, so that a ``TypeError`` raised inside the method
    is not mistaken for a wrong call.
    """
    parameters = inspect.signature(match).parameters.values()
    named = frozenset(
        p.name
        for p in parameters
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    )
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    if not (takes_all or {"usage", "model_name"} <= named):
        name = getattr(match, "__qualname__", repr(match))
        warnings.warn(
            f"{name} in {getattr(match, '__module__', '?')} should take the arguments "
            "(cls, work, usage=None, model_name=None, **kw).",
            DeprecationWarning,
            stacklevel=2,
        )
    return named, takes_all


def only_of_collection(
    component_classes: Sequence[Any], collection_name: str | None
) -> list[Any]:
    """Return the components of exactly this collection."""
    return [c for c in component_classes if c._collection == collection_name]


def only_for_model(
    component_classes: Sequence[Any], model_name: str | None
) -> list[Any]:
    """Return the components for exactly this model."""
    return [c for c in component_classes if model_name in (c.apply_on_models or ())]
