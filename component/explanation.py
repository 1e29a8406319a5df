# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Explain a lookup: the verdict on each component.

Pure functions, like ``resolution``. The explanation is data for error messages and for
the component browser.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import Any

from .resolution import (
    is_for_model,
    is_of_collection,
    only_for_model,
    only_of_collection,
)


class Verdict(str, Enum):
    """Verdict of a lookup on a component, from chosen to farthest from it."""

    CHOSEN = "chosen"
    TIED = "tied"
    LESS_SPECIFIC_MODEL = "less specific model"
    LESS_SPECIFIC_COLLECTION = "less specific collection"
    DECLINED = "declined"
    OTHER_MODEL = "other model"
    OTHER_COLLECTION = "other collection"
    ABSTRACT = "abstract"


_REASONS = {
    Verdict.CHOSEN: "it is chosen",
    Verdict.TIED: "it is as specific as another match",
    Verdict.ABSTRACT: "it is abstract: no lookup finds it",
    Verdict.OTHER_COLLECTION: "it is for collection {c._collection!r}",
    Verdict.OTHER_MODEL: "it applies to {models}",
    Verdict.DECLINED: "its _component_match() returned False",
    Verdict.LESS_SPECIFIC_COLLECTION: "another is for exactly this collection",
    Verdict.LESS_SPECIFIC_MODEL: "another is for exactly this model",
}

_NEARNESS = {verdict: position for position, verdict in enumerate(Verdict)}

#: maximum number of candidates in a message, the nearest first
MAX_LINES = 20


@dataclass(frozen=True)
class Candidate:
    """Component with the usage of a lookup, and the verdict on it."""

    name: str
    verdict: Verdict
    component_class: Any

    @property
    def reason(self) -> str:
        """The verdict as a text."""
        models = ", ".join(self.component_class.apply_on_models or ())
        return _REASONS[self.verdict].format(c=self.component_class, models=models)


@dataclass(frozen=True)
class Explanation:
    """Result of a lookup, with the verdict on each candidate."""

    collection_name: str | None
    usage: str | None
    model_name: str | None
    candidates: tuple[Candidate, ...]
    #: existing usages with a similar spelling, if no component has the usage
    similar_usages: tuple[str, ...] = ()

    @property
    def winner(self) -> Candidate | None:
        """The chosen candidate, or None."""
        return next((c for c in self.candidates if c.verdict is Verdict.CHOSEN), None)

    @property
    def tied(self) -> tuple[Candidate, ...]:
        """The most specific candidates, if there are several."""
        return tuple(c for c in self.candidates if c.verdict is Verdict.TIED)

    def __str__(self) -> str:
        if self.candidates:
            nearest = sorted(self.candidates, key=lambda c: _NEARNESS[c.verdict])
            lines = [f"- {c.name}: {c.reason}" for c in nearest[:MAX_LINES]]
            if len(nearest) > MAX_LINES:
                lines.append(f"- and {len(nearest) - MAX_LINES} more")
            return "\n".join(lines)
        text = "No component has this usage."
        if self.similar_usages:
            text += f" Similar usages: {', '.join(self.similar_usages)}."
        return text

    @property
    def sought(self) -> str:
        """The criteria of the lookup as a text."""
        return (
            f"for collection {self.collection_name!r}, usage {self.usage!r}, "
            f"model_name {self.model_name!r}"
        )

    @property
    def advice(self) -> str:
        """Hint at the attribute that would decide between the tied components."""
        tied = [candidate.component_class for candidate in self.tied]
        if len({c._collection for c in tied}) > 1:
            attributes = "_collection"
        elif all(c.apply_on_models is None for c in tied):
            attributes = "_apply_on of the component for this model"
        else:
            attributes = "_apply_on, so that only one is for this model"
        return (
            f"To decide, set {attributes}. Or give one of them another _usage, or a "
            "_component_match(). Or get all of them with many_components()."
        )


def explain(
    by_usage: Mapping[str | None, Sequence[Any]],
    collection_name: str | None,
    usage: str | None,
    model_name: str | None,
    matches: Callable[[Any], bool],
) -> Explanation:
    """Return the verdict on each component with a usage.

    :param by_usage: all components of each usage, in registration order
    :param matches: calls the ``_component_match`` of a component
    """
    candidates = by_usage.get(usage, ())
    if usage is None:
        candidates = list(chain.from_iterable(by_usage.values()))
    verdicts: dict[Any, Verdict] = {}
    fitting = []
    for component_class in candidates:
        obstacle = _find_obstacle(component_class, collection_name, model_name, matches)
        if obstacle is None:
            fitting.append(component_class)
        else:
            verdicts[component_class] = obstacle
    verdicts.update(_compare(fitting, collection_name, model_name))
    return Explanation(
        collection_name,
        usage,
        model_name,
        tuple(Candidate(c._name, verdicts[c], c) for c in candidates),
        () if candidates else similar(usage, tuple(filter(None, by_usage))),
    )


def _find_obstacle(
    component_class: Any,
    collection_name: str | None,
    model_name: str | None,
    matches: Callable[[Any], bool],
) -> Verdict | None:
    """Return the verdict on a component that does not match, None for a match."""
    if component_class._abstract:
        return Verdict.ABSTRACT
    if not is_of_collection(component_class, collection_name):
        return Verdict.OTHER_COLLECTION
    if not is_for_model(component_class, model_name):
        return Verdict.OTHER_MODEL
    return None if matches(component_class) else Verdict.DECLINED


def _compare(
    fitting: list[Any], collection_name: str | None, model_name: str | None
) -> dict[Any, Verdict]:
    """Return the verdict on each matching component."""
    verdicts: dict[Any, Verdict] = {}
    left = fitting
    for verdict, narrow, criterion in (
        (Verdict.LESS_SPECIFIC_COLLECTION, only_of_collection, collection_name),
        (Verdict.LESS_SPECIFIC_MODEL, only_for_model, model_name),
    ):
        kept = narrow(left, criterion) if len(left) > 1 else left
        if kept:
            verdicts.update({c: verdict for c in left if c not in kept})
            left = kept
    best = Verdict.CHOSEN if len(left) == 1 else Verdict.TIED
    return {**verdicts, **dict.fromkeys(left, best)}


@lru_cache(maxsize=128)
def similar(name: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known names with a similar spelling, the nearest first."""
    return tuple(difflib.get_close_matches(name or "", known, n=3))
