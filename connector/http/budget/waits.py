# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Waits inside a job, in the worker, when a backend limits the rate of requests.

A session has no request budget (:class:`NoBudget`) unless its adapter declares one, see
``spending.py``. Without one, it learns of a limit by a refusal. A short wait is cheaper
than to postpone the job: urllib3 waits and sends the request again, by the policy of
:class:`RateLimitRetry`. All sessions of a job share one :class:`WaitBudget`. A wait
above the budget is not started: the session raises the error of the answer, and
queue_job runs the job again later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from urllib3.exceptions import MaxRetryError, ResponseError
from urllib3.util.retry import Retry

from ..errors import RATE_LIMIT_STATUSES, is_rate_limited, retry_after_seconds

#: waits of a job in its worker, for all its requests together: Odoo ends a request
#: after two minutes, and a waiting worker runs no other job
MAX_WAIT_SECONDS = 10


class WaitBudget:
    """Seconds that a job may wait in its worker."""

    def __init__(self, seconds: float = MAX_WAIT_SECONDS) -> None:
        self.seconds_left = seconds

    def take(self, seconds: float) -> bool:
        """Take ``seconds`` from the budget; return whether they were left."""
        if seconds > self.seconds_left:
            return False
        self.seconds_left -= seconds
        return True


class RateLimitRetry(Retry):
    """Retry policy that waits for the end of a rate limit, and retries nothing else.

    urllib3 itself reads only ``Retry-After``, and has no limit for all requests.
    """

    def __init__(self, budget: WaitBudget | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("total", 0)
        kwargs.setdefault("read", False)
        kwargs.setdefault("raise_on_status", False)
        super().__init__(**kwargs)
        self.budget = budget or WaitBudget()

    def is_retry(
        self, method: str, status_code: int, has_retry_after: bool = False
    ) -> bool:
        # of any method: a rate limit refuses a request before it has an effect
        return status_code in RATE_LIMIT_STATUSES

    def get_retry_after(self, response: Any) -> float | None:
        if is_rate_limited(response.status, response.headers):
            return retry_after_seconds(response.headers)
        return None

    def increment(
        self, method: Any = None, url: Any = None, response: Any = None, *args, **kwargs
    ) -> Retry:
        """Return the policy of the next attempt.

        :raise MaxRetryError: the answer asks for no wait, or a longer one than is left
        """
        if response is None:
            return super().increment(method, url, response, *args, **kwargs)
        seconds = self.get_retry_after(response)
        if seconds is None or not self.budget.take(seconds):
            raise MaxRetryError(None, url, ResponseError("no wait in the worker"))
        return self


class NoBudget:
    """Budget of a session without a limit: nothing is counted."""

    def send(self, request: Callable[[], Any], cost: float = 1) -> Any:
        return request()

    def reserve(self, cost: float = 1) -> None:
        pass

    def correct(self, **said: Any) -> None:
        pass

    def refused(self, seconds: float | None = None) -> None:
        pass
