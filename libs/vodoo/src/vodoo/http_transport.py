# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls over HTTP, whatever the protocol: log in, send, try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import httpx2

from . import error_table
from .base_transport import NEWEST_VERSION, Transport
from .errors import SessionExpiredError, VodooError
from .exchange import exchange
from .http_client import HTTPOptions
from .operation import Lock, Mode, Operation, locked, operation
from .protocol import Protocol
from .retry import RetryConfig
from .secret import Secret
from .shell import Shell
from .version import read_version, version_request
from .wire import Call, Credentials, Login, Request, Response

T = TypeVar("T")


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
