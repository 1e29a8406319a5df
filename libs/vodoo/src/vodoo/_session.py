# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transports over HTTP: log in once, send, and send once more after some refusals.

.. code-block:: text

    client.search_read
    └─ client._call               finds the protocol on first use   (_detection.py)
       └─ HTTPTransport._call     logs in on first use
          └─ exchange             sends again where that is safe    (_retry.py)
             └─ runner.send       the only place with I/O           (_runners/)

Invariants:

- Any number of first calls make one login; the others wait for it.
- The first call after the login goes alone where it settles something for all others:
  ``_is_settled``.
- A refused call is sent again once for each kind of refusal, and only if the server has
  not carried it out: the session expired, or the call can be built otherwise.
- An overridden ``authenticate`` or ``execute_kw`` makes all logins or calls.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from . import _server_errors
from ._errors import (
    AuthenticationError,
    OdooServerError,
    ProtocolError,
    SessionExpiredError,
    VodooError,
)
from ._protocols import Call, Credentials, Login, Protocol, Request, Response
from ._protocols.json2 import JSON2, looks_like_api_key
from ._protocols.jsonrpc import JSONRPC, ask_version
from ._protocols.web import WebSession
from ._retry import exchange
from ._runners import awaited
from ._runners.sync import blocking
from ._transport import AsyncOdooTransport, BaseTransport, OdooTransport


class HTTPTransport(BaseTransport):
    """Calls over HTTP in one protocol."""

    protocol: Protocol
    protocol_class: ClassVar[type[Protocol]]

    def _prepare(self) -> None:
        who = self.url, self.database, self.username, self._password
        self.protocol = self.protocol_class(Credentials(*who, self._extra_headers))
        self._login: Login | None = None
        self._login_lock = self.runner.lock()
        self._is_settled = True
        self._server_version: int | None = None
        if type(self).execute_kw not in (AsyncHTTP.execute_kw, SyncHTTP.execute_kw):
            self._call = super()._call  # type: ignore[method-assign]

    def _adopt(self, login: Login, credentials: Credentials) -> None:
        """Continue with the login that the detection of the protocol made."""
        self._login = login
        self.protocol.credentials = credentials

    @property
    def known_uid(self) -> int | None:
        return self._login.uid if self._login else None

    async def _uid(self) -> int:
        return (await self._ready_login(None)).uid

    async def _version(self) -> int:
        if self._server_version is None:
            send = partial(self._exchange, repeatable=True)
            version = await ask_version(self.protocol.credentials, send)
            self._server_version = version or await super()._version()
        return self._server_version

    async def _ready_login(self, stale: Login | None) -> Login:
        """Return another login than the stale one; make it once for all callers."""
        if self._login is None or self._login is stale:
            async with self._login_lock:
                if self._login is None or self._login is stale:
                    uid = int(await awaited(self.authenticate()))
                    if self._login is None or self._login is stale:
                        self._login = Login(uid)  # of an override
        return self._login

    async def _call(self, call: Call) -> Any:
        refusals: set[type[VodooError]] = set()
        login = None
        try:
            while True:
                try:
                    login = self._login
                    if login is None and self.protocol.needs_login:
                        login = await self._ready_login(None)
                    if self._is_settled:
                        return await self._send(call, login)
                    return await self._first_call(call, login)
                except VodooError as error:
                    is_new = type(error) not in refusals
                    if not (is_new and await self._learn(error, call, login)):
                        raise
                    refusals.add(type(error))
        except VodooError as error:
            if error.model is None or error.method is None:
                _server_errors.explain(error, call.model, call.method)
            raise

    async def _learn(self, error: VodooError, call: Call, login: Login | None) -> bool:
        """Return whether the call may succeed if it is sent once more."""
        if isinstance(error, SessionExpiredError):
            await self._ready_login(login)
            return True
        return self.protocol.learn(error, call)

    async def _first_call(self, call: Call, login: Login | None) -> Any:
        """Send a call and settle what all later calls rely on."""

    # This and the next method return a coroutine: they add no frame to the stack.
    def _send(self, call: Call, login: Login | None) -> Coroutine[Any, Any, Any]:
        request = self.protocol.call_request(call, login)
        if call.sink is not None:
            request = replace(request, sink=call.sink)
        return self._exchange(
            request,
            lambda response: self.protocol.read_call(response, call),
            repeatable=call.repeatable,
        )

    def _exchange(
        self, request: Request, read: Callable[[Response], Any], *, repeatable: bool
    ) -> Coroutine[Any, Any, Any]:
        return exchange(
            self.runner,
            request,
            read,
            repeatable=repeatable,
            retry=self.retry,
            timeout_seconds=self.timeout,
        )


class Legacy(HTTPTransport):
    """``/jsonrpc``: the first call with a password goes alone.

    The server remembers a password that it has checked in a call, but not one that it
    has checked in a login. The check takes half a second of CPU, which each of several
    first calls would cost.
    """

    protocol_class = JSONRPC

    def _prepare(self) -> None:
        super()._prepare()
        self._is_settled = looks_like_api_key(self.password)
        self._first_call_lock = self.runner.lock()

    async def _first_call(self, call: Call, login: Login | None) -> Any:
        async with self._first_call_lock:
            if not self._is_settled:
                try:
                    result = await self._send(call, login)
                except OdooServerError as error:
                    self._is_settled = not isinstance(error, AuthenticationError)
                    raise
                self._is_settled = True
                return result
        return await self._send(call, login)


class JSON2Calls(HTTPTransport):
    """``/json/2``: the first call finds out whether requests name the database."""

    protocol: JSON2
    protocol_class = JSON2

    def _prepare(self) -> None:
        super()._prepare()
        self._is_settled = False

    def _adopt(self, login: Login, credentials: Credentials) -> None:
        super()._adopt(login, credentials)
        self._is_settled = True

    async def _first_call(self, call: Call, login: Login | None) -> Any:
        """Send a call, then without the database's name: see ``_detection.py``."""
        try:
            result = await self._send(call, login)
            self._is_settled = True
            return result
        except ProtocolError as error:
            if error.code != 404:
                raise
            refusal = error
        with_name = self.protocol.credentials
        self.protocol.credentials = with_name.without_name()
        try:
            result = await self._send(call, login)
        except VodooError:
            self.protocol.credentials = with_name
            raise refusal from None
        self._is_settled = True
        return result

    async def _learn(self, error: VodooError, call: Call, login: Login | None) -> bool:
        """Read the documentation of the model if the call needs it."""
        protocol = self.protocol
        if not protocol.needs_documentation(error, call):
            return await super()._learn(error, call, login)
        if not protocol.is_documented(call):
            try:
                await self._exchange(
                    protocol.documentation_request(call.model),
                    lambda answer: protocol.read_documentation(answer, call.model),
                    repeatable=True,
                )
            except VodooError as failure:
                raise protocol.unmapped(call, str(failure)) from failure
        if not protocol.is_documented(call):
            raise protocol.unmapped(call, "the server documents no such method")
        return True


class Web(HTTPTransport):
    """``/web/dataset/call_kw`` in a session, as Odoo's web client."""

    protocol_class = WebSession


class AsyncHTTP(HTTPTransport, AsyncOdooTransport):
    """The public methods of the async transports over HTTP."""

    async def authenticate(self) -> int:
        """Log in again and return the user's id.

        :raises AuthenticationError: if the server refuses
        """
        self._login = login = await self._exchange(
            self.protocol.login_request(), self.protocol.read_login, repeatable=True
        )
        return int(login.uid)

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
        call = Call(model, method, args, kwargs or {}, idempotent)
        return await HTTPTransport._call(self, call)

    async def call_service(self, service: str, method: str, args: Sequence[Any]) -> Any:
        """Call a method of the services common, db or object; it is not repeated.

        :raises TransportError: if the protocol has no services
        """
        request = self.protocol.service_request(service, method, args)
        read: Any = self.protocol.read_result  # type: ignore[attr-defined]
        return await self._exchange(request, read, repeatable=False)


class SyncHTTP(HTTPTransport, OdooTransport):
    """The public methods of the sync transports over HTTP."""

    authenticate = blocking(AsyncHTTP.authenticate)
    execute_kw = blocking(AsyncHTTP.execute_kw)
    call_service = blocking(AsyncHTTP.call_service)


class LegacyTransport(Legacy, SyncHTTP):
    """Calls of ``/jsonrpc`` (Odoo 14 to 19), sync."""


class JSON2Transport(JSON2Calls, SyncHTTP):
    """Calls of ``/json/2`` (Odoo 19 and later), sync."""


class WebSessionTransport(Web, SyncHTTP):
    """Calls of ``/web/dataset/call_kw`` in a session, sync."""


class AsyncLegacyTransport(Legacy, AsyncHTTP):
    """Calls of ``/jsonrpc`` (Odoo 14 to 19), async."""


class AsyncJSON2Transport(JSON2Calls, AsyncHTTP):
    """Calls of ``/json/2`` (Odoo 19 and later), async."""


class AsyncWebSessionTransport(Web, AsyncHTTP):
    """Calls of ``/web/dataset/call_kw`` in a session, async."""
