# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocols of Odoo's external API: they build requests and read responses.

A protocol does no I/O: ``Call`` → ``Request``, ``Response`` → result or error.
"""

from __future__ import annotations

import json
import typing
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import _server_errors
from .._errors import (
    AuthenticationError,
    Outcome,
    ProtocolError,
    ServerUnavailableError,
    VodooError,
)
from .._retry import retry_after_seconds
from .._secret import Secret

#: Methods that change nothing, so that sending them twice does no harm.
READ_METHODS = frozenset(
    {
        "check_access_rights",
        "check_access_rule",
        "context_get",
        "default_get",
        "export_data",
        "fields_get",
        "fields_view_get",
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "get_external_id",
        "get_metadata",
        "get_view",
        "get_views",
        "has_access",
        "has_group",
        "load_views",
        "name_get",
        "name_search",
        "onchange",
        "read",
        "read_group",
        "read_progress_bar",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_name_search",
        "web_read",
        "web_read_group",
        "web_search_read",
    }
)


class Sink(typing.Protocol):
    """Take parts out of an answer while it comes in."""

    def begin(self) -> None:
        """Forget what came so far: the request is sent, perhaps once more."""

    def feed(self, chunk: bytes) -> bytes:
        """Take what belongs here out of a chunk; return the rest."""

    def end(self) -> bytes:
        """Return what was kept back."""


@dataclass(frozen=True)
class Call:
    """Name a method of a model and its arguments.

    ``idempotent``: the caller says that it may be carried out twice. ``sink`` takes a
    part of the answer that is too large for the memory.
    """

    model: str
    method: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    idempotent: bool = False
    sink: Sink | None = field(default=None, repr=False, compare=False)

    @property
    def repeatable(self) -> bool:
        return self.idempotent or self.method in READ_METHODS


@dataclass(frozen=True)
class Request:
    """Describe one HTTP request; the repr shows no secret.

    ``timeout_seconds`` bounds each wait for bytes, ``within_seconds`` the exchange.
    ``secrets`` must not show in errors, even if the server echoes them.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    timeout_seconds: float | None = None
    within_seconds: float = 120.0
    secrets: tuple[str, ...] = field(default=(), repr=False)
    sink: Sink | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Response:
    """Hold one complete HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the parsed body.

        :raises ProtocolError: if it is not JSON, with what was found instead.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            pass
        raise self._not_json()

    def _not_json(self) -> ProtocolError:
        excerpt = " ".join(self.content[:200].decode("utf-8", "replace").split())
        error = ProtocolError(
            f"expected JSON, found {self.content_type or 'no content type'} "
            f"with status {self.status}: {excerpt!r}",
            self.status,
        )
        error.outcome = Outcome.UNKNOWN
        return error


def is_user_id(value: object) -> bool:
    """Tell whether a server's word can be the id of a user."""
    return type(value) is int and value > 0


@dataclass(frozen=True)
class Login:
    """Hold who is logged in, and the cookie that proves it in a web session."""

    uid: int
    cookie: Secret = field(default=Secret(""), repr=False)


@dataclass(frozen=True)
class Credentials:
    """Hold where to call and as whom."""

    url: str
    database: str
    username: str
    password: Secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: whether JSON-2 says which database it means
    names_database: bool = True


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
        error = _server_errors.status_error(
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
