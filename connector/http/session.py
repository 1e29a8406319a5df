# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Session with one server: credentials, requests, and errors without secrets.

::

    call()
      request() of requests      within the request budget, see spending; without one,
                                 urllib3 waits for the end of a rate limit, see budget
        _authenticate            secret headers and parameters, an access token or a
                                 signature, on this server only
        redirects                followed on this server only
      _refusal()                 an answer that refuses becomes an error, see errors

Credentials given by a ``use_`` method are masked in each error and log line.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from ..servers import DEFAULT_PORTS, identify_service
from .budget import NoBudget, RateLimitRetry, WaitBudget
from .errors import (
    ACCESS_REFUSALS,
    RestRefusal,
    explain,
    is_rate_limited,
    make_error,
    retry_after_seconds,
    status_error,
    transport_error,
)
from .idempotency import was_not_sent
from .secrets import Redactor, excerpt, readable, redacted_logs

#: bytes that are read of the body of a streamed error
_ERROR_BYTES = 64 * 1024


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


class RestSession(requests.Session):
    """Session with one server, which sends no secret to any other.

    Its errors are those of :mod:`odoo.addons.connector.exception`.

    :param timeout: seconds to connect, and to wait for data, in every request
    :param wait_budget: waits in the worker, shared with the other sessions of the job
    """

    def __init__(
        self,
        base_url: str,
        timeout: float | tuple[float, float] = 60.0,
        wait_budget: WaitBudget | None = None,
    ) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        #: request budget of the calls, shared by all workers
        self.budget: Any = NoBudget()
        self.redact = Redactor()
        self._secret_headers: dict[str, str] = {}
        self._secret_params: dict[str, str] = {}
        self._environment: dict[tuple, dict[str, Any]] = {}
        self._sign: Callable[[requests.PreparedRequest], None] | None = None
        self._tokens: TokenSource | None = None
        self._token = ""
        self._token_place = ("Authorization", "Bearer ")
        # set, so that requests does not look for a password in ~/.netrc
        self.auth = self._authenticate
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=RateLimitRetry(wait_budget)))

    # -- credentials ----------------------------------------------------------

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

    # -- requests -------------------------------------------------------------

    def request(self, method, url, **kwargs) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        cost = kwargs.pop("cost", 1)
        send = partial(super().request, method, url, **kwargs)
        response = self.budget.send(send, cost)
        if self._replace_token(response, kwargs):
            response = self.budget.send(send, cost)
        return response

    def use_budget(self, budget: Any) -> None:
        """Send the requests within a budget, which waits for the end of a limit, too.

        ``call(cost=…)`` says what a request needs of it.
        """
        self.budget = budget
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter())

    def merge_environment_settings(self, url, proxies, stream, verify, cert) -> dict:
        """Read the variables of the environment once, not for each request."""
        if proxies:
            return super().merge_environment_settings(
                url, proxies, stream, verify, cert
            )
        own = tuple(sorted(self.proxies.items())), self.verify, self.cert
        key = origin(url), stream, verify, cert, own
        if key not in self._environment:
            self._environment[key] = super().merge_environment_settings(
                url, {}, stream, verify, cert
            )
        return dict(self._environment[key])

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Return the answer to a request.

        A rate limit is waited for within the wait budget of the session.

        :param path: path below the address of the backend, or a whole address
        :param kwargs: passed to requests; ``cost`` is taken from the request budget
        :raise RetryableJobError: the network or the server fails; try later
        :raise RestRefusal: a person must act
        """
        url = path
        if "://" not in path:
            url = f"{self.base_url}/{path.lstrip('/')}"
        response = failure = None
        with redacted_logs(self.redact):
            try:
                response = self.request(method, url, **kwargs)
            except requests.RequestException as error:
                failure = self.failure(method, url, error)
        if response is not None:
            if response.is_redirect and not kwargs.get("allow_redirects", True):
                return response
            if kwargs.get("stream") and not response.ok:
                # the reason is at the beginning; the rest may be of any length
                content = response.raw.read(_ERROR_BYTES, decode_content=True)
                response._content = content
                response.close()
            failure = self._refusal(method, url, response)
        if failure is not None:
            # raised outside of the except block: errors of requests contain secrets
            raise failure
        return response

    def call_json(self, method: str, path: str, **kwargs: Any) -> Any:
        """Return the decoded body of the answer, None if there is none."""
        return self.decode(self.call(method, path, **kwargs))

    def decode(self, response: requests.Response) -> Any:
        """Return the decoded body of an answer, None if there is none."""
        if not response.content:
            return None
        try:
            return response.json()
        except requests.JSONDecodeError as error:
            request = response.request
            failure = self.failure(request.method, request.url, error)
        raise failure

    def failure(
        self, method: str, url: str, error: requests.RequestException
    ) -> Exception:
        """Return the error for an error of requests, without secrets."""
        message = f"{method} {url}: {explain(error)}"
        failure = make_error(transport_error(error), self.redact(message))
        failure.was_not_sent = was_not_sent(error)
        return failure

    def _refusal(
        self, method: str, url: str, response: requests.Response
    ) -> Exception | None:
        """Return the error for an answer, None for a successful one."""
        rate_limited = is_rate_limited(response.status_code, response.headers)
        error = status_error(429 if rate_limited else response.status_code)
        if error is None:
            return None
        if not rate_limited:
            error = ACCESS_REFUSALS.get(response.status_code, error)
        content_type = response.headers.get("Content-Type", "")
        answer = readable(response.content, self.redact, response.encoding)
        body = excerpt(answer, content_type)
        message = self.redact(
            f"{method} {url}: {response.status_code} {response.reason}: {body}"
        )
        seconds = retry_after_seconds(response.headers, rate_limited=rate_limited)
        failure = make_error(error, message, seconds, rate_limited)
        failure.status_code = response.status_code
        failure.is_rate_limit = rate_limited
        service = identify_service(response.status_code, content_type, answer)
        #: the beginning of the body, for a protocol that explains refusals in it
        failure.answer = answer
        failure.answered_by = self.redact(f"{method} {url}: {service}")
        return failure
