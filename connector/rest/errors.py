# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a status or a broken transport means to a job: the one table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from math import ceil

from requests import exceptions

from ..exception import (
    ConnectorException,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)

#: no wait is that long: more seconds are a moment, counted from 1970
_LONG_AGO = 1_000_000_000


class RestRefusal(ConnectorException):
    """The backend refuses for a reason that only a person can mend."""


#: the first row whose statuses hold the status decides; None is success
STATUS_ERRORS: tuple[tuple[frozenset[int] | range, type[Exception] | None], ...] = (
    (range(200, 300), None),
    (frozenset({400, 409, 413, 422}), InvalidDataError),
    (frozenset({404, 410}), IDMissingInBackend),
    (frozenset({408, 425, 429}), NetworkRetryableError),
    (frozenset({412, 423}), RetryableJobError),
    (frozenset({501, 505, 506, 510}), RestRefusal),
    (range(500, 600), NetworkRetryableError),
    # credentials, rights, wrong address or method; redirects that were not followed
    (range(100, 500), RestRefusal),
)

#: the first class that fits decides
TRANSPORT_ERRORS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    # a certificate, a proxy's address: they do not mend by themselves
    (exceptions.SSLError, RestRefusal),
    (exceptions.InvalidProxyURL, RestRefusal),
    (exceptions.ConnectionError, NetworkRetryableError),
    (exceptions.Timeout, NetworkRetryableError),
    (exceptions.ChunkedEncodingError, NetworkRetryableError),
    (exceptions.ContentDecodingError, NetworkRetryableError),
    (exceptions.RetryError, NetworkRetryableError),
    # the answer is no JSON: a login page, a wrong address
    (exceptions.JSONDecodeError, RestRefusal),
    # what we send is no JSON: NaN, for one
    (exceptions.InvalidJSONError, InvalidDataError),
    (exceptions.HTTPError, RestRefusal),
    (exceptions.URLRequired, RestRefusal),
    (exceptions.TooManyRedirects, RestRefusal),
    (exceptions.MissingSchema, RestRefusal),
    (exceptions.InvalidSchema, RestRefusal),
    (exceptions.InvalidURL, RestRefusal),
    (exceptions.InvalidHeader, RestRefusal),
    (exceptions.StreamConsumedError, RestRefusal),
    (exceptions.UnrewindableBodyError, RestRefusal),
    (exceptions.RequestException, RestRefusal),
)

#: the first class that fits: what a person should look at
HINTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        exceptions.SSLError,
        "no secure connection; does it speak https://, and is its certificate good?",
    ),
    (exceptions.Timeout, "no answer in time"),
    (
        exceptions.ConnectionError,
        "nothing answers; is the address right, and is the server running?",
    ),
    (
        (exceptions.MissingSchema, exceptions.InvalidSchema),
        "an address begins with http:// or https://",
    ),
    (
        exceptions.JSONDecodeError,
        "the answer is no JSON; is the address that of the API?",
    ),
)


def status_error(status: int) -> type[Exception] | None:
    """Return the exception that a status stands for, None for success."""
    for statuses, error in STATUS_ERRORS:
        if status in statuses:
            return error
    return RestRefusal


def transport_error(error: exceptions.RequestException) -> type[Exception]:
    """Return the exception that an error of requests stands for."""
    return next(
        connector_error
        for transport, connector_error in TRANSPORT_ERRORS
        if isinstance(error, transport)
    )


def explain(error: exceptions.RequestException) -> str:
    """Return what went wrong, and what to look at."""
    reason = getattr(error.args[0] if error.args else None, "reason", None) or error
    told = f"{type(error).__name__}: {reason}"
    for kind, hint in HINTS:
        if isinstance(error, kind):
            return f"{hint} ({told})"
    return told


def is_rate_limited(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether the backend refuses only because we asked too often."""
    if status == 429:
        return True
    remaining = headers.get("X-RateLimit-Remaining", headers.get("RateLimit-Remaining"))
    return status == 403 and remaining == "0"


def retry_after_seconds(
    headers: Mapping[str, str], now: datetime | None = None
) -> int | None:
    """Return for how long the backend asks to wait, None if it does not.

    By ``Retry-After``, or by the moment at which a rate limit is lifted.
    """
    now = now or datetime.now(timezone.utc)
    for name in ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset"):
        value = (headers.get(name) or "").strip()
        waiting = _seconds_from(value, now)
        if waiting is not None:
            return max(1, ceil(waiting))
    return None


def _seconds_from(value: str, now: datetime) -> float | None:
    """Read seconds, a date as in HTTP, or seconds since 1970."""
    if value.isdigit():
        seconds = int(value)
        return seconds - now.timestamp() if seconds > _LONG_AGO else seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - now).total_seconds()


def make_error(
    error: type[Exception],
    message: str,
    seconds: int | None = None,
    rate_limited: bool = False,
) -> Exception:
    """Return the error; one that is to be retried knows when.

    Being told to slow down does not count as a try of the job.
    """
    if issubclass(error, RetryableJobError):
        return error(message, seconds=seconds, ignore_retry=rate_limited)
    return error(message)
