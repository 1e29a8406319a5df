# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transports: a connection to a server in one protocol."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import httpx2

from . import error_table
from .crud import Crud
from .errors import (
    AuthenticationError,
    InvalidArgumentsError,
    OdooServerError,
    SessionExpiredError,
    TransportError,
    VodooError,
)
from .exchange import exchange
from .http_client import HTTPOptions
from .json_2 import JSON2, looks_like_api_key
from .json_rpc import JSONRPC
from .named_arguments import Documentation, guessed_call, refuses_guess
from .operation import Async, Invoke, Lock, Mode, Operation, Sync, locked, operation
from .retry import RetryConfig
from .secret import Secret
from .shell import AsyncShell, Shell, SyncShell
from .version import read_version, version_request
from .web_session import WebSession
from .wire import Call, Credentials, Login, Protocol, Request, Response

T = TypeVar("T")

#: Assumed of servers that do not tell.
NEWEST_VERSION = 19


class Transport(Crud[Mode]):
    """Carry out calls of one user on one database.

    A transport of your own overrides ``authenticate`` and ``execute_kw``.
    """

    @abstractmethod
    def authenticate(self) -> Any:
        """Log in and return the user's id."""

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


class HTTPTransport(Transport[Mode]):
    """Carry out calls over HTTP: log in once, call, try again where that is safe."""

    protocol: Protocol
    protocol_class: type[Protocol]
    shell_class: type[Shell]

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
        shell: Shell | None = None,
        login: Login | None = None,
    ) -> None:
        password = Secret(password.strip())
        self.url = url.rstrip("/")
        self.database = database.strip()
        self.username = username.strip()
        self.timeout = timeout
        self.retry = retry or RetryConfig()
        self.shell = shell or self.shell_class(  # type: ignore[call-arg]
            HTTPOptions(timeout=timeout), http_client
        )
        self.protocol = self.protocol_class(
            Credentials(
                self.url,
                self.database,
                self.username,
                password,
                dict(extra_headers or {}),
            )
        )
        self._login = login
        self._version: int | None = None
        self._login_lock: Lock = self.shell.lock()

    @property
    def password(self) -> str:
        return self.protocol.credentials.password

    @property
    def known_uid(self) -> int | None:
        return self._login.uid if self._login else None

    def close(self) -> Any:
        """Close the connections."""
        return self.shell.close()

    @operation
    def authenticate(self) -> Operation[int]:
        """Log in again and return the user's id.

        :raises AuthenticationError: if the server refuses.
        """
        self._login = None
        return (yield from self.uid_steps())

    @operation
    def get_uid(self) -> Operation[int]:
        """Return the user's id, logging in if needed."""
        return (yield from self.uid_steps())

    @operation
    def execute_kw(
        self,
        model: str,
        method: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        idempotent: bool = False,
    ) -> Operation[Any]:
        """Call a method of a model, as ``execute_kw`` of Odoo's legacy protocol."""
        call = Call(model, method, args, kwargs or {}, idempotent)
        return (yield from self.call_steps(call))

    def uid_steps(self) -> Operation[int]:
        return (yield from self.login_steps(None)).uid

    def version_steps(self) -> Operation[int]:
        if self._version is None:
            request = version_request(self.protocol.credentials)
            version = yield from self.exchange(request, read_version, repeatable=True)
            self._version = version or NEWEST_VERSION
        return self._version

    def login_steps(self, stale: Login | None) -> Operation[Login]:
        """Return the login; log in once for all that wait for it.

        ``stale`` is a login that has turned out to be of no use any more.
        """
        if self._login is None or self._login is stale:
            yield from locked(self._login_lock, self._log_in(stale))
        assert self._login is not None
        return self._login

    def call_steps(self, call: Call) -> Operation[Any]:
        try:
            return (yield from self._call(call))
        except VodooError as error:
            if error.model is None or error.method is None:
                error_table.explain(error, call.model, call.method)
            raise

    def _log_in(self, stale: Login | None) -> Operation[None]:
        if self._login is None or self._login is stale:
            self._login = yield from self.exchange(
                self.protocol.login_request(), self.protocol.read_login, repeatable=True
            )

    def _call(self, call: Call) -> Operation[Any]:
        login = None
        if self.protocol.needs_login:
            login = yield from self.login_steps(None)
        try:
            return (yield from self._send(call, login))
        except SessionExpiredError:
            # Nothing was carried out: log in again and repeat, once.
            login = yield from self.login_steps(login)
        return (yield from self._send(call, login))

    def _send(self, call: Call, login: Login | None) -> Operation[Any]:
        request = self.protocol.call_request(call, login)
        return (
            yield from self.exchange(
                request,
                lambda response: self.protocol.read_call(response, call),
                repeatable=call.repeatable,
            )
        )

    def exchange(
        self, request: Request, read: Callable[[Response], T], *, repeatable: bool
    ) -> Operation[T]:
        """Send until there is an answer, as often as it is safe and of use."""
        return (
            yield from exchange(
                request,
                read,
                repeatable=repeatable,
                retry=self.retry,
                timeout_seconds=self.timeout,
            )
        )


class Legacy(HTTPTransport[Mode]):
    """Speak ``/jsonrpc``."""

    protocol: JSONRPC
    protocol_class = JSONRPC

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The server remembers a password it has checked in a call, but not one it has
        # checked in a login. The check takes half a second of CPU: calls that come
        # all at once after the login would pay it each. So the first one goes alone.
        self._is_password_checked = looks_like_api_key(self.password)
        self._first_call_lock: Lock = self.shell.lock()

    @operation
    def call_service(
        self, service: str, method: str, args: Sequence[Any] = ()
    ) -> Operation[Any]:
        """Call a method of the services common, db or object; it is not repeated."""
        return (yield from self.service_steps(service, method, args))

    def service_steps(
        self, service: str, method: str, args: Sequence[Any], repeatable: bool = False
    ) -> Operation[Any]:
        """Call a method of a service."""
        request = self.protocol.service_request(service, method, args)
        return (
            yield from self.exchange(
                request, self.protocol.read_result, repeatable=repeatable
            )
        )

    def _call(self, call: Call) -> Operation[Any]:
        if not self._is_password_checked:
            answer = yield from locked(self._first_call_lock, self._first_call(call))
            if answer:
                return answer[0]
        return (yield from super()._call(call))

    def _first_call(self, call: Call) -> Operation[tuple[Any] | None]:
        """Return the result in a tuple, None if another call was first."""
        if self._is_password_checked:
            return None
        try:
            result = yield from super()._call(call)
        except OdooServerError as error:
            self._is_password_checked = not isinstance(error, AuthenticationError)
            raise
        self._is_password_checked = True
        return (result,)


class JSON2Calls(HTTPTransport[Mode]):
    """Speak ``/json/2``."""

    protocol: JSON2
    protocol_class = JSON2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._documentation = Documentation(
            self.protocol,
            lambda request, read: self.exchange(request, read, repeatable=True),
        )

    def call_service(self, service: str, method: str, args: Sequence[Any] = ()) -> Any:
        """Raise TransportError: JSON-2 has no services."""
        raise TransportError(
            f"JSON-2 has no service {service!r}; only the legacy protocol has"
        )

    def _call(self, call: Call) -> Operation[Any]:
        guess = guessed_call(call)
        if guess is None:
            guess = yield from self._documentation.named_call(call)
        try:
            return (yield from self._send(guess, None))
        except InvalidArgumentsError as error:
            if not refuses_guess(call, error):
                raise
        corrected = yield from self._documentation.named_call(call)
        return (yield from self._send(corrected, None))


class Web(HTTPTransport[Mode]):
    """Speak as Odoo's web client does, in a session."""

    protocol: WebSession
    protocol_class = WebSession


class LegacyTransport(Legacy[Sync], OdooTransport):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), sync."""

    shell_class = SyncShell


class JSON2Transport(JSON2Calls[Sync], OdooTransport):
    """Speak ``/json/2`` (Odoo 19 and later), sync."""

    shell_class = SyncShell


class WebSessionTransport(Web[Sync], OdooTransport):
    """Speak ``/web/dataset/call_kw`` in a session, sync."""

    shell_class = SyncShell


class AsyncLegacyTransport(Legacy[Async], AsyncOdooTransport):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), async."""

    shell_class = AsyncShell


class AsyncJSON2Transport(JSON2Calls[Async], AsyncOdooTransport):
    """Speak ``/json/2`` (Odoo 19 and later), async."""

    shell_class = AsyncShell


class AsyncWebSessionTransport(Web[Async], AsyncOdooTransport):
    """Speak ``/web/dataset/call_kw`` in a session, async."""

    shell_class = AsyncShell
