# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The store of a usage, as the budget of a session sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .usage import Budget, Usage

#: gets the budget, its usage and the time; returns the new usage and a result
Change = Callable[[Budget, Usage, float], tuple[Usage, Any]]


class BudgetUnavailable(Exception):
    """The usage cannot be read.

    :param is_permanent: nor can it be later
    """

    def __init__(self, message: str, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


@dataclass(frozen=True)
class Caller:
    """The sender of requests: the model, and the job, None for a user."""

    kind: str = ""
    job: str | None = None
    is_urgent: bool = True


class Store(Protocol):
    """The usage of one budget, shared by all workers."""

    #: as declared by the adapter
    budget: Any
    #: budget and backend, for messages
    title: str

    def update(self, change: Change, counts: Callable[[Any], Mapping[str, float]]):
        """Apply a change while no other worker does; return its result.

        :param counts: returns what to add to counters, from the result
        :raise BudgetUnavailable: the usage cannot be read now
        """

    def seconds_apart(self, caller: Caller) -> float:
        """Return the seconds over which postponed jobs of a caller are spread."""
