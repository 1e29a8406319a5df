# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bucket of points, of which some are restored each second.

A bulk call takes its points when it is sent; until then its place in the queue is a
time. An urgent call takes them when it is claimed: the level may be below zero while it
waits. A call that reaches the server late finds more points than expected.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from .usage import EPSILON, Ask, Budget, Usage, Verdict


@dataclass(frozen=True)
class CostBudget(Budget):
    """A bucket of ``points``, of which some are restored per second.

    For costs of GraphQL, and for leaky buckets: ``32/40`` calls, two per second.

    :param name: separates the budgets of a backend that has several
    """

    points: float
    restore_per_second: float
    name: str = "requests"
    #: part of the points that may be used
    share: float = field(default=1.0, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not (0 < self.points < inf and 0 < self.restore_per_second < inf):
            raise ValueError(
                f"{self}: expected positive numbers, as in "
                "CostBudget(points=1000, restore_per_second=50)"
            )

    def __str__(self) -> str:
        return f"{self.points:g} points, {self.restore_per_second:g} per second"

    def gap(self, usage: Usage) -> float:
        return 1 / self._limits(usage)[1]

    def scaled(self, percent: float) -> CostBudget:
        return self if percent >= 100 else replace(self, share=percent / 100)

    def _count(self, usage: Usage, now: float, ask: Ask) -> tuple[Usage, Verdict]:
        level = self._level(usage, now)
        if ask.is_urgent and ask.claimed_at is not None:
            # a waiting worker wakes up early
            delay = max(0.0, ask.claimed_at - now)
            return usage, Verdict(remaining=level, delay=delay)
        start = self._restored_at(usage, now, ask)
        if start > now + EPSILON:
            return usage, Verdict(wait=start - now)
        usage = self.charge(usage, now, ask.cost)
        return usage, Verdict(remaining=level - ask.cost)

    def charge(self, usage: Usage, now: float, cost: float) -> Usage:
        return replace(usage, level=self._level(usage, now) - cost, level_at=now)

    def block(self, usage: Usage, now: float, seconds: float) -> Usage:
        # workers that wait claim their points again
        usage = super().block(usage, now, seconds)
        return replace(usage, level=0.0, level_at=now)

    def correct(
        self,
        usage: Usage,
        now: float,
        refund: float = 0.0,
        available: float | None = None,
        maximum: float | None = None,
        restore_per_second: float | None = None,
    ) -> Usage:
        """Take over what the server says of the bucket.

        :param refund: points that were reserved, and not used
        """
        level = self._level(usage, now) + refund
        usage = replace(
            usage,
            points=_positive(maximum) or usage.points,
            restore_per_second=_positive(restore_per_second)
            or usage.restore_per_second,
        )
        if available is not None:
            level = min(level, available)
        return replace(usage, level=level, level_at=now)

    def _limits(self, usage: Usage) -> tuple[float, float]:
        points = usage.points or self.points
        restored = usage.restore_per_second or self.restore_per_second
        return points * self.share, restored * self.share

    def _level(self, usage: Usage, now: float) -> float:
        points, restored = self._limits(usage)
        if usage.level is None:
            return points
        return min(points, usage.level + max(0.0, now - usage.level_at) * restored)

    def _check(self, usage: Usage, ask: Ask) -> None:
        points, __ = self._limits(usage)
        if not 0 <= ask.cost <= points:
            raise ValueError(
                f"a call that costs {ask.cost:g} points does not fit in a bucket of "
                f"{points:g} points: ask for fewer records"
            )

    def _queue(self, usage: Usage, now: float, ask: Ask) -> tuple[float, Usage]:
        start = max(self._restored_at(usage, now, ask), usage.blocked_until)
        if not ask.is_urgent:
            start = max(start, usage.paced_until)
        if start <= now:
            return start, usage
        if ask.is_urgent:
            return start, self.charge(usage, now, ask.cost)
        paced_until = start + ask.cost * self.gap(usage)
        return start, replace(usage, paced_until=paced_until)

    def _restored_at(self, usage: Usage, now: float, ask: Ask) -> float:
        """Return when there are enough points for a call."""
        points, restored = self._limits(usage)
        reserve = 0.0 if ask.is_urgent else min(0.2 * points, points - ask.cost)
        missing = ask.cost + reserve - self._level(usage, now)
        return now + max(0.0, missing) / restored


def _positive(number: float | None) -> float | None:
    return number if number is not None and 0 < number < inf else None
