# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a status or a broken transport means to a job: the one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from math import ceil

from requests import exceptions

from ..exception import (
    AccessRefused,
    ConnectorException,
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..jobs.lifecycle import MAX_JOB_WAIT_SECONDS

#: no wait is that long: more seconds are a moment, counted from 1970
_LONG_AGO = 1_000_000_000
#: a moment that far away is not counted in seconds, but in milliseconds, or finer
_FAR_AWAY = 100_000_000_000
#: ``str.isdigit`` is True for "²", and ``float`` reads "nan"
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_REMAINING = ("X-RateLimit-Remaining", "RateLimit-Remaining", "X-Rate-Limit-Remaining")
_RESET = ("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")


class RestRefusal(ConnectorException):
    """The backend refuses for a reason that only a person can mend."""


class RestAccessRefusal(RestRefusal, AccessRefused):
    """The backend refuses access to some records (403)."""


class RestCredentialsRefusal(RestRefusal, CredentialsRefused):
    """The backend refuses the credentials (401), or has no address."""


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

#: the refusals after which the schedule is stopped, until a person acts
ACCESS_REFUSALS: dict[int, type[RestRefusal]] = {
    401: RestCredentialsRefusal,
    403: RestAccessRefusal,
    407: RestCredentialsRefusal,
}

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
    """Return whether the backend refuses only because we asked too often.

    That many backends send their limits with every answer says nothing: only a
    refusal with no requests remaining does, or one of access that says until when.
    """
    if status == 429:
        return True
    if status == 403 and retry_after_seconds(headers, rate_limited=False):
        return True
    remaining = next((headers[name] for name in _REMAINING if name in headers), "")
    return status in (403, 503) and (remaining or "").strip() == "0"


def retry_after_seconds(
    headers: Mapping[str, str], now: datetime | None = None, rate_limited: bool = True
) -> int | None:
    """Return for how long the backend asks to wait, None if it does not.

    By ``Retry-After``, or by the moment at which a rate limit is lifted: an hour at
    most, whatever the backend says.

    :param rate_limited: whether the answer is the refusal of a rate limit; when a
        limit is lifted is of no interest to other errors
    """
    now = now or datetime.now(timezone.utc)
    for name in ("Retry-After", *(_RESET if rate_limited else ())):
        waiting = _seconds_from((headers.get(name) or "").strip(), now)
        if waiting is not None:
            return ceil(min(max(1, waiting), MAX_JOB_WAIT_SECONDS))
    return None


def _seconds_from(value: str, now: datetime) -> float | None:
    """Return the seconds in a number, a date as in HTTP, or a time since 1970."""
    if _NUMBER.fullmatch(value):
        seconds = float(value)
        while _FAR_AWAY < seconds < float("inf"):
            seconds /= 1000
        return seconds - now.timestamp() if seconds > _LONG_AGO else seconds
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return (moment - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


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
