# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workers and a server with a limit, in simulated time."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import replace
from math import inf

from ..http.budget.usage import WAITS_OF_JOB, Ask, Budget, Usage
from ..models.backend_pause import MAX_SPREAD_SECONDS


class WindowServer:
    """Server that allows some calls in any span of time."""

    def __init__(self, calls: int, seconds: float) -> None:
        self.calls, self.seconds = calls, seconds
        self.times: list[float] = []
        self.refused = 0

    def receive(self, now: float, cost: float = 1) -> None:
        self.times = [at for at in self.times if at > now - self.seconds]
        if len(self.times) >= self.calls:
            self.refused += 1
        else:
            self.times.append(now)


class BucketServer:
    """Server with a bucket of points."""

    def __init__(self, points: float, restored: float) -> None:
        self.points, self.restored = points, restored
        self.level, self.at, self.refused = points, 0.0, 0

    def receive(self, now: float, cost: float = 1) -> None:
        gained = (now - self.at) * self.restored
        self.level, self.at = min(self.points, self.level + gained), now
        if self.level < cost - 1e-6:
            self.refused += 1
        else:
            self.level -= cost


class Simulation:
    """Workers that perform jobs of several models, as the job runner starts them.

    :param jobs: ``{model: (number of jobs, calls of each)}``, models in the order of
        their priority
    """

    def __init__(self, budget: Budget, server, jobs: dict, seed: int = 1) -> None:
        self.budget, self.server = budget, server
        self.random = random.Random(seed)
        self.usage = Usage()
        self.latency, self.work = 0.01, 0.02
        #: calls that the server received, by model
        self.done: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        #: waits of urgent calls
        self.urgent_waits: list[float] = []
        self.longest_waits = 0.0
        self.fastest = inf
        self._events: list = []
        self._number = 0
        #: ``(priority, time from which on it may start, number, model, calls)``
        self.waiting = [
            (priority, 0.0, number, model, calls)
            for priority, (model, (count, calls)) in enumerate(jobs.items())
            for number in range(count)
        ]

    def at(self, time: float, action) -> None:
        self._number += 1
        heapq.heappush(self._events, (time, self._number, action))

    def run(self, workers: int, seconds: float) -> Simulation:
        for _worker in range(workers):
            self.at(self.random.uniform(0, 0.05), self._take_job)
        while self._events and self._events[0][0] <= seconds:
            now, _number, action = heapq.heappop(self._events)
            action(now)
        return self

    def send_urgent(self, time: float, cost: float = 1) -> None:
        ask = Ask(cost=cost, is_urgent=True)
        self.at(time, lambda now: self._call(now, ask, "urgent", now, lambda *_: None))

    def _take_job(self, now: float) -> None:
        due = [job for job in self.waiting if job[1] <= now]
        if not due:
            self.at(now + 0.1, self._take_job)
            return
        job = min(due)
        self.waiting.remove(job)
        self._continue(now, job, job[4], WAITS_OF_JOB, is_new=True)

    def _continue(self, now, job, calls, max_wait, is_new=False) -> None:
        """Send the next call of a job, or end it."""
        if not calls:
            self.ended[job[3]] += 1
            self.at(now + self.work, self._take_job)
            return
        ask = Ask(kind=job[3], is_new=is_new, max_wait=max_wait)
        self._call(now, ask, job[3], now, lambda *args: self._after(job, calls, *args))

    def _after(self, job, calls, now, left=None, refused_for=None) -> None:
        if refused_for is None:
            work = self.random.uniform(0.5, 1.5) * self.work
            self.at(now + work, lambda now: self._continue(now, job, calls - 1, left))
            return
        # the records that a chunk has read are kept
        same = sum(1 for other in self.waiting if other[3] == job[3])
        spread = min(self.budget.spread(self.usage, same), MAX_SPREAD_SECONDS)
        again = now + 1 + refused_for + self.random.uniform(0, spread)
        self.waiting.append((job[0], again, *job[2:4], calls))
        self.at(now + self.work, self._take_job)

    def _call(self, now, ask, model, asked_at, then, step="claim") -> None:
        self.usage, verdict = getattr(self.budget, step)(self.usage, now, ask)
        if verdict.refused_for is not None:
            then(now, None, verdict.refused_for)
        elif verdict.is_granted:
            sent = now + verdict.delay
            self.longest_waits = max(self.longest_waits, WAITS_OF_JOB - ask.max_wait)
            if model == "urgent":
                self.urgent_waits.append(sent - asked_at)
            self.at(
                sent + self.random.uniform(0.1, 1) * self.latency,
                lambda got: self._receive(got, sent, ask, model, verdict, then),
            )
        elif verdict.wait > ask.max_wait:
            then(now, None, verdict.wait)
        else:
            left = ask.max_wait - verdict.wait
            left = replace(ask, max_wait=left, claimed_at=verdict.counted_at)
            late = self.random.uniform(0, 0.005)
            self.at(
                now + verdict.wait + late,
                lambda now: self._call(now, left, model, asked_at, then, "start"),
            )

    def _receive(self, now, sent, ask, model, verdict, then) -> None:
        self.server.receive(now, ask.cost)
        self.done[model] += 1
        answered = now + self.random.uniform(0.1, 1) * self.latency
        taken = answered - sent
        self.fastest = min(self.fastest, taken)
        if not 0 <= taken - verdict.usual_seconds <= verdict.tolerance:
            times = (taken, self.fastest)
            self.at(answered, lambda now: self._late(verdict, ask.cost, times))
        self.at(answered, lambda now: then(now, ask.max_wait))

    def _late(self, verdict, cost, times) -> None:
        self.usage = self.budget.late(self.usage, verdict, cost, times)
