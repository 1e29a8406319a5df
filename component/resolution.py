# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Choose: candidates, collection and model give one component class.

Nothing here reads a database or keeps state. A *component class* is anything with the
attributes ``_name``, ``_usage``, ``_collection``, ``_apply_on``, ``_abstract`` and
``apply_on_models``.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

# find candidates


class UsageIndex:
    """Find components by usage and model without walking over them all."""

    __slots__ = ("_classes", "_positions", "by_usage")

    def __init__(self, component_classes: Iterable[Any]):
        #: all classes of each usage, the abstract ones too
        self.by_usage: dict[str | None, list[Any]] = {}
        self._classes = []
        for component_class in component_classes:
            self.by_usage.setdefault(component_class._usage, []).append(component_class)
            if not component_class._abstract:
                self._classes.append(component_class)
        #: (usage, model) -> where in the list of classes: one position, mostly, or all
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
        """Return the concrete classes that fit, in the order of registration.

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
    """Tell whether a component may serve a collection (None: any)."""
    return (
        collection_name is None
        or component_class._collection is None
        or component_class._collection == collection_name
    )


def is_for_model(component_class: Any, model_name: str | None) -> bool:
    """Tell whether a component may serve a model (None: any)."""
    apply_on = component_class._apply_on
    if apply_on is None or apply_on == model_name or model_name is None:
        return True
    return apply_on.__class__ is not str and model_name in apply_on


# ask the component


def has_own_match(component_class: Any, default_match: Callable) -> bool:
    """Tell whether a component overrides ``_component_match``."""
    match = component_class._component_match
    return getattr(match, "__func__", match) is not default_match


def ask_match(
    component_class: Any,
    work: Any,
    usage: str | None,
    model_name: str | None,
    kw: dict[str, Any],
) -> bool:
    """Ask a component whether it matches, whichever arguments it takes."""
    match = component_class._component_match
    named, takes_all = _accepted_keywords(getattr(match, "__func__", match))
    given = {"usage": usage, "model_name": model_name, **kw}
    if not takes_all:
        given = {name: value for name, value in given.items() if name in named}
    return bool(match(work, **given))


@lru_cache(maxsize=1024)
def _accepted_keywords(match: Callable) -> tuple[frozenset[str], bool]:
    """Return the keyword arguments that a ``_component_match`` takes, and if any do.

    Read once from the signature: a ``TypeError`` raised inside stays the author's.
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
            "(cls, work, usage=None, model_name=None, **kw); without them it cannot "
            "see what is looked for.",
            DeprecationWarning,
            stacklevel=2,
        )
    return named, takes_all


# choose among candidates


def only_of_collection(
    component_classes: Sequence[Any], collection_name: str | None
) -> list[Any]:
    """Keep the components of exactly this collection."""
    return [c for c in component_classes if c._collection == collection_name]


def only_for_model(
    component_classes: Sequence[Any], model_name: str | None
) -> list[Any]:
    """Keep the components made for exactly this model."""
    return [c for c in component_classes if model_name in (c.apply_on_models or ())]
