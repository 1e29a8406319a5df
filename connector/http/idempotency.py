# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a failed request may have been executed.

=====================================  ================================================
failure                                executed?
=====================================  ================================================
no connection                          no: nothing was sent
4xx but 408, 501, a rate limit         no: the backend refused
``InvalidDataError`` of an adapter     no, unless it is an ``UnreadableAnswer``
anything else: time-out, 5xx, a crash  unknown
=====================================  ================================================

The session notes ``status_code``, ``was_not_sent`` and ``is_rate_limit`` on its errors.
"""

from __future__ import annotations

from requests import exceptions
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ..exception import InvalidDataError, UnreadableAnswer

#: refusals by statuses outside of 400 to 499
_REFUSING_STATUSES = frozenset({501})
#: the backend ended its wait for the request; it may have begun
_UNKNOWN_STATUSES = frozenset({408})


def was_not_sent(error: exceptions.RequestException) -> bool:
    """Return whether a request failed before any of it was sent."""
    if isinstance(error, exceptions.ConnectTimeout | exceptions.SSLError):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def proves_not_executed(error: BaseException) -> bool:
    """Return whether an error proves that a request changed nothing."""
    status = getattr(error, "status_code", None)
    if status is not None:
        if getattr(error, "is_rate_limit", False) or status in _REFUSING_STATUSES:
            return True
        return 400 <= status < 500 and status not in _UNKNOWN_STATUSES
    if getattr(error, "was_not_sent", False):
        return True
    return isinstance(error, InvalidDataError) and not isinstance(
        error, UnreadableAnswer
    )
