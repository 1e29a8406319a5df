# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each protocol does in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ._errors import (
    AuthenticationError,
    InvalidArgumentsError,
    OdooServerError,
    ProtocolError,
    TransportError,
    VodooError,
)
from ._http_transport import HTTPTransport
from ._named_arguments import Documentation, guessed_call, refuses_guess
from ._older_servers import AnyVersion
from ._protocols import Call, Login
from ._protocols.json2 import JSON2, looks_like_api_key
from ._protocols.jsonrpc import JSONRPC
from ._protocols.web import WebSession


class Legacy(AnyVersion):
    """Speak ``/jsonrpc``."""

    protocol: JSONRPC
    protocol_class = JSONRPC

    def _prepare(self) -> None:
        super()._prepare()
        # The server remembers a password it has checked in a call, but not one it has
        # checked in a login. The check takes half a second of CPU: calls that come
        # together after the login would pay it each. So the first one goes alone.
        self._is_password_checked = looks_like_api_key(self.password)
        self._first_call_lock = self.runner.lock()

    async def _call_service(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Any:
        request = self.protocol.service_request(service, method, args)
        return await self._exchange(
            request, self.protocol.read_result, repeatable=False
        )

    async def _carry_out(self, call: Call) -> Any:
        if not self._is_password_checked:
            async with self._first_call_lock:
                if not self._is_password_checked:
                    return await self._first_call(call)
        return await super()._carry_out(call)

    async def _first_call(self, call: Call) -> Any:
        try:
            result = await super()._carry_out(call)
        except OdooServerError as error:
            self._is_password_checked = not isinstance(error, AuthenticationError)
            raise
        self._is_password_checked = True
        return result


class JSON2Calls(HTTPTransport):
    """Speak ``/json/2``."""

    protocol: JSON2
    protocol_class = JSON2

    def _prepare(self) -> None:
        super()._prepare()
        # One that logged in has found out how to name its database.
        self._is_database_settled = self._login is not None
        self._documentation = Documentation(
            self.protocol, partial(self._exchange, repeatable=True)
        )

    async def _call_service(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Any:
        raise TransportError(
            f"JSON-2 has no service {service!r}; only the legacy protocol has"
        )

    async def _send(self, call: Call, login: Login | None) -> Any:
        """Send a call; repeat it once without the name of the database.

        See ``_detection.py`` for the servers that need that. It is remembered.
        """
        try:
            result = await super()._send(call, login)
        except ProtocolError as error:
            if self._is_database_settled or error.code != 404:
                raise
            refusal = error
        else:
            self._is_database_settled = True
            return result
        named = self.protocol.credentials
        self.protocol.credentials = replace(named, names_database=False)
        try:
            result = await super()._send(call, login)
        except VodooError:
            self.protocol.credentials = named
            raise refusal from None
        self._is_database_settled = True
        return result

    async def _carry_out(self, call: Call) -> Any:
        guess = guessed_call(call)
        if guess is None:
            guess = await self._documentation.named_call(call)
        send = super()._send if self._is_database_settled else self._send
        try:
            return await send(guess, None)
        except InvalidArgumentsError as error:
            if not refuses_guess(call, error):
                raise
        corrected = await self._documentation.named_call(call)
        return await self._send(corrected, None)


class Web(AnyVersion):
    """Speak as Odoo's web client does, in a session."""

    protocol: WebSession
    protocol_class = WebSession

    async def _call_service(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Any:
        raise TransportError(
            f"a web session has no service {service!r}; only the legacy protocol has"
        )
