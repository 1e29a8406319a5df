# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Meaning of a status, a broken transport and a rate limit for a job.

The tables are read from the top: the first entry that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from math import ceil

from requests import exceptions

from ..exception import (
    MAX_JOB_WAIT_SECONDS,
    AccessRefused,
    BackendUnreachable,
    ConnectorException,
    CredentialsRefused,
    IDMissingInBackend,
    InsecureConnection,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)

#: a larger number of seconds is a time since 1970, not a wait
_MAX_WAIT = 1_000_000_000
#: a larger time since 1970 is in milliseconds, or a finer unit
_MAX_TIMESTAMP = 100_000_000_000
#: ``str.isdigit`` is True for "²", and ``float`` reads "nan"
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
#: statuses that may be the refusal of a rate limit
RATE_LIMIT_STATUSES = frozenset({403, 429, 503})
#: before ``Limit``, ``Remaining`` and ``Reset`` in the names of headers
RATE_LIMIT_PREFIXES = ("X-RateLimit-", "RateLimit-", "X-Rate-Limit-")


class RestRefusal(ConnectorException):
    """The backend refuses, until a person acts."""


class RestAccessRefusal(RestRefusal, AccessRefused):
    """The backend refuses access to some records (403)."""


class RestCredentialsRefusal(RestRefusal, CredentialsRefused):
    """The backend refuses the credentials (401), or has no address."""


class RestInsecureConnection(RestRefusal, InsecureConnection):
    """The certificate of the server is refused, or the proxy is invalid."""


#: None is success
STATUS_ERRORS: tuple[tuple[frozenset[int] | range, type[Exception] | None], ...] = (
    (range(200, 300), None),
    (frozenset({400, 409, 413, 422}), InvalidDataError),
    (frozenset({404, 410}), IDMissingInBackend),
    (frozenset({408, 425, 429}), NetworkRetryableError),
    (frozenset({412, 423}), RetryableJobError),
    (frozenset({501, 505, 506, 510}), RestRefusal),
    (range(500, 600), NetworkRetryableError),
    # credentials, rights, wrong address or method; a redirect that is not followed
    (range(100, 500), RestRefusal),
)

#: refusals that stop the schedule of the backend until a person acts
ACCESS_REFUSALS: dict[int, type[RestRefusal]] = {
    401: RestCredentialsRefusal,
    403: RestAccessRefusal,
    407: RestCredentialsRefusal,
}

TRANSPORT_ERRORS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    # a certificate, the address of a proxy: a retry does not help
    (exceptions.SSLError, RestInsecureConnection),
    (exceptions.InvalidProxyURL, RestInsecureConnection),
    (exceptions.ConnectionError, BackendUnreachable),
    (exceptions.Timeout, BackendUnreachable),
    (exceptions.ChunkedEncodingError, NetworkRetryableError),
    (exceptions.ContentDecodingError, NetworkRetryableError),
    (exceptions.RetryError, NetworkRetryableError),
    # the answer is not JSON: a login page, a wrong address
    (exceptions.JSONDecodeError, RestRefusal),
    # the values are not JSON: NaN, for example
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

#: hints for a person
HINTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        exceptions.SSLError,
        "no secure connection; does the server use https://, with a valid certificate?",
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
        "the answer is not JSON; is the address that of the API?",
    ),
)


def status_error(status: int) -> type[Exception] | None:
    """Return the error class for a status, None for success."""
    for statuses, error in STATUS_ERRORS:
        if status in statuses:
            return error
    return RestRefusal


def transport_error(error: exceptions.RequestException) -> type[Exception]:
    """Return the error class for an error of requests."""
    return next(
        connector_error
        for transport, connector_error in TRANSPORT_ERRORS
        if isinstance(error, transport)
    )


def explain(error: exceptions.RequestException) -> str:
    """Return the reason of an error, with a hint."""
    reason = getattr(error.args[0] if error.args else None, "reason", None) or error
    text = f"{type(error).__name__}: {reason}"
    for kind, hint in HINTS:
        if isinstance(error, kind):
            return f"{hint} ({text})"
    return text


def is_rate_limited(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether the backend refuses only because of too many requests.

    Many backends send their limits with every answer. A refusal is a rate limit if no
    request remains, or if it is a 403 that says when to retry.
    """
    if status not in RATE_LIMIT_STATUSES:
        return False
    if status == 429:
        return True
    if status == 403 and retry_after_seconds(headers, rate_limited=False):
        return True
    names = [f"{prefix}Remaining" for prefix in RATE_LIMIT_PREFIXES]
    remaining = next((headers[name] for name in names if name in headers), "")
    return (remaining or "").strip() == "0"


def retry_after_seconds(
    headers: Mapping[str, str], now: datetime | None = None, rate_limited: bool = True
) -> int | None:
    """Return the wait that the backend asks for, at most an hour; None without one.

    Reads ``Retry-After`` and, in the refusal of a rate limit, the headers that say
    when the limit is lifted.

    :param rate_limited: whether the answer is the refusal of a rate limit
    """
    now = now or datetime.now(timezone.utc)
    names = ["Retry-After"]
    if rate_limited:
        names += [f"{prefix}Reset" for prefix in RATE_LIMIT_PREFIXES]
    for name in names:
        waiting = seconds_from((headers.get(name) or "").strip(), now)
        if waiting is not None:
            return ceil(min(max(1, waiting), MAX_JOB_WAIT_SECONDS))
    return None


def seconds_from(value: str, now: datetime) -> float | None:
    """Return the seconds until an HTTP date, a time since 1970, or of a number."""
    if _NUMBER.fullmatch(value):
        seconds = float(value)
        while _MAX_TIMESTAMP < seconds < float("inf"):
            seconds /= 1000
        return seconds - now.timestamp() if seconds > _MAX_WAIT else seconds
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        return (date - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def make_error(
    error: type[Exception],
    message: str,
    seconds: int | None = None,
    rate_limited: bool = False,
) -> Exception:
    """Return the error; a retryable one has the wait.

    A rate limit does not count as an attempt of the job.
    """
    if issubclass(error, RetryableJobError):
        return error(message, seconds=seconds, ignore_retry=rate_limited)
    return error(message)
