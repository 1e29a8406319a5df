# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A session with another Odoo, and the translation of its errors.

Only this module uses the client of vodoo: every call goes through :class:`RemoteOdoo`,
which raises the errors of a connector. Their ``__cause__`` is the client's error:

.. code-block:: text

    client raises                          job gets
    no answer, no database              →  BackendUnreachable      retried
    other transient (503, 429)          →  NetworkRetryableError   retried, postponed
    record, values                      →  IDMissingInBackend, InvalidDataError   fails
    key, rights                         →  RemoteRefusal   fails, stops the schedule
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import vodoo

from odoo import models

from odoo.addons.connector.exception import (
    AccessRefused,
    BackendUnreachable,
    ConnectorException,
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from odoo.addons.connector.jobs.lifecycle import clamp_wait
from odoo.addons.connector.models.backend import SOURCE_LANGUAGE

DISTRIBUTION = "connector-suite-vodoo"
if getattr(vodoo, "__distribution__", None) != DISTRIBUTION:
    raise ImportError(
        f"connector_odoo needs the package vodoo of {DISTRIBUTION}; the "
        f"one in {vodoo.__file__} is of another project. Uninstall the distribution "
        f"vodoo, then run: pip install --force-reinstall {DISTRIBUTION}"
    )

T = TypeVar("T")

#: the calls of a job wait this long in the worker, all together; if an answer asks for
#: more (Retry-After), the job is postponed
MAX_WAIT_SECONDS = 10
TOO_MANY_REQUESTS = 429

#: context of calls that search archived records, too
ALL_RECORDS = {"active_test": False}


class RemoteRefusal(ConnectorException):
    """Refusal that only a person can resolve."""


class RemoteAccessRefusal(RemoteRefusal, AccessRefused):
    """Refusal of access to the records of a model."""


class RemoteCredentialsRefusal(RemoteRefusal, CredentialsRefused):
    """Refusal of our key, or a missing key."""


#: errors that concern each job of the backend, and not one record
UNREACHABLE = (
    vodoo.ConnectionFailedError,
    vodoo.RequestTimeoutError,
    vodoo.ConnectionLostError,
    # an Odoo whose database restarts answers so, too
    vodoo.DatabaseNotFoundError,
    vodoo.DatabaseLostError,
)
#: errors that a retry does not resolve: the first class that matches decides
CONNECTOR_ERRORS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    (vodoo.UnexpectedAnswerError, InvalidDataError),
    # a retry could create a record twice
    (vodoo.OutcomeUnknownError, RemoteRefusal),
    (vodoo.RecordNotFoundError, IDMissingInBackend),
    (vodoo.OdooValidationError, InvalidDataError),
    (vodoo.AuthenticationError, RemoteRefusal),
    (vodoo.OdooServerError, RemoteRefusal),
    (vodoo.TransportError, NetworkRetryableError),
    (vodoo.VodooError, RemoteRefusal),
)

#: refusals that stop the schedule until a person acts
ACCESS_REFUSALS: tuple[tuple[type[Exception], type[RemoteRefusal]], ...] = (
    (vodoo.AuthenticationError, RemoteCredentialsRefusal),
    (vodoo.ConfigurationError, RemoteCredentialsRefusal),
    (vodoo.OdooAccessError, RemoteAccessRefusal),
)


def find_connector_error(error: vodoo.VodooError) -> type[Exception]:
    """Return the connector error for an error of the client."""
    if isinstance(error, UNREACHABLE):
        return BackendUnreachable
    if error.transient:
        return NetworkRetryableError
    return next(
        connector_error
        for client_error, connector_error in CONNECTOR_ERRORS
        if isinstance(error, client_error)
    )


def find_refusal(error: vodoo.VodooError) -> type[RemoteRefusal]:
    """Return the refusal for an error of the client."""
    return next(
        (refusal for kind, refusal in ACCESS_REFUSALS if isinstance(error, kind)),
        RemoteRefusal,
    )


def make_connector_error(error: vodoo.VodooError) -> Exception:
    """Return the error of a job; a retryable one keeps the remote ``Retry-After``.

    A 429 does not count as a try of the job.
    """
    error_class = find_connector_error(error)
    if error_class is RemoteRefusal:
        error_class = find_refusal(error)
    if not issubclass(error_class, RetryableJobError):
        return error_class(str(error))
    seconds = clamp_wait(getattr(error, "retry_after_seconds", None))
    is_told_to_wait = getattr(error, "code", None) == TOO_MANY_REQUESTS
    return error_class(str(error), seconds=seconds, ignore_retry=is_told_to_wait)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate the client's errors into those of a connector."""
    try:
        yield
    except vodoo.VodooError as error:
        raise make_connector_error(error) from error


def get_password(backend: models.BaseModel) -> str:
    """Return the key or password of the backend.

    The client would read a missing one from the server's environment and ``op://…``
    from its vault, which a user who sets up a backend must not reach.

    :raise vodoo.ConfigurationError: there is none
    """
    secret = backend.sudo().secret or ""
    if not secret.strip():
        raise vodoo.ConfigurationError(
            backend.env._("the API key or password is missing; enter it")
        )
    if secret.strip().startswith("op://"):
        raise vodoo.ConfigurationError(
            backend.env._(
                "a reference (op://…) is not an API key; enter the key itself"
            )
        )
    return secret


class RemoteOdoo:
    """Session with another Odoo, and a memory for its time.

    Every method raises the errors of a connector, also for invalid settings.
    """

    def __init__(self, backend: models.BaseModel, **settings: Any) -> None:
        self._backend = backend
        retry = vodoo.RetryConfig(
            max_wait=MAX_WAIT_SECONDS, max_total_wait=MAX_WAIT_SECONDS
        )
        self._settings = {"retry": retry, **settings}
        self._memory: dict[Hashable, Any] = {}

    @cached_property
    def _client(self) -> vodoo.OdooClient:
        """Return the client; it sends nothing before the first call."""
        backend = self._backend
        return vodoo.OdooClient(
            vodoo.OdooConfig(
                url=backend.url,
                database=backend.database,
                username=backend.login,
                password=get_password(backend),
                **self._settings,
            )
        )

    @cached_property
    def _context(self) -> dict[str, Any]:
        """Return the context of each call: the language of the environment.

        So a translated text has the same language on both sides. In a job that is the
        language of the backend.
        """
        return {"lang": self._backend.env.lang or SOURCE_LANGUAGE}

    def open(self) -> None:
        """Create the client now: a thread cannot read the backend."""
        with translated_errors():
            _ = self._client, self._context

    @property
    def uid(self) -> int:
        """Return the remote id of our user."""
        with translated_errors():
            return self._client.uid

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a remote model."""
        kwargs["context"] = {**self._context, **(kwargs.get("context") or {})}
        with translated_errors():
            answer = self._client.execute(model, method, *args, **kwargs)
            return vodoo.check_answer(answer, model, method)

    def search_iter(
        self, model: str, domain: list, fields: list[str], page_size: int
    ) -> Iterator[dict[str, Any]]:
        """Iterate over all records in a domain, in the order of their ids."""
        context = {**self._context, **ALL_RECORDS}
        with translated_errors():
            yield from self._client.search_iter(
                model, domain, fields, page_size, context
            )

    def read_value(self, model: str, record_id: int, field: str) -> Any:
        """Return the value of one field of a record; of a many2one the id.

        :raise IDMissingInBackend: there is no such record
        :raise InvalidDataError: the answer lacks the field
        """
        rows = self.call(model, "read", [record_id], [field], load=None)
        if not rows:
            raise IDMissingInBackend(f"The other Odoo has no {model} {record_id}.")
        if field not in rows[0]:
            raise InvalidDataError(
                f"The other Odoo returned {model} {record_id} without {field}."
            )
        return rows[0][field]

    def create(self, model: str, values: dict[str, Any]) -> int:
        """Create a record and return its id."""
        with translated_errors():
            return self._client.create(model, values, self._context)

    def load(
        self, model: str, fields: list[str], rows: list[list], context: dict[str, Any]
    ) -> list[int]:
        """Create or update records by their XML ids and return their ids."""
        context = {**self._context, **context}
        with translated_errors():
            return self._client.load(model, fields, rows, context=context)

    def write(self, model: str, ids: list[int], values: dict[str, Any]) -> None:
        """Write records; a call whose answer is lost is sent again."""
        with translated_errors():
            self._client.write(
                model, ids, values, context=self._context, idempotent=True
            )

    def unlink(self, model: str, ids: list[int]) -> None:
        """Delete records; a call whose answer is lost is sent again."""
        with translated_errors():
            self._client.unlink(model, ids, idempotent=True)

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the first result of ``compute`` under a key, for the session."""
        if key not in self._memory:
            self._memory[key] = compute()
        return self._memory[key]

    def forget(self, key: Hashable) -> None:
        """Drop the result under a key."""
        self._memory.pop(key, None)

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()
