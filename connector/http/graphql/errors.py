# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of a GraphQL answer, by the reaction that they ask for.

GraphQL answers most errors with HTTP 200. Their place in the body says what failed::

    {"errors": [{"message": …, "path": ["products", "nodes", 3, "price"],
                 "extensions": {"code": "INTERNAL_SERVER_ERROR"}}],
     "data": {"products": {"nodes": […]}}}

====================================  ==============================================
an error without a path               fails the request
with a path that leads to a record    fails that record; the others are usable
``userErrors`` of a mutation, or a    the backend refuses the values
result with an ``errorCode``
====================================  ==============================================

The code of an error decides how the job reacts; an adapter may add codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Any, NamedTuple

from ...exception import (
    MAX_JOB_WAIT_SECONDS,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..errors import RestAccessRefusal, RestCredentialsRefusal, RestRefusal
from ..paths import look_up

#: characters of a message, and number of errors, that an error quotes
_MAX_MESSAGE = 300
_MAX_ERRORS = 5

_REACTIONS: tuple[tuple[type[Exception], str], ...] = (
    (
        RestCredentialsRefusal,
        "UNAUTHENTICATED UNAUTHORIZED AUTHENTICATION_REQUIRED INVALID_TOKEN "
        "TOKEN_EXPIRED",
    ),
    (RestAccessRefusal, "FORBIDDEN ACCESS_DENIED PERMISSION_DENIED"),
    (
        NetworkRetryableError,
        "THROTTLED RATE_LIMITED RATE_LIMIT_EXCEEDED TOO_MANY_REQUESTS "
        "INTERNAL_SERVER_ERROR INTERNAL_ERROR SERVICE_UNAVAILABLE TIMEOUT "
        "DOWNSTREAM_SERVICE_ERROR",
    ),
    # another bulk operation runs
    (RetryableJobError, "OPERATION_IN_PROGRESS"),
    (IDMissingInBackend, "NOT_FOUND ENTITY_NOT_FOUND"),
    (
        InvalidDataError,
        "BAD_USER_INPUT USER_INPUT_ERROR INVALID_VARIABLE VALIDATION_FAILED INVALID "
        "UNPROCESSABLE",
    ),
    # the adapter must be corrected
    (
        RestRefusal,
        "GRAPHQL_VALIDATION_FAILED GRAPHQL_PARSE_FAILED MAX_COST_EXCEEDED "
        "OPERATION_RESOLUTION_FAILURE PERSISTED_QUERY_NOT_FOUND",
    ),
)
#: error classes by the code of an error
CODES: dict[str, type[Exception]] = {
    code: error for error, codes in _REACTIONS for code in codes.split()
}
#: codes of a rate limit: nothing was executed, and waiting is not a failed try
RATE_LIMIT_CODES = frozenset(
    {"THROTTLED", "RATE_LIMITED", "RATE_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS"}
)


class GraphqlError(NamedTuple):
    """One error of an answer."""

    message: str
    code: str = ""
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        place = ".".join(map(str, self.path))[:_MAX_MESSAGE]
        code = f" ({self.code})" if self.code else ""
        message = " ".join(self.message.split())[:_MAX_MESSAGE] or "no message"
        return f"{place}: {message}{code}" if place else f"{message}{code}"


def read_errors(body: Any) -> list[GraphqlError]:
    """Return the errors of an answer; some backends answer a text or a dict."""
    errors = look_up(body, "errors")
    if not errors:
        return []
    if not isinstance(errors, list):
        errors = [errors]
    return [_read_error(error) for error in errors]


def _read_error(error: Any) -> GraphqlError:
    if not isinstance(error, Mapping):
        return GraphqlError(str(error))
    code = look_up(error, "extensions.code") or error.get("code") or error.get("type")
    path = error.get("path")
    message = error.get("message")
    return GraphqlError(
        str(error if message is None else message),
        str(code or ""),
        tuple(path) if isinstance(path, list) else (),
    )


def describe(errors: Iterable[object]) -> str:
    """Return the first errors as text, and how many there are."""
    texts = list(dict.fromkeys(map(str, errors)))
    more = len(texts) - _MAX_ERRORS
    return "; ".join(texts[:_MAX_ERRORS]) + (f"; and {more} more" if more > 0 else "")


def most_important(
    errors: Iterable[GraphqlError], classes: Mapping[str, type[Exception]]
) -> type[Exception] | None:
    """Return the class for several errors, None if no code is known.

    One that stops a schedule or asks to wait decides over one of the values.
    """
    order = [error for error, _codes in _REACTIONS]
    found = [classes[error.code] for error in errors if error.code in classes]
    return min(
        found,
        key=lambda error: order.index(error) if error in order else -1,
        default=None,
    )


def is_throttled(errors: Iterable[GraphqlError]) -> bool:
    """Return whether a rate limit refused the request."""
    return any(error.code in RATE_LIMIT_CODES for error in errors)


def split_errors(
    errors: Iterable[GraphqlError], keys: Iterable[tuple[str | int, ...]]
) -> tuple[list[GraphqlError], dict[int, list[GraphqlError]]]:
    """Return the errors of the request, and those of single records.

    :param keys: the path of each record in the answer
    :return: the second as ``{index of the record: its errors}``
    """
    index_of = {key: index for index, key in enumerate(keys)}
    lengths = sorted({len(key) for key in index_of})
    of_request, of_records = [], {}
    for error in errors:
        places = (index_of.get(error.path[:length]) for length in lengths)
        index = next((place for place in places if place is not None), None)
        if index is None:
            of_request.append(error)
        else:
            of_records.setdefault(index, []).append(error)
    return of_request, of_records


# -- costs ------------------------------------------------------------------------


class Cost(NamedTuple):
    """Cost of a request in points, as ``extensions.cost`` says."""

    requested: float
    actual: float | None
    available: float
    maximum: float
    restore_rate: float

    @property
    def wait_seconds(self) -> int:
        """Return the seconds until the points of the request are available."""
        if self.restore_rate <= 0:
            return MAX_JOB_WAIT_SECONDS
        seconds = ceil((self.requested - self.available) / self.restore_rate)
        return min(max(1, seconds), MAX_JOB_WAIT_SECONDS)


def read_cost(body: Any) -> Cost | None:
    """Return the cost of a request, None if the answer has none."""
    cost = look_up(body, "extensions.cost")
    numbers = (
        look_up(cost, "requestedQueryCost"),
        look_up(cost, "throttleStatus.currentlyAvailable"),
        look_up(cost, "throttleStatus.maximumAvailable"),
        look_up(cost, "throttleStatus.restoreRate"),
    )
    if not all(_is_number(number) for number in numbers):
        return None
    requested, available, maximum, rate = map(float, numbers)
    actual = look_up(cost, "actualQueryCost")
    actual = float(actual) if _is_number(actual) else None
    return Cost(requested, actual, available, maximum, rate)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < float("inf")


# -- mutations --------------------------------------------------------------------


def read_user_errors(payload: Any, path: str | None = None) -> list[GraphqlError]:
    """Return the refusals in the payload of a mutation.

    :param path: key of the list; by default ``userErrors``, ``errors``, and each that
        ends with ``UserErrors``. A result with an ``errorCode``, or whose type ends
        with ``Error``, is one refusal
    """
    payloads = payload if isinstance(payload, list) else [payload]
    return [error for each in payloads for error in _user_errors(each, path)]


def _refusing_code(payload: Mapping[str, Any]) -> str:
    """Return the code of a payload that is a refusal, "" of any other."""
    kind, result = str(payload.get("__typename") or ""), payload.get("result")
    if payload.get("errorCode"):
        return str(payload["errorCode"])
    if kind.endswith(("Error", "Errors")):
        return kind
    return "NOT_DELETED" if result == "NOT_DELETED" else ""


def _user_errors(payload: Any, path: str | None) -> Iterator[GraphqlError]:
    if payload is False:
        yield GraphqlError("the backend answers false")
    if not isinstance(payload, Mapping):
        return
    code = _refusing_code(payload)
    if code:
        message = payload.get("message") or payload.get("__typename") or code
        yield GraphqlError(str(message), code)
    for key, value in payload.items():
        if path is None:
            is_errors = key in ("userErrors", "errors") or key.endswith("UserErrors")
        else:
            is_errors = key == path
        for error in value if is_errors and isinstance(value, list) else ():
            found = _read_error(error)
            names = error.get("field") if isinstance(error, Mapping) else None
            if isinstance(names, str):
                names = [names]
            yield found._replace(path=tuple(names or ()))
