# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long a job may wait for its next try."""

from __future__ import annotations

from math import ceil, isfinite
from typing import Any

from .exception import NetworkRetryableError

#: no job waits longer for its next try, whatever a backend or an error asks for: a
#: number that cannot be meant would hold the job, and the schedule behind it, for ever
MAX_JOB_WAIT_SECONDS = 3600
#: where a backend asks to wait and does not say for how long
DEFAULT_PAUSE_SECONDS = 60


def clamp_wait(seconds: Any) -> int | None:
    """Return the whole seconds of a wait: an hour at most, None if they are no number.

    None and 0 leave the time to the retry pattern of the job.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if seconds > MAX_JOB_WAIT_SECONDS:  # before isfinite: an int may be too large
        return MAX_JOB_WAIT_SECONDS
    if not isfinite(seconds) or seconds <= 0:
        return None
    return ceil(seconds)


def asks_to_wait(error: Any) -> bool:
    """Return whether an error is a backend's wish that all its jobs wait.

    As adapters raise it: ``NetworkRetryableError(…, seconds=…, ignore_retry=True)``.
    """
    return isinstance(error, NetworkRetryableError) and bool(error.ignore_retry)


def keeps_dependencies(error: Exception) -> bool:
    """Return whether a job may commit what it did before an error made it wait.

    Whole dependencies were imported or exported, and nothing was done about the record
    that needs them: the job goes on in another one, and does not begin again.
    """
    return getattr(error, "keeps_dependencies", False)
