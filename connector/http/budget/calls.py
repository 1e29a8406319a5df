# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""At most so many calls in any so many seconds.

The times of the last calls are kept, of many calls in a hundred slices.

**Invariant.** In any ``seconds``, the server receives at most ``calls`` calls, if the
way of each call takes the same time. An answer that takes longer than the fastest ones
may be that of a call that the server received later. Up to ``margin`` this makes no
difference; a later call is counted later, by as much. Until enough slow answers are
known, the fastest ones take no time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, inf

from .usage import (
    CALLS_OF_JOB,
    EARLY_SECONDS,
    EPSILON,
    WAITS_OF_JOB,
    Ask,
    Budget,
    Usage,
    Verdict,
)

#: slices of a window of many calls
_SLICES = 100
#: reports from which on the fastest answers are known
_ENOUGH = 20


@dataclass(frozen=True)
class RequestBudget(Budget):
    """At most ``calls`` in any ``seconds``, whatever the server counts them by.

    :param name: separates the budgets of a backend that has several
    """

    calls: int
    seconds: float
    name: str = "requests"

    def __post_init__(self) -> None:
        if not (self.calls >= 1 and 0 < self.seconds < inf):
            raise ValueError(
                f"{self}: expected at least one call in a positive number of seconds, "
                "as in RequestBudget(calls=60, seconds=20)"
            )

    def __str__(self) -> str:
        return f"{self.calls:g} calls per {self.seconds:g} s"

    @property
    def margin(self) -> float:
        """Seconds by which a call may be received late without being reported."""
        return min(0.01 * self.seconds, 0.25)

    @property
    def window(self) -> float:
        return self.seconds + self.margin

    @property
    def reserve(self) -> int:
        """Calls of a window that only urgent calls get."""
        return int(self.calls) // 50

    @property
    def burst(self) -> int:
        return max(1, int(self.calls) // 4)

    def gap(self, usage: Usage) -> float:
        return self.window / self.calls

    def scaled(self, percent: float) -> RequestBudget:
        if percent >= 100:
            return self
        calls = max(1, int(self.calls * percent / 100))
        # a share of less than one call needs a longer window
        seconds = self.seconds * max(1.0, 100 / (percent * self.calls))
        return replace(self, calls=calls, seconds=seconds)

    def _count(self, usage: Usage, now: float, ask: Ask) -> tuple[Usage, Verdict]:
        usage = self._without_old(self._without_claim(usage, ask), now)
        free = self._free_at(usage, now, ask)
        if free > now + EARLY_SECONDS:
            return usage, Verdict(wait=free - now)
        counted_at = self._slice(max(free, now))
        spent = _added(usage.spent, counted_at, ask.cost)
        usage = replace(usage, spent=spent)
        return usage, Verdict(
            counted_at=counted_at,
            delay=max(0.0, free - now),
            usual_seconds=self._usual(usage),
            tolerance=self.margin,
            remaining=self.calls - _total(spent),
        )

    def charge(self, usage: Usage, now: float, cost: float) -> Usage:
        usage = self._without_old(usage, now)
        return replace(usage, spent=_added(usage.spent, self._slice(now), cost))

    def late(
        self, usage: Usage, verdict: Verdict, cost: float, times: tuple[float, float]
    ) -> Usage:
        seconds, fastest = times
        if usage.fastest:
            # slowly up, if the server becomes slower
            fastest = min(fastest, usage.fastest * 1.01)
        usage = replace(usage, fastest=fastest, reports=min(usage.reports + 1, _ENOUGH))
        late_by = max(0.0, seconds - self._usual(usage))
        at = verdict.counted_at
        spent = _added(usage.spent, at, -cost)
        return replace(usage, spent=_added(spent, self._slice(at + late_by), cost))

    def _usual(self, usage: Usage) -> float:
        """Return what each answer takes at least, 0 if too few are known."""
        if usage.reports < _ENOUGH:
            return 0.0
        return max(0.0, usage.fastest - self.margin)

    def _without_claim(self, usage: Usage, ask: Ask) -> Usage:
        if not (ask.is_urgent and ask.claimed_at is not None):
            return usage
        at = self._slice(ask.claimed_at)
        return replace(usage, spent=_added(usage.spent, at, -ask.cost))

    def correct(
        self, usage: Usage, now: float, remaining: float, reset: float | None = None
    ) -> Usage:
        """Count calls of others: the server says how many remain.

        :param reset: seconds until the server forgets them
        """
        usage = self._without_old(usage, now)
        foreign = self.calls - remaining - _total(usage.spent)
        if foreign <= 0:
            return usage
        at = now if reset is None else min(now, now + reset - self.window)
        return replace(usage, spent=_added(usage.spent, self._slice(at), foreign))

    def _check(self, usage: Usage, ask: Ask) -> None:
        if ask.cost > self.calls - self.reserve:
            raise ValueError(
                f"a call of cost {ask.cost:g} does not fit in the budget of {self}"
            )

    def _queue(self, usage: Usage, now: float, ask: Ask) -> tuple[float, Usage]:
        usage = self._without_old(usage, now)
        free = max(now, usage.blocked_until, self._free_at(usage, now, ask))
        gap, paced = self.gap(usage), max(usage.paced_until, now)
        if ask.is_urgent:
            spent = usage.spent
            if free > now:
                spent = _added(spent, self._slice(free), ask.cost)
            paced += ask.cost * gap
            return free, replace(usage, spent=spent, paced_until=paced)
        if free > now:
            # evenly spaced from then on: no burst
            paced = max(paced, free + (self.burst - ask.cost) * gap)
        paced += ask.cost * gap
        start = max(free, paced - self.burst * gap)
        return start, replace(usage, paced_until=paced)

    def _enough_at(self, usage: Usage, now: float) -> float:
        gap = self.gap(usage)
        enough = min(self.burst, CALLS_OF_JOB - WAITS_OF_JOB / gap)
        if enough <= 0:  # they come back while the job waits
            return now
        return max(usage.paced_until, now) - (self.burst - enough) * gap

    def _free_at(self, usage: Usage, now: float, ask: Ask) -> float:
        """Return when the window has a free slot for a call."""
        total, limit = _total(usage.spent), self.calls
        if not ask.is_urgent:
            limit -= self.reserve
        free = now
        for at, cost in usage.spent:
            if total + ask.cost <= limit:
                break
            total -= cost
            free = max(free, at + self.window)
        return free

    def _without_old(self, usage: Usage, now: float) -> Usage:
        since = now - self.window
        if not usage.spent or usage.spent[0][0] > since:
            return usage
        spent = tuple((at, cost) for at, cost in usage.spent if at > since)
        return replace(usage, spent=spent)

    def _slice(self, at: float) -> float:
        """Return the time by which a call is counted: of many, the next of a grid."""
        if self.calls <= _SLICES:
            return at
        grid = self.seconds / _SLICES
        return ceil(at / grid) * grid


def _total(spent: tuple[tuple[float, float], ...]) -> float:
    return sum(cost for __, cost in spent)


def _added(
    spent: tuple[tuple[float, float], ...], at: float, cost: float
) -> tuple[tuple[float, float], ...]:
    """Return the sorted entries with some calls more, or less, at a time."""
    times = dict(spent)
    if cost < 0 and at not in times:
        return spent  # it is old
    times[at] = times.get(at, 0) + cost
    return tuple((at, times[at]) for at in sorted(times) if times[at] > EPSILON)
