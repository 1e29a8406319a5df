# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a transport is: it carries out calls of one user on one database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from .crud import Crud
from .errors import TransportError
from .http_client import HTTPOptions
from .operation import Async, Invoke, Mode, Operation, Sync, operation
from .shell import AsyncShell, SyncShell
from .wire import Call

#: Assumed of servers that do not tell.
NEWEST_VERSION = 19


class Transport(Crud[Mode]):
    """Carry out calls of one user on one database.

    A transport of your own overrides ``authenticate`` and ``execute_kw``.
    """

    @abstractmethod
    def authenticate(self) -> Any:
        """Log in and return the user's id."""

    @operation
    def get_uid(self) -> Operation[int]:
        """Return the user's id, logging in if needed."""
        return (yield from self.uid_steps())

    @abstractmethod
    def execute_kw(
        self,
        model: str,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a method of a model."""

    def call_service(self, service: str, method: str, args: Sequence[Any]) -> Any:
        """Call a method of a service of the legacy protocol."""
        raise TransportError(f"{type(self).__name__} has no service {service!r}")

    def close(self) -> Any:
        """Close the connections."""

    def call_steps(self, call: Call) -> Operation[Any]:
        kwargs = dict(call.kwargs) or None
        return (
            yield Invoke(
                lambda: self.execute_kw(
                    call.model, call.method, list(call.args), kwargs
                )
            )
        )

    def uid_steps(self) -> Operation[int]:
        """Return the user's id, logging in if needed."""
        return int((yield Invoke(self.authenticate)))

    def version_steps(self) -> Operation[int]:
        """Return the major version of the server."""
        yield from ()
        return NEWEST_VERSION

    @property
    def known_uid(self) -> int | None:
        """Return the user's id if it is known without a request."""
        return None


class OdooTransport(Transport[Sync]):
    """Base of the sync transports."""

    def __init__(self) -> None:
        self.shell = SyncShell(HTTPOptions())


class AsyncOdooTransport(Transport[Async]):
    """Base of the async transports."""

    def __init__(self) -> None:
        self.shell = AsyncShell(HTTPOptions())
