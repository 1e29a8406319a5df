# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocols of Odoo's external API. They build requests and read responses.

.. code-block:: text

    Call ── call_request ──> Request  ── a runner sends it ──> Response ── read_call ──┐
                                                                  result or VodooError ┘

A protocol does no I/O and never waits. It remembers facts about its server for the next
call: that ``load`` is not supported, the names of a method's arguments.
"""

from __future__ import annotations

import email.utils
import json
import math
import time
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import _server_errors
from .._errors import (
    AuthenticationError,
    Outcome,
    ProtocolError,
    ServerUnavailableError,
    TransportError,
    VodooError,
)
from .._secret import Secret

#: Methods that change nothing: their calls may be sent twice.
READ_METHODS = frozenset(
    """
    check_access_rights check_access_rule context_get default_get export_data
    fields_get fields_view_get formatted_read_group formatted_read_grouping_sets
    get_external_id get_metadata get_view get_views has_access has_group load_views
    name_get name_search onchange read read_group read_progress_bar search
    search_count search_fetch search_read web_name_search web_read web_read_group
    web_search_read
    """.split()
)


class Sink(typing.Protocol):
    """Receiver of a part of an answer that is too large for the memory."""

    def begin(self) -> None:
        """Discard what was received: the request is sent, perhaps again."""

    def feed(self, chunk: bytes) -> bytes:
        """Take this sink's part out of a chunk; return the rest."""

    def end(self) -> bytes:
        """Return what was held back."""


@dataclass(frozen=True)
class Call:
    """A method of a model and its arguments.

    ``idempotent``: the caller states that it may be carried out twice.
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
    """One HTTP request; its repr shows no secret.

    ``timeout_seconds`` bounds each wait for bytes, ``within_seconds`` the exchange.
    ``secrets`` are removed from errors, even if the server echoes them.
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
    """One complete HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the parsed body.

        :raises ProtocolError: if it is not JSON, with the beginning of the body
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            pass
        # The frame that raises must not hold the excerpt: error trackers show it.
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


@dataclass(frozen=True)
class Login:
    """The user who is logged in, and the cookie of a web session."""

    uid: int
    cookie: Secret = field(default=Secret(""), repr=False)


@dataclass(frozen=True)
class Credentials:
    """The server, the database and the user of a client."""

    url: str
    database: str
    username: str
    password: Secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: whether requests of JSON-2 name the database
    names_database: bool = True

    def without_name(self) -> Credentials:
        """Return these for a server that refuses requests with a database's name."""
        return replace(self, names_database=False)


class Protocol(ABC):
    """One protocol, for one user on one database."""

    title: str
    #: whether calls need the answer of a login
    needs_login: bool = True

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    @abstractmethod
    def login_request(self) -> Request:
        """Return the request that logs in."""

    @abstractmethod
    def read_login(self, response: Response) -> Login:
        """Return the login, or raise AuthenticationError."""

    @abstractmethod
    def call_request(self, call: Call, login: Login | None) -> Request:
        """Return the request that carries out the call."""

    @abstractmethod
    def read_call(self, response: Response, call: Call) -> Any:
        """Return the result of the call, or raise the server's error."""

    def learn(self, error: VodooError, call: Call) -> bool:
        """Return whether the call can be built otherwise, now that it was refused."""
        return False

    def service_request(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Request:
        """Return the request that calls a method of a service."""
        raise TransportError(
            f"{self.title} has no service {service!r}; only the legacy protocol has"
        )

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

    def login_of(self, uid: object) -> Login:
        """Return the login of the user whom the server named."""
        if type(uid) is not int or uid <= 0:
            raise ProtocolError(f"expected the id of the user, found {uid!r:.200}")
        return Login(uid)

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
            return self._redirected(response)
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

    def _redirected(self, response: Response) -> ProtocolError:
        location = response.headers.get("location", "nowhere")
        error = ProtocolError(
            f"{self.credentials.url} redirects to {location}; redirects are not "
            "followed, so that the password goes to no other server: correct the "
            "setting 'url'",
            response.status,
        )
        # The path and the query of the target may hold secrets.
        target = "/".join(location.split("/", 3)[:3])[:100]
        error.answered_by = f"HTTP status {response.status}, redirects to {target}"
        return error


def retry_after_seconds(
    header: str | None, now: Callable[[], float] = time.time
) -> float | None:
    """Read the header ``Retry-After``: seconds, or a date."""
    if not header:
        return None
    try:
        seconds = float(header)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - now())
    except (TypeError, ValueError, OverflowError):
        return None
