# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credentials of a session, sent to one server only.

::

    _authenticate()      of each request, also after a redirect
      1. secret headers and parameters
      2. the current access token of a source
      3. the signature, of the request as it is sent

A request to another server raises an error before it gets a credential. Credentials
given by a ``use_`` method are masked in each error and log line.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from ..servers import DEFAULT_PORTS
from .errors import RestRefusal
from .secrets import Redactor


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return what identifies a server: scheme, host and port."""
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port


class TokenSource(Protocol):
    """Source of the access tokens of a session, which renews them."""

    def current(self) -> str:
        """Return an access token that is valid, as far as is known."""

    def replace(self, rejected: str) -> bool:
        """Replace a rejected token; return whether there is another one."""


class AuthenticatedSession(requests.Session):
    """Session that sends its credentials to one server, and to no other."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        self.redact = Redactor()
        self._secret_headers: dict[str, str] = {}
        self._secret_params: dict[str, str] = {}
        self._sign: Callable[[requests.PreparedRequest], None] | None = None
        self._tokens: TokenSource | None = None
        self._token = ""
        self._token_place = ("Authorization", "Bearer ")
        # set, so that requests does not look for a password in ~/.netrc
        self.auth = self._authenticate

    def use_header(self, name: str, secret: str, prefix: str = "") -> None:
        """Send a secret in a header; an empty one is not sent."""
        if not secret:
            return
        self.redact.add(secret)
        self._secret_headers[name] = f"{prefix}{secret}"

    def use_bearer(self, token: str) -> None:
        """Send a token as ``Authorization: Bearer``."""
        self.use_header("Authorization", token, prefix="Bearer ")

    def use_basic(self, login: str, password: str) -> None:
        """Send login and password as ``Authorization: Basic``, if both are set."""
        if not (login and password):
            return
        self.redact.add(password)
        pair = base64.b64encode(f"{login}:{password}".encode()).decode()
        self.use_header("Authorization", pair, prefix="Basic ")

    def use_param(self, name: str, secret: str) -> None:
        """Send a secret in the query string, if the backend has no other way."""
        if not secret:
            return
        self.redact.add(secret)
        self._secret_params[name] = secret

    def use_signature(
        self, sign: Callable[[requests.PreparedRequest], None], secret: str
    ) -> None:
        """Call ``sign`` with each request, as the last change of it.

        :param secret: with which it signs, to be masked
        """
        self.redact.add(secret)
        self._sign = sign

    def use_tokens(
        self,
        tokens: TokenSource,
        header: str = "Authorization",
        prefix: str = "Bearer ",
    ) -> None:
        """Send the current access token of a source with each request.

        A token that is rejected is replaced, and the request is sent again, once.
        """
        self._tokens, self._token_place = tokens, (header, prefix)

    def _authenticate(
        self, request: requests.PreparedRequest
    ) -> requests.PreparedRequest:
        self._refuse_other_server(request.url)
        request.headers.update(self._secret_headers)
        if self._secret_params:
            request.prepare_url(request.url, self._secret_params)
        if self._tokens:
            self._add_token(request, self._tokens.current())
        if self._sign:
            self._sign(request)
        return request

    def _add_token(self, request: requests.PreparedRequest, token: str) -> None:
        if token != self._token:
            self.redact.add(token)
            self._token = token
        header, prefix = self._token_place
        request.headers[header] = f"{prefix}{token}"

    def _replace_token(self, response: requests.Response, options: Any) -> bool:
        """Return whether a rejected request can be sent again, with another token."""
        if self._tokens is None or response.status_code != 401:
            return False
        is_read = not isinstance(response.request.body, str | bytes | None)
        if is_read or options.get("files"):  # a stream is sent once
            return False
        return self._tokens.replace(self._token)

    def rebuild_auth(self, prepared_request, response) -> None:
        """Follow a redirect on the same server only."""
        self._refuse_other_server(prepared_request.url)
        if self._sign:  # of the first request, whose path was another one
            self._sign(prepared_request)

    def resolve_redirects(self, *args: Any, yield_requests: bool = False, **kwargs):
        """Follow redirects; prepare no request that will not be sent."""
        if yield_requests:
            return iter(())
        return super().resolve_redirects(*args, **kwargs)

    def _refuse_other_server(self, url: str | None) -> None:
        if origin(url or "")[0] not in DEFAULT_PORTS:
            raise RestRefusal(
                self.redact(
                    f"{url} is not an address on the web. Correct the address of the "
                    "backend: it begins with http:// or https://."
                )
            )
        if origin(url or "") != origin(self.base_url):
            raise RestRefusal(
                self.redact(
                    f"{self.base_url} redirects to another server, {url}, which must "
                    "not get the credentials. If the backend has moved, change its "
                    "address."
                )
            )
