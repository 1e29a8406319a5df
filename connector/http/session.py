# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from ..servers import DEFAULT_PORTS, identify_service
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
from .excerpt import excerpt, readable
from .secrets import Redactor, redacted_logs

#: a job waits that long in all, and is postponed then: a worker has better things
#: to do, and Odoo ends a request after two minutes
MAX_WAIT_SECONDS = 10
#: bytes of the body of an error that are read, where the answer is streamed
_READ_OF_ERROR = 64 * 1024


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return what tells one server from another: scheme, host and port."""
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port


class WaitBudget:
    """Seconds that a job may wait in its worker, for all its requests."""

    def __init__(self, seconds: float = MAX_WAIT_SECONDS) -> None:
        self.seconds_left = seconds

    def take(self, seconds: float) -> bool:
        """Take some seconds; return whether that many were left."""
        if seconds > self.seconds_left:
            return False
        self.seconds_left -= seconds
        return True


class RestSession(requests.Session):
    """Send requests to one server, and never a secret to another one.

    Errors are those of :mod:`odoo.addons.connector.exception`; they and what is
    logged hold no secret. Credentials given by a ``use_`` method are secret.

    :param timeout: seconds to connect, and to wait for data, in every request
    """

    def __init__(
        self, base_url: str, timeout: float | tuple[float, float] = 60.0
    ) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.redact = Redactor()
        #: what is left to wait in the worker; sessions of one job share it
        self.wait_budget = WaitBudget()
        self._secret_headers: dict[str, str] = {}
        self._secret_params: dict[str, str] = {}
        # set, so that no file of passwords of the machine is asked for one
        self.auth = self._authenticate

    # -- credentials ----------------------------------------------------------

    def use_header(self, name: str, secret: str, prefix: str = "") -> None:
        """Send a secret in a header; where there is none, no header."""
        if not secret:
            return
        self.redact.add(secret)
        self._secret_headers[name] = f"{prefix}{secret}"

    def use_bearer(self, token: str) -> None:
        """Send a token as ``Authorization: Bearer``."""
        self.use_header("Authorization", token, prefix="Bearer ")

    def use_basic(self, login: str, password: str) -> None:
        """Send login and password as ``Authorization: Basic``; nothing without both."""
        if not (login and password):
            return
        self.redact.add(password)
        pair = base64.b64encode(f"{login}:{password}".encode()).decode()
        self.use_header("Authorization", pair, prefix="Basic ")

    def use_param(self, name: str, secret: str) -> None:
        """Send a secret in the query string, for backends that know no better."""
        if not secret:
            return
        self.redact.add(secret)
        self._secret_params[name] = secret

    def _authenticate(
        self, request: requests.PreparedRequest
    ) -> requests.PreparedRequest:
        self._refuse_other_server(request.url)
        request.headers.update(self._secret_headers)
        if self._secret_params:
            request.prepare_url(request.url, self._secret_params)
        return request

    def rebuild_auth(self, prepared_request, response) -> None:
        """Follow a redirect on the same server only."""
        self._refuse_other_server(prepared_request.url)

    def resolve_redirects(self, *args: Any, yield_requests: bool = False, **kwargs):
        """Follow redirects; prepare no request that is not to be followed."""
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
                    f"{self.base_url} leads to another server, {url}, which must not "
                    "have our credentials. If it has moved, change its address."
                )
            )

    # -- requests -------------------------------------------------------------

    def request(self, method, url, **kwargs) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        return super().request(method, url, **kwargs)

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Return the answer to a request for a path, or a whole address.

        Asked to slow down for a moment, it waits and sends the request again: for
        ``MAX_WAIT_SECONDS`` in all of its requests.

        :raise RetryableJobError: the network or the server failed for a while
        :raise RestRefusal: only a person can mend it
        """
        url = path
        if "://" not in path:
            url = f"{self.base_url}/{path.lstrip('/')}"
        while True:
            response, failure = self._send(method, url, **kwargs)
            if failure is None:
                return response
            if getattr(failure, "ignore_retry", False) and failure.seconds:
                if self.wait_budget.take(failure.seconds):
                    time.sleep(failure.seconds)
                    continue
            # raised out here: what requests says has addresses with secrets in it
            raise failure

    def _send(
        self, method: str, url: str, **kwargs: Any
    ) -> tuple[requests.Response | None, Exception | None]:
        """Return the answer to one request, and what is wrong with it."""
        with redacted_logs(self.redact):
            try:
                response = self.request(method, url, **kwargs)
            except requests.RequestException as error:
                return None, self.failure(method, url, error)
        if response.is_redirect and not kwargs.get("allow_redirects", True):
            return response, None
        if kwargs.get("stream") and not response.ok:
            # what is wrong stands at the beginning; the rest may be of any length
            response._content = response.raw.read(_READ_OF_ERROR, decode_content=True)
            response.close()
        return response, self._refusal(method, url, response)

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
        """Return the error that stands for one of requests, without secrets."""
        message = f"{method} {url}: {explain(error)}"
        return make_error(transport_error(error), self.redact(message))

    def _refusal(
        self, method: str, url: str, response: requests.Response
    ) -> Exception | None:
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
        service = identify_service(response.status_code, content_type, answer)
        failure.answered_by = self.redact(f"{method} {url}: {service}")
        return failure
