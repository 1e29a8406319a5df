# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Limits of a backend, and what its workers have used of them.

Pure arithmetic: a method gets a :class:`Usage` and the time, and returns the next
:class:`Usage`. One row of the database holds the usage; all workers change it in turn.

::

    claim ─┬─► granted             the call is counted: send it
           ├─► wait, then start ─► granted, or wait again
           └─► refused             postpone the job
    late      the answer took long: the call counts from its answer on
    correct   the server states the remaining calls or points
    block     the server refused a call (429): nobody sends before a time

**Priority.** Calls of users, webhooks and edits are *urgent*: they take what the
limit allows. Other calls are *bulk*:

* they leave a reserve to urgent calls: 2 % of the calls, 20 % of the points;
* an urgent call is counted when it starts to wait, a bulk call when it is sent;
* they are evenly spaced, after a burst of a quarter of the calls, so that a slot for an
  urgent call is never far away;
* a job starts only if the others leave a slot soon. So few jobs wait for slots at a
  time, and each of them gets many calls. A model whose jobs were refused for a while
  may start behind a longer queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import inf
from typing import Any, TypeVar

from ...exception import MAX_JOB_WAIT_SECONDS

#: seconds that jobs may be behind, for another job to start
NEW_JOB_SECONDS = 0.5
#: the same for a model whose jobs were refused for HUNGRY_SECONDS
HUNGRY_JOB_SECONDS = 2.0
HUNGRY_SECONDS = 2.0
#: calls that a job can count on within the seconds that it may wait
CALLS_OF_JOB = 10
#: a job that could not end waits longer the next time, up to this
MAX_JOB_WAITS = 60.0
WAITS_OF_JOB = 10.0
#: jobs that could not end, as far as they are remembered
_MAX_UNFINISHED = 50
#: a shorter wait counts as none: seconds
EPSILON = 1e-6
#: a waiting worker wakes up this early, to have its slot when it begins
EARLY_SECONDS = 0.01
#: a time cannot be further ahead
_MAX_AHEAD = MAX_JOB_WAIT_SECONDS

T = TypeVar("T")


@dataclass(frozen=True)
class Ask:
    """A call that a worker wants to send.

    :param kind: calls of different kinds get equal chances: the model
    :param is_new: it is the first call of its job
    :param max_wait: seconds that the worker can wait
    :param claimed_at: ``counted_at`` of the claim, of a call that has waited
    """

    cost: float = 1
    is_urgent: bool = False
    is_new: bool = False
    kind: str = ""
    job: str | None = None
    max_wait: float = WAITS_OF_JOB
    claimed_at: float | None = None


@dataclass(frozen=True)
class Verdict:
    """Answer to an :class:`Ask`: granted, wait, or refused for some seconds."""

    wait: float = 0.0
    refused_for: float | None = None
    #: time under which the call is counted, for ``late``
    counted_at: float = 0.0
    #: seconds until the call may be sent, of a granted one
    delay: float = 0.0
    #: seconds that an answer takes at least, and how much longer it may take
    usual_seconds: float = 0.0
    tolerance: float = inf
    #: calls or points that remain to urgent calls
    remaining: float = inf
    #: seconds that the job may wait, more than usual
    extra_wait: float = 0.0

    @property
    def is_granted(self) -> bool:
        return self.refused_for is None and self.wait <= 0


@dataclass(frozen=True)
class Usage:
    """The used part of a budget. Times are seconds since 1970, by one clock."""

    #: of a RequestBudget: ``(time, calls)``, sorted
    spent: tuple[tuple[float, float], ...] = ()
    #: of a CostBudget: points at a time; None is a full bucket
    level: float | None = None
    level_at: float = 0.0
    #: limits that the server has stated, instead of the declared ones
    points: float | None = None
    restore_per_second: float | None = None
    #: time at which the evenly spaced bulk calls would all be sent
    paced_until: float = 0.0
    #: seconds of the fastest answers, and how many unusual ones were reported
    fastest: float = 0.0
    reports: int = 0
    #: nobody sends before this time
    blocked_until: float = 0.0
    #: ``{kind: time of the first refusal since a job of it started}``
    hungry: Mapping[str, float] = field(default_factory=dict)
    #: ``{job: how often it used up its waits}``
    unfinished: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Usage:
        """Return a stored usage, without fields of another version."""
        known = {each.name for each in fields(cls)}
        values = {name: v for name, v in (values or {}).items() if name in known}
        values["spent"] = tuple((at, cost) for at, cost in values.get("spent", ()))
        return cls(**values)

    def at(self, now: float) -> Usage:
        """Return the usage without times that the clock had before it was set back."""
        latest = max((at for at, __ in self.spent), default=now)
        latest = max(latest, self.level_at, self.paced_until - _MAX_AHEAD)
        if latest <= now + _MAX_AHEAD and self.blocked_until <= now + _MAX_AHEAD:
            return self
        return replace(
            self,
            spent=tuple((at, cost) for at, cost in self.spent if at <= now),
            level_at=min(self.level_at, now),
            paced_until=min(self.paced_until, now + _MAX_AHEAD),
            blocked_until=min(self.blocked_until, now + _MAX_AHEAD),
            hungry={},
        )

    def to_json(self) -> dict[str, Any]:
        """Return the values that differ from those of an unused budget."""
        unused = asdict(Usage())
        values = asdict(self).items()
        return {name: value for name, value in values if value != unused[name]}


class Budget:
    """Base of the limits; authors declare one of its subclasses."""

    name: str

    def claim(self, usage: Usage, now: float, ask: Ask) -> tuple[Usage, Verdict]:
        """Grant a call, reserve a later time for it, or refuse it.

        :raise ValueError: no wait is long enough for this cost
        """
        self._check(usage, ask)
        start, claimed = self._queue(usage, now, ask)
        count = usage.unfinished.get(ask.job or "", 0)
        extra = min(WAITS_OF_JOB * 2**count, MAX_JOB_WAITS) - WAITS_OF_JOB
        if ask.is_new and not ask.is_urgent:
            allowed = self._wait_of_new_job(usage, now, ask)
            until = max(start - allowed, self._enough_at(usage, now))
            if until > now + EPSILON:
                hungry = {ask.kind: now, **usage.hungry}
                return replace(usage, hungry=hungry), Verdict(refused_for=until - now)
            hungry = {**usage.hungry}
            hungry.pop(ask.kind, None)
            claimed = replace(claimed, hungry=hungry)
        elif start - now > ask.max_wait:
            refused = _note_unfinished(usage, ask.job)
            return refused, Verdict(refused_for=start - now)
        if start > now + EPSILON:
            waiting = Verdict(wait=start - now, counted_at=start, extra_wait=extra)
            return claimed, waiting
        started, verdict = self.start(claimed, now, ask)
        return started, replace(verdict, extra_wait=extra)

    def _wait_of_new_job(self, usage: Usage, now: float, ask: Ask) -> float:
        """Return how long the first call of a job may wait."""
        gap = self.gap(usage) * ask.cost
        allowed = max(NEW_JOB_SECONDS, 2 * gap)
        if now - usage.hungry.get(ask.kind, inf) >= HUNGRY_SECONDS:
            allowed = max(HUNGRY_JOB_SECONDS, 4 * gap)
        return min(allowed, ask.max_wait)

    def block(self, usage: Usage, now: float, seconds: float) -> Usage:
        """Prevent all workers from sending for some seconds."""
        until = max(usage.blocked_until, now + seconds)
        return replace(usage, blocked_until=until)

    def spread(self, usage: Usage, waiting: float) -> float:
        """Return the seconds over which so many postponed jobs are spread.

        As many come back per second as the budget has calls; some find no slot.
        """
        per_second = min(max(1.25 / self.gap(usage), 1), 10)
        return max(waiting / per_second, 2)

    # -- of the kind of budget --------------------------------------------------

    def gap(self, usage: Usage) -> float:
        """Return the seconds in which a call, or a point, comes back."""
        raise NotImplementedError

    def scaled(self: T, percent: float) -> T:
        """Return the budget of which only some percent may be used."""
        raise NotImplementedError

    def start(self, usage: Usage, now: float, ask: Ask) -> tuple[Usage, Verdict]:
        """Count a call that was claimed, or say how long it must still wait."""
        if usage.blocked_until > now + EPSILON:
            # calls are spread again after the block
            usage = self._without_claim(usage, ask)
            again = replace(ask, is_new=False, claimed_at=None)
            return self.claim(usage, now, again)
        usage, verdict = self._count(usage, now, ask)
        if verdict.wait > ask.max_wait:
            refused = _note_unfinished(self._without_claim(usage, ask), ask.job)
            return refused, Verdict(refused_for=verdict.wait)
        return usage, verdict

    def charge(self, usage: Usage, now: float, cost: float) -> Usage:
        """Count calls or points that were used without being claimed."""
        raise NotImplementedError

    def late(
        self, usage: Usage, verdict: Verdict, cost: float, times: tuple[float, float]
    ) -> Usage:
        """Count a call later: its answer took unusually long, or short.

        :param times: seconds of the answer, and of the fastest one of the session
        """
        return usage

    def _without_claim(self, usage: Usage, ask: Ask) -> Usage:
        """Return the usage without what an urgent call has claimed."""
        return usage

    def _check(self, usage: Usage, ask: Ask) -> None:
        """Raise an error for a call that never fits."""
        raise NotImplementedError

    def _count(self, usage: Usage, now: float, ask: Ask) -> tuple[Usage, Verdict]:
        """Count a call that nothing blocks, or say how long it must still wait."""
        raise NotImplementedError

    def _queue(self, usage: Usage, now: float, ask: Ask) -> tuple[float, Usage]:
        """Return when a call can be sent, and the usage with this time reserved."""
        raise NotImplementedError

    def _enough_at(self, usage: Usage, now: float) -> float:
        """Return when there is enough for a job, not for its first call only."""
        return now


def _note_unfinished(usage: Usage, job: str | None) -> Usage:
    if not job:
        return usage
    others = {key: count for key, count in usage.unfinished.items() if key != job}
    kept = list(others.items())[-_MAX_UNFINISHED + 1 :]
    count = usage.unfinished.get(job, 0) + 1
    return replace(usage, unfinished={**dict(kept), job: count})
