# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The base of all transports: the calls of one user on one database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ._protocols import Call
from ._records import AsyncRecords, Calls, SyncRecords
from ._retry import RetryConfig
from ._runners import awaited
from ._runners.anyio import AsyncRunner
from ._runners.http import HTTPOptions
from ._runners.sync import SyncRunner, blocking, run
from ._secret import Secret

if TYPE_CHECKING:
    import httpx2


class BaseTransport(Calls, ABC):
    """Base of sync and async transports: settings, connections, the user's id."""

    runner_class: ClassVar[type[AsyncRunner] | type[SyncRunner]]
    _found_uid: int | None = None

    def __init__(
        self,
        url: str,
        database: str,
        username: str,
        password: str,
        *,
        timeout: float = 30,
        retry: RetryConfig | None = None,
        extra_headers: Mapping[str, str] | None = None,
        http_client: httpx2.Client | httpx2.AsyncClient | None = None,
        runner: Any = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.database = database.strip()
        self.username = username.strip()
        self._password = Secret(password.strip())
        self.timeout = timeout
        self.retry = retry or RetryConfig()
        self._extra_headers = dict(extra_headers or {})
        make_runner: Any = self.runner_class
        options = HTTPOptions(timeout=timeout)
        self.runner: Any = runner or make_runner(options, http_client)
        self._prepare()

    def _prepare(self) -> None:
        """Set up what a subclass needs; they all share one constructor."""

    # Subclasses define these, each as its users call them.
    authenticate: Callable[..., Any]
    execute_kw: Callable[..., Any]
    close: Callable[..., Any]
    get_uid: Callable[..., Any]

    @property
    def password(self) -> str:
        return self._password

    @property
    def known_uid(self) -> int | None:
        """Return the user's id if it is known without a request."""
        return self._found_uid

    async def _call(self, call: Call) -> Any:
        kwargs = dict(call.kwargs) or None
        return await awaited(
            self.execute_kw(call.model, call.method, list(call.args), kwargs)
        )

    async def _uid(self) -> int:
        if self._found_uid is None:
            self._found_uid = int(await awaited(self.authenticate()))
        return self._found_uid

    async def _version(self) -> int:
        """Return the major version of the server, the newest if it does not tell."""
        return 19


class AsyncOdooTransport(AsyncRecords, BaseTransport):
    """Base of the async transports.

    Your own transport overrides the three abstract methods.
    """

    runner_class = AsyncRunner

    @abstractmethod
    async def authenticate(self) -> int:
        """Log in and return the user's id.

        :raises AuthenticationError: if the server refuses
        """

    @abstractmethod
    async def execute_kw(
        self,
        model: str,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a method of a model, as ``execute_kw`` of Odoo's legacy protocol."""

    @abstractmethod
    async def call_service(self, service: str, method: str, args: Sequence[Any]) -> Any:
        """Call a method of the services common, db or object of the legacy protocol."""

    async def get_uid(self) -> int:
        """Return the user's id, logging in if needed."""
        return await self._uid()

    async def close(self) -> None:
        """Close the connections."""
        await self.runner.close()


class OdooTransport(SyncRecords, BaseTransport):
    """Base of the sync transports.

    Your own transport overrides the three abstract methods.
    """

    runner_class = SyncRunner

    @abstractmethod
    def authenticate(self) -> int:
        """Log in and return the user's id.

        :raises AuthenticationError: if the server refuses
        """

    @abstractmethod
    def execute_kw(
        self,
        model: str,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a method of a model, as ``execute_kw`` of Odoo's legacy protocol."""

    @abstractmethod
    def call_service(self, service: str, method: str, args: Sequence[Any]) -> Any:
        """Call a method of the services common, db or object of the legacy protocol."""

    get_uid = blocking(AsyncOdooTransport.get_uid)

    @property
    def uid(self) -> int:
        """Return the user's id, logging in if needed."""
        return int(self.get_uid())

    def close(self) -> None:
        """Close the connections."""
        run(self.runner.close())
