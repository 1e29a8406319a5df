# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When to send again, and when that would be wrong."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from ._errors import Outcome, ServerUnavailableError, VodooError


@dataclass(frozen=True)
class RetryConfig:
    """Tell how often and after which waits a call is sent again.

    ``deadline`` bounds all tries of a call and the waits between them, in seconds;
    None means two minutes, or twice the timeout if that is longer.
    ``max_wait`` bounds the waits alone: a call that would wait longer in all raises
    its error instead, which knows the server's ``retry_after_seconds``.
    ``jitter`` is the part of a wait that is random, to keep clients out of step.
    """

    max_retries: int = 2
    backoff_base: float = 0.5
    backoff_max: float = 30.0
    deadline: float | None = None
    jitter: float = 0.5
    max_wait: float | None = None

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after the attempt (from 0), without jitter."""
        return min(self.backoff_base * 2.0 ** min(attempt, 60), self.backoff_max)

    def deadline_seconds(self, timeout_seconds: float | None) -> float:
        """Return how long all tries together may take."""
        if self.deadline is not None:
            return self.deadline
        return max(120.0, 2 * (timeout_seconds or 0.0))


def may_repeat(error: VodooError, repeatable: bool) -> bool:
    """Tell whether sending the call again can help and cannot harm."""
    return error.transient and (repeatable or error.outcome is Outcome.NOT_DONE)


def wait_seconds(
    error: VodooError,
    *,
    attempt: int,
    repeatable: bool,
    elapsed_seconds: float,
    timeout_seconds: float | None,
    retry: RetryConfig,
    random: Callable[[], float],
    waited_seconds: float = 0.0,
) -> float | None:
    """Return how long to wait before the next try, None to give up.

    The server's ``Retry-After`` wins over the backoff, the deadline over both.
    """
    if attempt >= retry.max_retries or not may_repeat(error, repeatable):
        return None
    wait = retry.delay(attempt) * (1 - retry.jitter * random())
    if isinstance(error, ServerUnavailableError):
        wait = max(wait, error.retry_after_seconds or 0.0)
    if retry.max_wait is not None and waited_seconds + wait > retry.max_wait:
        return None
    if elapsed_seconds + wait >= retry.deadline_seconds(timeout_seconds):
        return None
    return wait


def retry_after_seconds(
    header: str | None, now: Callable[[], float] = time.time
) -> float | None:
    """Read the header ``Retry-After``: seconds, or a date."""
    if not header:
        return None
    try:
        seconds = float(header)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - now())
    except (TypeError, ValueError, OverflowError):
        return None
