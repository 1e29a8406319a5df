# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The facts about a failing job that exist only while its exception does.

A failure is stored in another transaction than that of the job, by ``queue_job``, from
texts. The name and the values of the record are lost by then. They travel on the
exception, and from there to the transaction that stores the failure::

    flow, exporter    about_record(error, name, values)
    Job.perform       note_failure(job, error)        texts only; reads no database
    queue.job.write   take_failure(uuid)              opens the error with them

A job that succeeds does none of this. A failure that was not noted, as that of a killed
worker, is described by the stored texts alone.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, NamedTuple

from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import BaseQueueJobError, FailedJobError
from odoo.addons.queue_job.job import Job

from ..exception import (
    ConnectorException,
    NetworkRetryableError,
    NoConnection,
    RequestBudgetSpent,
    RetryableError,
    SkipError,
)
from ..http.secrets import MASK, SECRET_NAME

_logger = logging.getLogger(__name__)

#: characters of the values, before secrets are masked
MAX_DUMP = 20_000
#: longer texts, such as images, are replaced by their length: half a secret at a cut
#: would not be recognized
_MAX_TEXT = 2000
_MAX_DEPTH = 6

#: errors whose messages are sentences of this suite
_SUITE_ERRORS = (ConnectorException, SkipError, RetryableError)
_IMPERATIVE = re.compile(
    r"(?<=[.!?:] )(?:Add|Ask|Choose|Convert|Correct|Create|Delete|Enter|Export|Fill in|"
    r"Give|Import|Install|Map|Merge|Open|Press|Put|Remove|Resume|Set|Test|Use)\b(?! as)"
)

_noted: ContextVar[Failure | None] = ContextVar("connector_failure", default=None)


class Failure(NamedTuple):
    """A failure of a job, as texts."""

    job_uuid: str
    #: class of the error; after too many retries, of the last retry
    kind: type[BaseException]
    reason: str
    #: the reason of the first record that failed, where others need it
    first_reason: str
    #: names of the records concerned, the name of the failed one first, "" if unknown
    names: tuple[str, ...]
    values: str
    #: the step of a mapper that failed, and its source values
    place: str
    hint: str
    #: the backend failed to answer, and did not ask to wait
    is_connection: bool

    @property
    def record_name(self) -> str:
        """Return the name of the failed record, "" if it is not known."""
        return self.names[0] if self.names else ""


def about_record(error: BaseException, name: str, values: Any) -> BaseException:
    """Note the name and the values of the record that an error concerns.

    The record that is handled by the outermost caller is the one that fails.
    """
    with suppress(AttributeError):  # a class with slots
        error.sync_record = (name, values)  # type: ignore[attr-defined]
    return error


def with_hint(error: Exception, hint: str) -> Exception:
    """Return the error with a sentence that says what to do; it ends its message.

    Lists show it beside the reason.
    """
    error.args = (f"{error} {hint}", *error.args[1:])
    error.sync_hint = hint  # type: ignore[attr-defined]
    return error


def note_failure(job: Job, error: BaseException) -> None:
    """Note a failure of a job, for the transaction that stores it.

    An exception raised here is logged: the error of the job must not be lost.
    """
    try:
        _noted.set(describe_failure(job.uuid, error))
    except Exception:
        _noted.set(None)
        _logger.exception("The failure of job %s could not be described", job.uuid)


def describe_failure(job_uuid: str, error: BaseException) -> Failure:
    """Return the facts about a failure, as texts."""
    last = _last_error(error)
    chain = list(_chain(last))
    needed = list(_needed(last))
    hint = next(filter(None, (getattr(each, "sync_hint", "") for each in chain)), "")
    if not hint and isinstance(needed[-1], _SUITE_ERRORS):
        hint = split_hint(str(needed[-1]))
    name, values = next(
        (each.sync_record for each in chain if hasattr(each, "sync_record")), ("", None)
    )
    others = [each.sync_record[0] for each in needed if hasattr(each, "sync_record")]
    return Failure(
        job_uuid=job_uuid,
        kind=type(last),
        reason=reason_of(last),
        first_reason=reason_of(needed[-1]),
        names=(name, *filter(None, others)),
        values=dump_values(values),
        place=getattr(last, "sync_place", ""),
        hint=hint,
        is_connection=is_connection_failure(last),
    )


def split_hint(message: str) -> str:
    """Return the advice that ends a message of the connector, "" without one.

    It begins with the first sentence that begins with an imperative.
    """
    match = _IMPERATIVE.search(message)
    return message[match.start() :] if match else ""


def take_failure(job_uuid: str) -> Failure | None:
    """Return the noted failure of a job, and forget it."""
    failure = _noted.get()
    if failure is None or failure.job_uuid != job_uuid:
        return None
    _noted.set(None)
    return failure


def is_connection_failure(error: BaseException | None) -> bool:
    """Return whether the backend failed to answer, rather than asked to wait."""
    return (
        isinstance(error, NetworkRetryableError | NoConnection)
        and not isinstance(error, RequestBudgetSpent)
        and not getattr(error, "ignore_retry", False)
    )


def _last_error(error: BaseException) -> BaseException:
    """Return the error; after too many retries, the error of the last one."""
    if isinstance(error, FailedJobError) and error.__cause__ is not None:
        return error.__cause__
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def _needed(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and those of the records that the failed one needs."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = getattr(current, "failed_dependency", None)


def reason_of(error: BaseException) -> str:
    """Return the message of an error; of an unexpected one with its class.

    The place of a mapping failure is not a part of it.
    """
    if reason := getattr(error, "sync_reason", ""):
        return reason
    message = str(error)
    is_explained = isinstance(
        error, ConnectorException | BaseQueueJobError | UserError | SkipError
    )
    if is_explained and message:
        return message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


# -- values -------------------------------------------------------------------------


def dump_values(values: Any) -> str:
    """Return values as readable text, without those whose names indicate secrets."""
    if values is None:
        return ""
    try:
        plain = _plain(values, 0)
        if isinstance(plain, str):
            return plain[:MAX_DUMP]
        return json.dumps(plain, indent=1, ensure_ascii=False, default=str)[:MAX_DUMP]
    except Exception:  # an external record may be any object
        return f"<{type(values).__name__}>"


def _plain(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(key): MASK
            if each and SECRET_NAME.search(str(key))
            else _plain(each, depth + 1)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set):
        return [_plain(each, depth + 1) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    text = str(value)
    return text if len(text) <= _MAX_TEXT else f"<{len(text)} characters>"
