# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Send the requests of a session within the budget that all workers share.

::

    send()
      reserve()            a slot of the budget; sleeps while it is near
      the request
      late, correct        what the answer says; most answers say nothing new
      429                  block the budget for all workers, and send again

The usage is in a *store*, which applies a step of the budget to it while no other
worker does. A slot that is too far away postpones the job: ``RequestBudgetSpent``
is an error that does not count as a try, and does not pause the backend.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from math import ceil, inf
from typing import NamedTuple, NoReturn

import requests

from ...exception import InvalidDataError, RequestBudgetSpent
from ..errors import is_rate_limited, retry_after_seconds
from .costs import CostBudget
from .headers import rate_limit_state
from .store import BudgetUnavailable, Caller, Change, Store
from .usage import EARLY_SECONDS, Ask, Budget, Usage, Verdict
from .waits import WaitBudget

_logger = logging.getLogger(__name__)

#: seconds that the budget is blocked if a 429 does not say for how long
DEFAULT_BLOCK_SECONDS = 5


class _Slot(NamedTuple):
    """A call that the budget has granted, and since when it is on its way."""

    verdict: Verdict
    cost: float
    sent_at: float


class Spending:
    """The budget of one session; several threads may send with it.

    :param waits: seconds that the job may wait in its worker
    """

    def __init__(self, store: Store, waits: WaitBudget, caller: Caller) -> None:
        self._store = store
        self._waits = waits
        self._caller = caller
        self._is_new = True
        #: points of the last call, which its answer may correct
        self._cost = 0.0
        self._fastest = inf

    # -- requests -------------------------------------------------------------

    def send(
        self, request: Callable[[], requests.Response], cost: float = 1
    ) -> requests.Response:
        """Send a request within the budget; after a 429, wait and send it again.

        :raise RequestBudgetSpent: there is no slot near enough; try later
        """
        while True:
            slot = self._reserve(cost)
            try:
                response = request()
            except requests.RequestException:
                self._note_late(slot)
                raise
            self._note_late(slot)
            if response.history:
                self._charge(slot.cost * len(response.history))
            if not is_rate_limited(response.status_code, response.headers):
                self._read_headers(response.headers, slot)
                return response
            self.refused(retry_after_seconds(response.headers))
            if not isinstance(response.request.body, bytes | str | None):
                return response  # a stream that is read
            response.close()

    def reserve(self, cost: float = 1) -> None:
        """Wait for a slot of the budget, for a call that the session does not send.

        :raise RequestBudgetSpent: there is none near enough; try later
        """
        self._reserve(cost)

    def _reserve(self, cost: float) -> _Slot:
        if not isinstance(self._store.budget, CostBudget):
            cost = 1  # calls are counted, whatever they cost
        ask = Ask(
            cost=cost,
            is_urgent=self._caller.is_urgent,
            is_new=self._is_new,
            kind=self._caller.kind,
            job=self._caller.job,
            max_wait=max(0.0, self._waits.seconds_left),
        )
        sent_at, verdict = time.monotonic(), self._ask("claim", ask)
        self._waits.seconds_left += verdict.extra_wait if self._is_new else 0
        while not verdict.is_granted:
            if verdict.refused_for is not None:
                self._postpone(verdict.refused_for)
            if not self._waits.take(verdict.wait):
                self._postpone(verdict.wait)
            time.sleep(max(0.0, verdict.wait - EARLY_SECONDS))
            ask = replace(
                ask,
                claimed_at=verdict.counted_at,
                max_wait=self._waits.seconds_left,
            )
            sent_at, verdict = time.monotonic(), self._ask("start", ask)
        if verdict.delay:
            time.sleep(verdict.delay)
        self._is_new = False
        self._cost = cost
        return _Slot(verdict, cost, sent_at + verdict.delay)

    def _ask(self, step: str, ask: Ask) -> Verdict:
        """Return the verdict of a step of the budget."""
        try:
            return self._store.update(
                lambda budget, usage, now: getattr(budget, step)(usage, now, ask),
                partial(_count_verdict, ask),
            )
        except ValueError as error:
            raise InvalidDataError(f"{self._store.title}: {error}.") from None
        except BudgetUnavailable as error:
            if self._caller.job is None or error.is_permanent:
                _logger.warning("%s: %s; sent without it", self._store.title, error)
                return Verdict()
            postponed = RequestBudgetSpent(
                f"{self._store.title} cannot be read now ({error}).",
                seconds=random.randint(2, 5),
                ignore_retry=True,
            )
        raise postponed

    def _postpone(self, seconds: float) -> NoReturn:
        spread = self._store.seconds_apart(self._caller)
        seconds += random.uniform(0, spread)
        end = datetime.fromtimestamp(time.time() + seconds, timezone.utc)
        raise RequestBudgetSpent(
            f"Waits for {self._store.title} until {end:%H:%M:%S} UTC.",
            # times of jobs are whole seconds
            seconds=max(1, ceil(seconds)),
            ignore_retry=True,
        )

    # -- corrections by answers -------------------------------------------------

    def correct(
        self,
        cost: float | None = None,
        available: float | None = None,
        maximum: float | None = None,
        restore_per_second: float | None = None,
    ) -> None:
        """Take over what an answer says of the bucket of a ``CostBudget``.

        :param cost: points that the last request did cost
        :param available: points that are left now
        :param maximum: points of a full bucket
        """
        if not isinstance(self._store.budget, CostBudget):
            return
        refund = 0.0 if cost is None else self._cost - cost
        self._cost -= refund

        def change(budget: Budget, usage: Usage, now: float) -> tuple[Usage, None]:
            usage = budget.correct(
                usage, now, refund, available, maximum, restore_per_second
            )
            return usage, None

        self._change(change, {"points": -refund})

    def refused(self, seconds: float | None = None) -> None:
        """Block the budget for all workers: the server refused the last request.

        :param seconds: until the server answers again, if it says so
        """
        self._block(seconds or DEFAULT_BLOCK_SECONDS, {"refused": 1})

    def _block(self, seconds: float, counts: Mapping[str, float] | None = None) -> None:
        self._change(
            lambda budget, usage, now: (budget.block(usage, now, seconds), None), counts
        )

    def _charge(self, cost: float) -> None:
        """Count requests that redirects made."""
        self._change(
            lambda budget, usage, now: (budget.charge(usage, now, cost), None),
            {"calls": cost, "points": cost},
        )

    def _note_late(self, slot: _Slot) -> None:
        """Report an answer that took unusually long; see ``calls.py``."""
        seconds = time.monotonic() - slot.sent_at
        self._fastest = min(self._fastest, seconds)
        verdict, times = slot.verdict, (seconds, self._fastest)
        if not 0 <= seconds - verdict.usual_seconds <= verdict.tolerance:
            self._change(
                lambda budget, usage, now: (
                    budget.late(usage, verdict, slot.cost, times),
                    None,
                )
            )

    def _read_headers(self, headers: Mapping[str, str], slot: _Slot) -> None:
        """Correct the budget if the server says that less remains."""
        state, declared = rate_limit_state(headers), self._store.budget
        if state is None:
            return
        is_less = state.remaining < slot.verdict.remaining
        if isinstance(declared, CostBudget):
            if state.limit is not None and is_less:
                self.correct(available=state.remaining)
        elif state.limit == declared.calls:
            if is_less:
                self._change(
                    lambda budget, usage, now: (
                        budget.correct(usage, now, state.remaining, state.reset),
                        None,
                    )
                )
        elif state.remaining == 0 and state.reset:
            # of another window
            self._block(state.reset)

    def _change(self, change: Change, counts: Mapping[str, float] | None = None):
        """Change the usage; the request was sent, so that no error helps."""
        try:
            self._store.update(change, lambda _result: counts or {})
        except BudgetUnavailable as error:
            _logger.warning("%s was not corrected: %s", self._store.title, error)


def _count_verdict(ask: Ask, verdict: Verdict) -> dict[str, float]:
    """Return what a verdict adds to the counters."""
    if verdict.is_granted:
        return {"calls": 1, "points": ask.cost}
    if verdict.refused_for is not None:
        return {"postponed": 1}
    return {"waits": 1, "wait_seconds": verdict.wait}
