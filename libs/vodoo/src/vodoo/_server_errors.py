# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Translation of the errors of servers and proxies into those of vodoo.

An error of Odoo is an object ``{name, message, arguments, debug}``; its name decides.
Any other answer has only an HTTP status and a text. ``redact`` removes secrets that
either may echo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import _errors as errors

#: our error: the server's exceptions; one that ends with a dot is a whole module
_EXCEPTIONS: dict[type[errors.OdooServerError], str] = {
    errors.OdooAccessDeniedError: """
        odoo.exceptions.AccessDenied werkzeug.exceptions.Unauthorized
    """,
    errors.OdooAccessError: """
        odoo.exceptions.AccessError werkzeug.exceptions.Forbidden
    """,
    errors.OdooServerError: """
        odoo.exceptions.CacheMiss psycopg2. werkzeug. builtins.AttributeError builtins.
    """,
    errors.ConcurrencyError: """
        odoo.exceptions.ConcurrencyError odoo.exceptions.LockError
        psycopg2.errors.SerializationFailure psycopg2.errors.DeadlockDetected
        psycopg2.errors.LockNotAvailable psycopg2.extensions.TransactionRollbackError
    """,
    errors.OdooMissingError: """
        odoo.exceptions.MissingError
    """,
    errors.OdooUserError: """
        odoo.exceptions.RedirectWarning odoo.exceptions.UserError
        odoo.exceptions.except_orm odoo.exceptions.Warning
    """,
    errors.OdooValidationError: """
        odoo.exceptions.ValidationError psycopg2.IntegrityError
        psycopg2.errors.UniqueViolation psycopg2.errors.NotNullViolation
        psycopg2.errors.CheckViolation psycopg2.errors.ForeignKeyViolation
        psycopg2.errors.ExclusionViolation
    """,
    errors.SessionExpiredError: """
        odoo.http.SessionExpiredException
        odoo.addons.base.models.ir_http.SessionExpiredException
    """,
    errors.DatabaseLostError: """
        psycopg2.InterfaceError psycopg2.OperationalError psycopg2.errors.AdminShutdown
        psycopg2.errors.CannotConnectNow psycopg2.errors.CrashShutdown
        psycopg2.errors.TooManyConnections psycopg2.pool.PoolError odoo.sql_db.PoolError
    """,
    errors.InvalidArgumentsError: """
        psycopg2.DataError psycopg2.ProgrammingError psycopg2.errors.CannotCoerce
        psycopg2.errors.DatatypeMismatch psycopg2.errors.DatetimeFieldOverflow
        psycopg2.errors.InvalidDatetimeFormat psycopg2.errors.InvalidTextRepresentation
        psycopg2.errors.NumericValueOutOfRange psycopg2.errors.StringDataRightTruncation
        psycopg2.errors.UndefinedFunction werkzeug.exceptions.UnprocessableEntity
        werkzeug.exceptions.BadRequest werkzeug.exceptions.RequestEntityTooLarge
        builtins.IndexError builtins.OverflowError builtins.KeyError builtins.TypeError
        builtins.ValueError
    """,
    errors.UnknownMethodError: """
        werkzeug.exceptions.NotFound
    """,
}
ERROR_BY_EXCEPTION = {
    exception: error
    for error, exceptions in _EXCEPTIONS.items()
    for exception in exceptions.split()
}

#: HTTP status of an answer without Odoo's error object → our error.
ERROR_BY_STATUS: dict[int, type[errors.VodooError]] = {
    401: errors.AuthenticationError,
    407: errors.AuthenticationError,
    408: errors.RequestTimeoutError,
    429: errors.ServerUnavailableError,
    500: errors.ProtocolError,
    502: errors.ServerUnavailableError,
    503: errors.ServerUnavailableError,
    504: errors.ServerUnavailableError,
}

_UNKNOWN_MODEL = re.compile(
    r"^the model '[^']+' does not exist|^Object \S+ doesn't exist"
)
_UNKNOWN_METHOD = re.compile(
    r"^The method '[^']+' does not exist|^type object '[^']+' has no attribute '"
)
_UNKNOWN_DATABASE = re.compile(
    r'database "[^"]*" does not exist|^Database not found\.?$', re.M
)
_DATABASE_EXCEPTIONS = ("psycopg2.OperationalError", "odoo.exceptions.AccessError")

#: A shorter secret is not searched for in texts: it may be any word.
SHORTEST_SECRET = 8


def error_class_of(name: str, message: str) -> type[errors.OdooServerError]:
    """Return our error class for the server's exception."""
    if _UNKNOWN_MODEL.search(message):
        return errors.UnknownModelError
    found = ERROR_BY_EXCEPTION.get(name) or ERROR_BY_EXCEPTION.get(
        name.partition(".")[0] + ".", errors.OdooServerError
    )
    if name == "builtins.AttributeError" and _UNKNOWN_METHOD.search(message):
        return errors.UnknownMethodError
    return found


def server_error(
    code: int, error_object: Mapping[str, Any], *, database: str = ""
) -> errors.VodooError:
    """Translate Odoo's error object ``{name, message, arguments, debug}``."""
    name = str(error_object.get("name") or "")
    message = str(error_object.get("message") or name or "the server gave no reason")
    if _UNKNOWN_DATABASE.search(message) and name in _DATABASE_EXCEPTIONS:
        return errors.DatabaseNotFoundError(
            f"the server has no database {database!r}; correct the setting 'database'",
            server_message=message,
        )
    error_class = error_class_of(name, message)
    return error_class(message, code, error_object, server_message=message)


def status_error(status: int, content_type: str, text: str) -> errors.VodooError:
    """Translate an answer that does not come from Odoo's RPC layer."""
    error_class = ERROR_BY_STATUS.get(status, errors.ProtocolError)
    message = f"HTTP status {status} ({content_type or 'no content type'})"
    excerpt = _excerpt(text)
    if excerpt:
        message += f": {excerpt}"
    error = _make_status_error(error_class, status, message, excerpt)
    error.answered_by = _identify(status, content_type, text)
    return error


def _make_status_error(
    error_class: type[errors.VodooError], status: int, message: str, excerpt: str
) -> errors.VodooError:
    if issubclass(error_class, errors.TransportError):
        error = error_class(message, status, server_message=excerpt)
        if status >= 500 or status < 300:
            error.outcome = errors.Outcome.UNKNOWN
        elif status == 429:
            error.outcome = errors.Outcome.NOT_DONE
        return error
    return error_class(message, server_message=excerpt)


#: module: the models it brings that the namespaces work on
_MODULES = {
    "analytic": "account.analytic.line",
    "account": "account.move",
    "crm": "crm.lead crm.stage crm.tag",
    "mail": "mail.activity mail.message",
    "project": "project.milestone project.project project.tags project.task "
    "project.task.type",
    "sale": "sale.order",
}
_ENTERPRISE_MODULES = {
    "documents": "documents.document documents.folder",
    "helpdesk": "helpdesk.stage helpdesk.tag helpdesk.ticket",
    "timesheet_grid": "hr.timesheet.stop.timer.confirmation.wizard",
    "knowledge": "knowledge.article",
    "timer": "timer.timer",
}


def module_hint(model: str) -> str:
    """Return which module to install for a model, empty where it is not known."""
    for module, models in {**_MODULES, **_ENTERPRISE_MODULES}.items():
        if model in models.split():
            edition = " (Odoo Enterprise)" if module in _ENTERPRISE_MODULES else ""
            return f"install the module {module!r}{edition}"
    return ""


def explain(error: errors.VodooError, model: str, method: str) -> errors.VodooError:
    """Add model, method and, for a missing model, the module that brings it."""
    error.model, error.method = model, method
    if isinstance(error, errors.UnknownModelError):
        error.message = f"the model {model!r} does not exist in this database"
        hint = module_hint(model)
        if hint:
            error.message += f"; {hint}"
        error.args = (error.message,)
    return error


def redact(error: errors.VodooError, secrets: Iterable[str]) -> errors.VodooError:
    """Replace secrets that a server or proxy has echoed."""
    for secret in secrets:
        if len(secret) < SHORTEST_SECRET:
            continue
        for attribute, value in vars(error).items():
            setattr(error, attribute, _without(value, secret))
        error.args = _without(error.args, secret)
    return error


def _without(value: Any, secret: str) -> Any:
    if isinstance(value, str):
        return value.replace(secret, "********")
    if isinstance(value, Mapping):
        return {key: _without(item, secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_without(item, secret) for item in value)
    return value


_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,500})", re.I)


def _identify(status: int, content_type: str, text: str) -> str:
    """Return what identifies the service that answered."""
    service = f"HTTP status {status}, {_shorten(content_type, 60) or 'no content type'}"
    title = _TITLE.search(text) if "html" in content_type else None
    name = _shorten(_unescaped(title[1]), 80) if title else ""
    return f'{service}, titled "{name}"' if name else service


def _unescaped(text: str) -> str:
    import html  # 2 ms, for pages of proxies only

    return html.unescape(text)


def _shorten(text: str, length: int) -> str:
    """Return the printable characters of a text in one line, at most ``length``."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


#: characters of an answer that are searched for its text
_READ_LENGTH = 64 * 1024
# Each match begins at its own "<" and cannot fail after that: the time is linear.
_HIDDEN = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*(?:</\1|\Z)", re.I)
_TAG = re.compile(r"<[^<>]*>")


def _excerpt(text: str, length: int = 200) -> str:
    text = _TAG.sub(" ", _HIDDEN.sub(" <", text[:_READ_LENGTH])).rstrip("<")
    words = " ".join(text.split())
    return words if len(words) <= length else words[: length - 1] + "…"
