# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One session with another Odoo, and what its errors mean to a connector."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import vodoo

from odoo import models

from odoo.addons.connector.exception import (
    ConnectorException,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
)

T = TypeVar("T")


class RemoteRefusal(ConnectorException):
    """The other Odoo refuses for a reason that only a person can mend."""


#: the first class that fits decides, where trying again cannot help
CONNECTOR_ERRORS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    # trying again could create a record twice
    (vodoo.OutcomeUnknownError, RemoteRefusal),
    # so does an Odoo answer whose database is being restarted
    (vodoo.DatabaseNotFoundError, NetworkRetryableError),
    (vodoo.RecordNotFoundError, IDMissingInBackend),
    (vodoo.OdooValidationError, InvalidDataError),
    (vodoo.AuthenticationError, RemoteRefusal),
    (vodoo.OdooServerError, RemoteRefusal),
    (vodoo.TransportError, NetworkRetryableError),
    (vodoo.VodooError, RemoteRefusal),
)


def find_connector_error(error: vodoo.VodooError) -> type[Exception]:
    """Return the error by which a job knows how to meet one of the client."""
    if error.transient:
        return NetworkRetryableError
    return next(
        connector_error
        for client_error, connector_error in CONNECTOR_ERRORS
        if isinstance(error, client_error)
    )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the client's errors into those that a job knows how to meet."""
    try:
        yield
    except vodoo.VodooError as error:
        raise find_connector_error(error)(str(error)) from error


def get_password(backend: models.BaseModel) -> str:
    """Return the key, or password, by which we log in.

    The client would take one that is missing from the server's environment, and
    ``op://…`` from its vault: neither is for whoever sets up a backend.

    :raise vodoo.ConfigurationError: there is none
    """
    secret = backend.sudo().secret or ""
    if not secret.strip():
        raise vodoo.ConfigurationError(
            backend.env._("the API key or password is missing; enter it")
        )
    if secret.strip().startswith("op://"):
        raise vodoo.ConfigurationError(
            backend.env._("a reference (op://…) is no API key; enter the key itself")
        )
    return secret


class RemoteOdoo:
    """Hold the client of one session, and what was learnt through it."""

    def __init__(self, backend: models.BaseModel, **settings: Any) -> None:
        self._backend = backend
        self._settings = settings
        self._memory: dict[Hashable, Any] = {}

    @cached_property
    def client(self) -> vodoo.OdooClient:
        """Return the client; nothing is sent before the first call."""
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

    def open(self) -> vodoo.OdooClient:
        """Return the client, made now: a thread cannot read the backend."""
        return self.client

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method in the other Odoo; its errors become a connector's."""
        with translated_errors():
            return self.client.execute(model, method, *args, **kwargs)

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what ``compute`` gave the first time, for the time of the session."""
        if key not in self._memory:
            self._memory[key] = compute()
        return self._memory[key]

    def forget(self, key: Hashable) -> None:
        """Compute anew what was remembered under ``key``."""
        self._memory.pop(key, None)

    def close(self) -> None:
        """Close the connections, if any was opened."""
        if "client" in self.__dict__:
            self.client.close()
