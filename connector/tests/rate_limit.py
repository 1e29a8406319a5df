# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend that allows some requests in each span of time, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from ..exception import NetworkRetryableError


class RateLimit:
    """Allow ``allowed`` requests in each window of some seconds.

    A window begins with the first request after the end of the former.
    """

    def __init__(
        self, allowed: int, seconds: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self.clock = clock
        self.asked = 0
        self.refused = 0
        self._in_window = 0
        self._window_ends = 0.0

    def ask(self) -> None:
        """Count a request.

        :raise NetworkRetryableError: there were too many, as adapters raise it
        """
        now = self.clock()
        if now >= self._window_ends:
            self._window_ends, self._in_window = now + self.seconds, 0
        self.asked += 1
        self._in_window += 1
        if self._in_window > self.allowed:
            self.refused += 1
            raise NetworkRetryableError(
                "429 Too many requests",
                seconds=ceil(self._window_ends - now),
                ignore_retry=True,
            )
