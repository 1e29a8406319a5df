# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Send a request until there is an answer, as often as it is safe and of use."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ._errors import Outcome, OutcomeUnknownError, VodooError
from ._protocols import Request, Response
from ._retry import RetryConfig, wait_seconds
from ._runners.anyio import AsyncRunner
from ._runners.sync import SyncRunner
from ._server_errors import redact

T = TypeVar("T")


async def exchange(
    runner: AsyncRunner | SyncRunner,
    request: Request,
    read: Callable[[Response], T],
    *,
    repeatable: bool,
    retry: RetryConfig,
    timeout_seconds: float,
    clock: Callable[[], float] = time.monotonic,
    random: Callable[[], float] = random.random,
) -> T:
    """Return what ``read`` makes of the answer.

    :raises OutcomeUnknownError: if the answer to what is not repeatable was lost.
    """
    started = clock()
    deadline_seconds = retry.deadline_seconds(timeout_seconds)
    if deadline_seconds != request.within_seconds:
        request = replace(request, within_seconds=deadline_seconds)
    if deadline_seconds < timeout_seconds:
        request = replace(request, timeout_seconds=deadline_seconds)
    attempt = 0
    waited_seconds = 0.0
    while True:
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
        )
        if wait is None:
            break
        await runner.sleep(wait)
        waited_seconds += wait
        attempt += 1
        remaining_seconds = deadline_seconds - elapsed_seconds - wait
        request = replace(request, within_seconds=remaining_seconds)
        if remaining_seconds < timeout_seconds:
            request = replace(request, timeout_seconds=remaining_seconds)
    if failed.outcome is Outcome.UNKNOWN and not repeatable:
        raise _outcome_unknown(failed) from failed
    raise failed


def _outcome_unknown(error: VodooError) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"the server may or may not have carried this out ({error.message}); "
        "look before sending it again",
        getattr(error, "code", -1),
        server_message=error.server_message,
    )
