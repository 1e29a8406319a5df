# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a protocol is: it builds requests and reads responses, without I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from . import error_table
from .errors import (
    AuthenticationError,
    Outcome,
    ProtocolError,
    ServerUnavailableError,
    VodooError,
)
from .retry import retry_after_seconds
from .wire import Call, Credentials, Login, Request, Response


class Protocol(ABC):
    """Build requests and read responses of one protocol, without I/O."""

    #: Whether a call needs the answer of a login.
    needs_login: bool = True

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    @abstractmethod
    def login_request(self) -> Request:
        """Return the request that tells who we are."""

    @abstractmethod
    def read_login(self, response: Response) -> Login:
        """Return who we are, or raise AuthenticationError."""

    @abstractmethod
    def call_request(self, call: Call, login: Login | None) -> Request:
        """Return the request that carries out the call."""

    @abstractmethod
    def read_call(self, response: Response, call: Call) -> Any:
        """Return the result of the call, or raise what the server said."""

    def post(
        self, path: str, content: str, headers: Mapping[str, str] | None = None
    ) -> Request:
        """Return a POST of JSON to a path of the server."""
        return Request(
            "POST",
            self.credentials.url + path,
            {
                "Content-Type": "application/json",
                **self.credentials.headers,
                **(headers or {}),
            },
            content.encode(),
            secrets=(self.credentials.password,),
        )

    def refused(self) -> AuthenticationError:
        """Return the error for credentials that the server refuses."""
        login, database = self.credentials.username, self.credentials.database
        return AuthenticationError(
            f"{self.credentials.url} refuses the login {login!r} for the database "
            f"{database!r}; check user name and password or API key"
        )

    def foreign_answer(self, response: Response) -> VodooError:
        """Return the error for an answer that is not of this protocol."""
        if 300 <= response.status < 400:
            location = response.headers.get("location", "nowhere")
            redirect = ProtocolError(
                f"{self.credentials.url} redirects to {location}; redirects are not "
                "followed, so that the password goes to no other server: correct the "
                "setting 'url'",
                response.status,
            )
            # the rest of the address may hold what is nobody's business
            target = "/".join(location.split("/", 3)[:3])[:100]
            service = f"HTTP status {response.status}, redirects to {target}"
            redirect.answered_by = service
            return redirect
        error = error_table.status_error(
            response.status,
            response.content_type,
            response.content[:4000].decode("utf-8", "replace"),
        )
        if isinstance(error, ServerUnavailableError):
            seconds = retry_after_seconds(response.headers.get("retry-after"))
            error.retry_after_seconds = seconds
            if response.status == 503 and seconds is not None:
                error.outcome = Outcome.NOT_DONE
        return error


def json_rpc(params: str) -> str:
    """Return the JSON-RPC envelope around serialized params."""
    return f'{{"jsonrpc":"2.0","method":"call","id":1,"params":{params}}}'
