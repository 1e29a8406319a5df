# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls over HTTP in any protocol: log in once, send, try again where that is safe.

``HTTPTransport`` holds what both kinds need; ``AsyncHTTP`` and ``SyncHTTP`` are the
public methods of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import httpx2

from . import _server_errors
from ._base_transport import (
    NEWEST_VERSION,
    AsyncOdooTransport,
    BaseTransport,
    OdooTransport,
)
from ._errors import SessionExpiredError, VodooError
from ._exchange import exchange
from ._protocols import Call, Credentials, Login, Protocol, Request, Response
from ._retry import RetryConfig
from ._runners.sync import blocking
from ._server_version import ask_version

T = TypeVar("T")


class HTTPTransport(BaseTransport):
    """Calls over HTTP in one protocol."""

    protocol: Protocol
    protocol_class: type[Protocol]

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
        login: Login | None = None,
    ) -> None:
        super().__init__(
            url,
            database,
            username,
            password,
            timeout=timeout,
            retry=retry,
            extra_headers=extra_headers,
            http_client=http_client,
            runner=runner,
        )
        self.protocol = self.protocol_class(
            Credentials(
                self.url,
                self.database,
                self.username,
                self._password,
                self._extra_headers,
            )
        )
        self._login = login
        self._server_version: int | None = None
        self._login_lock = self.runner.lock()
        self._prepare()

    def _prepare(self) -> None:
        """Prepare what one protocol needs; so that all have one ``__init__``."""

    @property
    def known_uid(self) -> int | None:
        return self._login.uid if self._login else None

    async def _uid(self) -> int:
        return (await self._ready_login(None)).uid

    async def _version(self) -> int:
        if self._server_version is None:
            version = await ask_version(
                self.protocol.credentials, partial(self._exchange, repeatable=True)
            )
            self._server_version = version or NEWEST_VERSION
        return self._server_version

    async def _ready_login(self, stale: Login | None) -> Login:
        """Return the login; log in once for all that wait for it.

        :param stale: a login that the server does not accept any more
        """
        if self._login is None or self._login is stale:
            async with self._login_lock:
                if self._login is None or self._login is stale:
                    self._login = await self._exchange(
                        self.protocol.login_request(),
                        self.protocol.read_login,
                        repeatable=True,
                    )
        return self._login

    async def _call(self, call: Call) -> Any:
        try:
            return await self._carry_out(call)
        except VodooError as error:
            if error.model is None or error.method is None:
                _server_errors.explain(error, call.model, call.method)
            raise

    async def _carry_out(self, call: Call) -> Any:
        """Log in if needed, send the call, and log in again if the session ended."""
        login = None
        if self.protocol.needs_login:
            login = await self._ready_login(None)
        try:
            return await self._send(call, login)
        except SessionExpiredError:
            # Nothing was carried out: log in again and repeat, once.
            login = await self._ready_login(login)
        return await self._send(call, login)

    async def _send(self, call: Call, login: Login | None) -> Any:
        request = self.protocol.call_request(call, login)
        if call.sink is not None:
            request = replace(request, sink=call.sink)
        return await self._exchange(
            request,
            lambda response: self.protocol.read_call(response, call),
            repeatable=call.repeatable,
        )

    def _exchange(
        self, request: Request, read: Callable[[Response], T], *, repeatable: bool
    ) -> Any:
        """Return the coroutine that sends until there is an answer."""
        return exchange(
            self.runner,
            request,
            read,
            repeatable=repeatable,
            retry=self.retry,
            timeout_seconds=self.timeout,
        )

    async def _call_service(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Any:
        raise NotImplementedError


class AsyncHTTP(HTTPTransport, AsyncOdooTransport):
    """The public methods of async transports over HTTP."""

    async def authenticate(self) -> int:
        """Log in again and return the user's id.

        :raises AuthenticationError: if the server refuses.
        """
        self._login = None
        return await self._uid()

    async def execute_kw(
        self,
        model: str,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any] | None = None,
        *,
        idempotent: bool = False,
    ) -> Any:
        """Call a method of a model, as ``execute_kw`` of Odoo's legacy protocol."""
        return await self._call(Call(model, method, args, kwargs or {}, idempotent))

    async def call_service(self, service: str, method: str, args: Sequence[Any]) -> Any:
        """Call a method of the services common, db or object; it is not repeated.

        :raises TransportError: if the protocol has no services
        """
        return await self._call_service(service, method, args)


class SyncHTTP(HTTPTransport, OdooTransport):
    """The public methods of sync transports over HTTP."""

    authenticate = blocking(AsyncHTTP.authenticate)
    execute_kw = blocking(AsyncHTTP.execute_kw)
    call_service = blocking(AsyncHTTP.call_service)
