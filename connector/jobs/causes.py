# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cause of a failed job, found from the exception that is stored with it.

A failure is stored in another transaction than that of the job. All that is left of the
exception then is its dotted name and the traceback, as texts.
"""

from __future__ import annotations

import re
import sys

import psycopg2

from odoo.exceptions import AccessError, MissingError, UserError

from odoo.addons.queue_job.exception import FailedJobError, JobError

from ..exception import (
    AccessRefused,
    ConnectorException,
    CredentialsRefused,
    IDMissingInBackend,
    NetworkRetryableError,
    NoConnection,
    RetryableJobError,
)

REFUSED = "refused"
CONNECTION = "connection"
BUSY = "busy"
MISSING = "missing"
RIGHTS = "rights"
DATA = "data"
DATABASE = "database"
UNLOADABLE = "unloadable"
SCHEDULE = "schedule"
WEBHOOK = "webhook"
RECEIPT = "receipt"
CODE = "code"

#: the first class that matches decides
_CAUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (AccessRefused, REFUSED),
    ((NetworkRetryableError, NoConnection), CONNECTION),
    (RetryableJobError, BUSY),
    (AccessError, RIGHTS),
    ((IDMissingInBackend, MissingError), MISSING),
    ((ConnectorException, JobError, UserError), DATA),
    (psycopg2.Error, DATABASE),
)
#: how the last line of a traceback begins
_RAISED = re.compile(r"^((?:\w+\.)+\w+)(?::|$)", re.MULTILINE)


def find_exception(name: str | None) -> type[Exception] | None:
    """Return the class of an exception by its dotted name, None if it is unknown."""
    module_name, _, class_name = (name or "").rpartition(".")
    found = getattr(sys.modules.get(module_name or "builtins"), class_name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def find_last_error(
    exc_name: str | None, exc_info: str | None
) -> type[Exception] | None:
    """Return the class of the error that ended a job.

    After too many retries, return the class of the last retry's error.
    """
    error = find_exception(exc_name)
    if error is FailedJobError:
        for name in _RAISED.findall(exc_info or ""):
            raised = find_exception(name)
            if raised and issubclass(raised, RetryableJobError):
                return raised
    return error


def find_cause(error: type[Exception] | None) -> str:
    """Return the cause that an error class stands for, ``code`` if unknown."""
    for kinds, cause in _CAUSES:
        if error is not None and issubclass(error, kinds):
            return cause
    return CODE


def is_of_backend(error: type[Exception] | None, is_search: bool) -> bool:
    """Return whether an error concerns the backend rather than one record.

    Refused credentials always do, and so does a backend that gives no answer. A record
    that cannot be read, or on which the backend fails, may itself be the cause; a
    search that fails is not about a record.
    """
    if error is None:
        return False
    if issubclass(error, CredentialsRefused | NoConnection):
        return True
    return is_search and issubclass(error, AccessRefused | NetworkRetryableError)
