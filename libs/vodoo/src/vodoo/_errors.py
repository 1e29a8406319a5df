# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All errors of the client, grouped by the reaction of the caller.

.. code-block:: text

    VodooError
    │   -- correct the call or the settings; nothing was sent --
    ├── ConfigurationError
    │   └── DatabaseNotFoundError      the server does not serve this database
    ├── ArgumentMappingError           JSON-2 needs this argument by name
    ├── ValueEncodingError             this value has no form in JSON
    ├── FieldParsingError              ``field=value`` of the command line
    │   -- correct the credentials --
    ├── AuthenticationError
    │   -- the record does not exist --
    ├── RecordNotFoundError
    │   └── UserNotFoundError          (a ValueError too)
    ├── RecordOperationError
    │   └── DownloadError              some files could not be saved
    └── TransportError
        │   -- try again later: nothing was done --
        ├── ConnectionFailedError      never reached the server
        ├── ServerUnavailableError     429, 502, 503, 504
        │   -- try again later, if it may be done twice --
        ├── RequestTimeoutError        (a TimeoutError too)
        ├── ConnectionLostError
        │   -- look at the server before sending it again --
        ├── OutcomeUnknownError
        │   -- an answer that is not of Odoo, or of an unknown version --
        ├── ProtocolError
        │   └── UnexpectedAnswerError  of another form than the method promises
        │   -- the server understood, and refused --
        └── OdooServerError            any error raised in Odoo
            ├── UnknownModelError      install the module
            ├── UnknownMethodError
            ├── InvalidArgumentsError  fields, domain, values, parameters
            ├── ConcurrencyError       rolled back: try again
            ├── DatabaseLostError      try again, if it may be done twice
            ├── SessionExpiredError    rolled back: log in again
            └── OdooUserError          show the message to the user
                ├── OdooAccessDeniedError   (an AuthenticationError too)
                ├── OdooAccessError
                ├── OdooMissingError        (a RecordNotFoundError too)
                └── OdooValidationError

``transient`` says whether the same call may succeed later, ``outcome`` whether the
server may have carried it out (``Outcome.UNKNOWN``) or has not (``NOT_DONE``).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

Obstacle = Literal["name", "refused", "tls"]


class Outcome(enum.Enum):
    """Whether the server may have carried out a call that raised."""

    NOT_DONE = "not done"
    UNKNOWN = "unknown"


class VodooError(Exception):
    """Base of all errors of the client.

    ``model``, ``method`` and ``server_message`` are set as far as they are known.
    The server's traceback is in ``server_traceback`` alone. ``answered_by`` identifies
    a service that is not Odoo's RPC layer: status, content type and title of its page.
    """

    answered_by: str | None = None
    transient: bool = False
    outcome: Outcome = Outcome.NOT_DONE

    def __init__(
        self,
        message: str,
        *,
        model: str | None = None,
        method: str | None = None,
        server_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.model = model
        self.method = method
        self.server_message = server_message
        self.server_traceback: str | None = None

    def __str__(self) -> str:
        if self.model and self.method:
            return f"{self.model}.{self.method}: {self.message}"
        return self.message


class ConfigurationError(VodooError):
    """Settings that cannot work."""


class DatabaseNotFoundError(ConfigurationError):
    """A database that the server does not serve."""


class ArgumentMappingError(VodooError, TypeError):
    """A positional argument that JSON-2 needs by name; nothing was sent."""


class ValueEncodingError(VodooError, TypeError):
    """A value that has no form in JSON; nothing was sent."""


class FieldParsingError(VodooError, ValueError):
    """A ``field=value`` assignment that cannot be read."""


class AuthenticationError(VodooError):
    """Credentials that the server refuses."""


class RecordNotFoundError(VodooError):
    """A record that does not exist, or not for this user."""

    def __init__(
        self, model: str, record_id: int | None = None, message: str | None = None
    ) -> None:
        VodooError.__init__(
            self, message or f"no record {model}({record_id})", model=model
        )
        self.record_id = record_id


class UserNotFoundError(RecordNotFoundError, ValueError):
    """A user that does not exist."""


class RecordOperationError(VodooError):
    """An operation that the records do not allow."""


class DownloadError(RecordOperationError):
    """Files that could not be saved: ``errors``, by the ids of their attachments.

    ``saved`` are the paths of the others.
    """

    def __init__(
        self,
        model: str,
        record_id: int | None = None,
        saved: Sequence[Path] = (),
        errors: Mapping[int, Exception] | None = None,
    ) -> None:
        self.saved, self.errors = list(saved), dict(errors or {})
        reasons = "; ".join(f"{one}: {error}" for one, error in self.errors.items())
        VodooError.__init__(
            self,
            f"{len(self.errors)} attachments of {model}({record_id}) could not be "
            f"saved, {len(saved)} were; {reasons}",
            model=model,
        )


class TransportError(VodooError):
    """A call that brought no result.

    ``code`` is the HTTP status or the JSON-RPC error code, or -1; ``data`` the
    server's error object without its traceback.
    """

    def __init__(
        self,
        message: str,
        code: int = -1,
        data: Mapping[str, Any] | None = None,
        **context: str | None,
    ) -> None:
        VodooError.__init__(self, message, **context)
        self.code = code
        self.data = dict(data or {})
        self.server_traceback = self.data.pop("debug", None)


class ConnectionFailedError(TransportError):
    """A request that did not reach the server.

    ``obstacle`` is the reason, if known: no server has this ``"name"``, the
    connection was ``"refused"``, or ``"tls"`` could not be agreed upon.
    """

    transient = True
    obstacle: Obstacle | None = None


class RequestTimeoutError(TransportError, TimeoutError):
    """No answer in time."""

    transient = True
    outcome = Outcome.UNKNOWN


class ConnectionLostError(TransportError):
    """A connection that broke before the answer was complete."""

    transient = True
    outcome = Outcome.UNKNOWN


class ServerUnavailableError(TransportError):
    """A server or proxy that is overloaded or down.

    ``retry_after_seconds`` is the wait that the server asks for, if it does.
    """

    transient = True
    outcome = Outcome.UNKNOWN
    retry_after_seconds: float | None = None


class OutcomeUnknownError(TransportError):
    """A change that may or may not have been made; ``__cause__`` is the error."""

    outcome = Outcome.UNKNOWN


class ProtocolError(TransportError):
    """An answer that is not one of an Odoo server."""


class UnexpectedAnswerError(ProtocolError):
    """An answer of another form than the method of the model promises."""

    outcome = Outcome.UNKNOWN


class OdooServerError(TransportError):
    """An exception raised in Odoo; the transaction was rolled back.

    ``name`` is the dotted name of the server's exception class.
    """

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))


class UnknownModelError(OdooServerError):
    """A model that is not installed in the database."""


class UnknownMethodError(OdooServerError):
    """A method that the model does not have."""


class InvalidArgumentsError(OdooServerError, ValueError):
    """Parameters, fields, values or a domain that Odoo cannot take."""


class ConcurrencyError(OdooServerError):
    """A conflict with another transaction; the call may be sent again."""

    transient = True


class DatabaseLostError(OdooServerError):
    """A server that lost its database, or got no connection to it."""

    transient = True
    outcome = Outcome.UNKNOWN


class SessionExpiredError(OdooServerError):
    """A web session that has ended."""


class OdooUserError(OdooServerError):
    """A message that Odoo means for the user."""


class OdooAccessDeniedError(OdooUserError, AuthenticationError):
    """A login that Odoo refuses."""


class OdooAccessError(OdooUserError):
    """A lack of access rights."""


class OdooMissingError(OdooUserError, RecordNotFoundError):
    """Records that do not exist any more."""

    record_id: int | None = None


class OdooValidationError(OdooUserError):
    """Values that a constraint forbids."""
