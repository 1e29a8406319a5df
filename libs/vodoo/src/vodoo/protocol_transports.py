# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each protocol does in an order of its own, for both shells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import (
    AuthenticationError,
    InvalidArgumentsError,
    OdooServerError,
    TransportError,
)
from .http_transport import HTTPTransport
from .json_2 import JSON2, looks_like_api_key
from .json_rpc import JSONRPC
from .named_arguments import Documentation, guessed_call, refuses_guess
from .older_servers import AnyVersion
from .operation import Lock, Mode, Operation, locked, operation
from .web_session import WebSession
from .wire import Call


class Legacy(AnyVersion[Mode]):
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


class Web(AnyVersion[Mode]):
    """Speak as Odoo's web client does, in a session."""

    protocol: WebSession
    protocol_class = WebSession
