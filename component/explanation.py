# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Say of a lookup what became of every component, and why.

Pure, like ``resolution``; what it says is data, which the error messages and the
component browser put into words.
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
    """What became of a component in a lookup, the nearest to being chosen first."""

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
    Verdict.TIED: "no less specific than the others that fit",
    Verdict.ABSTRACT: "it is abstract: no lookup finds it",
    Verdict.OTHER_COLLECTION: "it is for collection {c._collection!r}",
    Verdict.OTHER_MODEL: "it applies on {models}",
    Verdict.DECLINED: "its _component_match() said no",
    Verdict.LESS_SPECIFIC_COLLECTION: "another is of exactly this collection",
    Verdict.LESS_SPECIFIC_MODEL: "another is for exactly this model",
}


_NEARNESS = {verdict: position for position, verdict in enumerate(Verdict)}

#: how many candidates a message names, the nearest first
MAX_LINES = 20


@dataclass(frozen=True)
class Candidate:
    """A component that has the usage looked for, and what became of it."""

    name: str
    verdict: Verdict
    component_class: Any

    @property
    def reason(self) -> str:
        """The verdict in words."""
        models = ", ".join(self.component_class.apply_on_models or ())
        return _REASONS[self.verdict].format(c=self.component_class, models=models)


@dataclass(frozen=True)
class Explanation:
    """The decision of a lookup as data."""

    collection_name: str | None
    usage: str | None
    model_name: str | None
    candidates: tuple[Candidate, ...]
    #: usages that do exist and are spelt nearly so, where no component has the usage
    similar_usages: tuple[str, ...] = ()

    @property
    def winner(self) -> Candidate | None:
        """The candidate that is chosen, None where there is none or a tie."""
        return next((c for c in self.candidates if c.verdict is Verdict.CHOSEN), None)

    @property
    def tied(self) -> tuple[Candidate, ...]:
        """The candidates none of which is better than the others."""
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
        """What was looked for, in words."""
        return (
            f"for collection {self.collection_name!r}, usage {self.usage!r}, "
            f"model_name {self.model_name!r}"
        )

    @property
    def advice(self) -> str:
        """Say which attribute would decide between the tied components."""
        tied = [candidate.component_class for candidate in self.tied]
        if len({c._collection for c in tied}) > 1:
            attributes = "_collection"
        elif all(c.apply_on_models is None for c in tied):
            attributes = "_apply_on of the one that is for this model"
        else:
            attributes = "_apply_on, so that only one is for this model"
        return (
            f"To decide, set {attributes}; or give one of them another _usage, or a "
            "_component_match(); or ask for all with many_components()."
        )


def explain(
    by_usage: Mapping[str | None, Sequence[Any]],
    collection_name: str | None,
    usage: str | None,
    model_name: str | None,
    matches: Callable[[Any], bool],
) -> Explanation:
    """Tell of every component with a usage what a lookup makes of it, and why.

    :param by_usage: all components of each usage, in the order of registration
    :param matches: asks a component that fits otherwise for its ``_component_match``
    """
    concerned = by_usage.get(usage, ())
    if usage is None:
        concerned = list(chain.from_iterable(by_usage.values()))
    verdicts: dict[Any, Verdict] = {}
    fitting = []
    for component_class in concerned:
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
        tuple(Candidate(c._name, verdicts[c], c) for c in concerned),
        () if concerned else similar(usage, tuple(filter(None, by_usage))),
    )


def _find_obstacle(
    component_class: Any,
    collection_name: str | None,
    model_name: str | None,
    matches: Callable[[Any], bool],
) -> Verdict | None:
    """Return why a component does not fit, whatever others there are; None if so."""
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
    """Return what becomes of each component that fits, among the others that do."""
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
    """Return what is known and spelt nearly like a name, the nearest first."""
    return tuple(difflib.get_close_matches(name or "", known, n=3))
