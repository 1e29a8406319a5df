# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether, when and how often a request is sent again.

.. code-block:: text

    outcome of the try    repeatable call    other call
    ──────────────────    ───────────────    ───────────────────────────────────────────
    NOT_DONE, transient   send again         send again
    UNKNOWN, transient    send again         OutcomeUnknownError: the caller must look
    not transient         raise              raise (OutcomeUnknownError if UNKNOWN)

Three bounds end the tries: their number, the deadline of the whole call, and the time
spent waiting. A server's ``Retry-After`` wins over the backoff, a bound over both.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ._errors import Outcome, OutcomeUnknownError, ServerUnavailableError, VodooError
from ._protocols import Request, Response
from ._server_errors import redact

T = TypeVar("T")


@dataclass(frozen=True)
class RetryConfig:
    """How often, and after which waits, a call is sent again.

    ``deadline`` bounds all tries of a call and the waits between them, in seconds;
    None means two minutes, or twice the timeout if that is longer.
    ``max_wait`` bounds the waits alone: a call that would wait longer in all raises
    its error instead, which has the server's ``retry_after_seconds``.
    ``max_total_wait`` bounds the waits of all calls of a client together.
    ``jitter`` is the random part of a wait: it keeps clients from retrying together.
    """

    max_retries: int = 2
    backoff_base: float = 0.5
    backoff_max: float = 30.0
    deadline: float | None = None
    jitter: float = 0.5
    max_wait: float | None = None
    max_total_wait: float | None = None

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after the attempt (from 0), without jitter."""
        return min(self.backoff_base * 2.0 ** min(attempt, 60), self.backoff_max)

    def deadline_seconds(self, timeout_seconds: float | None) -> float:
        """Return how long all tries together may take."""
        if self.deadline is not None:
            return self.deadline
        return max(120.0, 2 * (timeout_seconds or 0.0))


def may_repeat(error: VodooError, repeatable: bool) -> bool:
    """Return whether sending the call again can help and cannot harm."""
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
    total_waited_seconds: float = 0.0,
) -> float | None:
    """Return how long to wait before the next try, None to give up."""
    if attempt >= retry.max_retries or not may_repeat(error, repeatable):
        return None
    wait = retry.delay(attempt) * (1 - retry.jitter * random())
    if isinstance(error, ServerUnavailableError):
        wait = max(wait, error.retry_after_seconds or 0.0)
    if retry.max_wait is not None and waited_seconds + wait > retry.max_wait:
        return None
    total = total_waited_seconds + wait
    if retry.max_total_wait is not None and total > retry.max_total_wait:
        return None
    if elapsed_seconds + wait >= retry.deadline_seconds(timeout_seconds):
        return None
    return wait


async def exchange(
    runner: Any,
    request: Request,
    read: Callable[[Response], T],
    *,
    repeatable: bool,
    retry: RetryConfig,
    timeout_seconds: float,
    clock: Callable[[], float] = time.monotonic,
    random: Callable[[], float] = random.random,
) -> T:
    """Send a request until it is answered; return what ``read`` makes of the answer."""
    started = clock()
    deadline_seconds = retry.deadline_seconds(timeout_seconds)
    request, waited_seconds = _within(request, deadline_seconds, timeout_seconds), 0.0
    for attempt in itertools.count():
        try:
            return read(await runner.send(request))
        except VodooError as error:
            failed = redact(error, request.secrets)
        elapsed_seconds = clock() - started
        wait = wait_seconds(
            failed,
            attempt=attempt,
            repeatable=repeatable,
            elapsed_seconds=elapsed_seconds,
            timeout_seconds=timeout_seconds,
            retry=retry,
            random=random,
            waited_seconds=waited_seconds,
            total_waited_seconds=runner.waited_seconds,
        )
        if wait is None:
            raise _final(failed, repeatable)
        await runner.sleep(wait)
        waited_seconds += wait
        runner.waited_seconds += wait
        remaining = deadline_seconds - elapsed_seconds - wait
        request = _within(request, remaining, timeout_seconds)
    raise AssertionError("counting does not end")


def _within(request: Request, seconds: float, timeout_seconds: float) -> Request:
    if seconds != request.within_seconds:
        request = replace(request, within_seconds=seconds)
    if seconds < timeout_seconds:
        request = replace(request, timeout_seconds=seconds)
    return request


def _final(error: VodooError, repeatable: bool) -> VodooError:
    """Return the error for the caller."""
    if repeatable or error.outcome is not Outcome.UNKNOWN:
        return error
    unknown = OutcomeUnknownError(
        f"the server may or may not have carried this out ({error.message}); "
        "look before sending it again",
        getattr(error, "code", -1),
        server_message=error.server_message,
    )
    unknown.__cause__ = error
    return unknown
