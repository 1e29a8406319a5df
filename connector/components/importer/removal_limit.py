# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many records may be removed without a decision of a person."""

from __future__ import annotations

from collections.abc import Iterable

from ...exception import ConnectorException, FatalError


class TooManyRemoved(FatalError, ConnectorException):
    """More bound records are missing than may be removed without a decision.

    :param missing_ids: their bindings
    :param bound: the number of all bound records
    """

    def __init__(
        self, question: str, missing_ids: Iterable[int] = (), bound: int = 0
    ) -> None:
        super().__init__(question)
        self.missing_ids = list(missing_ids)
        self.bound = bound


def allowed_removals(bound: int, max_percent: int) -> int:
    """Return how many of the bound records may be removed without a decision.

    At least one, but never all: an empty answer of a backend is probably wrong.
    """
    return max(0, min(bound - 1, max(1, bound * max_percent // 100)))
