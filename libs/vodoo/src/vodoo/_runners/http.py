# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The use of httpx2 by both runners: clients, requests, errors.

httpx2 bounds each wait for bytes. The runners add a bound of the whole exchange, and
``body.py`` one of the size of an answer after decompression.
"""

from __future__ import annotations

import functools
import http.cookiejar
import logging
import os
import re
import socket
import ssl
from typing import Any, NamedTuple

import httpx2

from .. import _errors as errors
from .._protocols import Request
from .._release import VERSION
from .body import TooLarge

#: The one encoding whose decompressor takes a limit.
ACCEPTED_ENCODING = "gzip"


class HTTPOptions(NamedTuple):
    """How to connect; times are in seconds."""

    timeout: float = 30.0
    verify: bool | str | ssl.SSLContext = True
    proxy: str | None = None
    max_concurrency: int = 16
    keepalive_seconds: float = 5.0
    max_answer_bytes: int = 256 * 2**20
    trust_env: bool = True

    def client_arguments(self) -> dict[str, Any]:
        """Return the arguments of an httpx2 client without cookies or redirects."""
        return {
            "timeout": self.timeout,
            "verify": self.certificates(),
            "proxy": self.proxy,
            "limits": httpx2.Limits(
                max_connections=self.max_concurrency,
                max_keepalive_connections=self.max_concurrency,
                keepalive_expiry=self.keepalive_seconds,
            ),
            # A session's cookie would contradict X-Odoo-Database: take none.
            "cookies": http.cookiejar.CookieJar(
                http.cookiejar.DefaultCookiePolicy(allowed_domains=())
            ),
            "headers": {"user-agent": f"vodoo/{VERSION}"},
            "follow_redirects": False,
            "trust_env": self.trust_env,
        }

    def certificates(self) -> bool | ssl.SSLContext:
        if isinstance(self.verify, str):
            try:
                return ssl.create_default_context(cafile=self.verify)
            except OSError as error:
                raise errors.ConfigurationError(
                    f"cannot read the certificates in {self.verify!r} of the setting "
                    f"'verify': {error}"
                ) from error
        if self.verify is True:
            return _default_context(
                os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
            )
        return self.verify


@functools.lru_cache(maxsize=8)
def _default_context(cert_file: str | None, cert_folder: str | None) -> ssl.SSLContext:
    """Return a context for all clients: reading the certificates takes 30 ms of CPU.

    httpx2 reads what the two variables name.
    """
    return httpx2.create_ssl_context()


class Outgoing:
    """Converter of our requests into those of httpx2.

    It prepares once what ``Client.build_request`` does for each request (default
    headers, URL, timeouts): a tenth of the CPU of a small call.
    """

    def __init__(
        self, client: httpx2.Client | httpx2.AsyncClient, timeout_seconds: float
    ) -> None:
        self._headers = {
            **dict(client.headers.items()),
            "accept-encoding": ACCEPTED_ENCODING,
        }
        self._timeout = httpx2.Timeout(timeout_seconds).as_dict()

    def __call__(self, request: Request) -> httpx2.Request:
        timeout = self._timeout
        if request.timeout_seconds is not None:
            timeout = httpx2.Timeout(request.timeout_seconds).as_dict()
        headers = self._headers.copy()
        for name, value in request.headers.items():
            headers[name.lower()] = value
        try:
            return httpx2.Request(
                request.method,
                _url(request.url),
                headers=headers,
                content=request.content or None,
                extensions={"timeout": timeout},
            )
        except UnicodeEncodeError:
            name = next(name for name, value in headers.items() if not value.isascii())
        # Outside of the except clause: its error holds the value.
        raise _unsendable_header(name)


@functools.lru_cache(maxsize=512)
def _url(url: str) -> httpx2.URL:
    return httpx2.URL(url)


def _unsendable_header(name: str) -> errors.ConfigurationError:
    if name == "x-odoo-database":
        return errors.ConfigurationError(
            "JSON-2 sends the name of the database in an HTTP header, which can hold "
            "ASCII characters only; use the setting protocol='legacy' or rename the "
            "database"
        )
    return errors.ConfigurationError(
        f"the value of the HTTP header {name!r} holds other characters than ASCII; "
        "correct the setting it comes from"
    )


FORKED_WITH_GIVEN_CLIENT = (
    "this process was forked, and the http_client that was given belongs to its "
    "parent; give each process its own client"
)
OTHER_LOOP = (
    "the http_client that was given has connections of another event loop; give each "
    "loop its own client"
)

#: error of httpx2: (our error, may the request have been sent?)
FAILURES: dict[type[Exception], tuple[type[errors.TransportError], bool]] = {
    TooLarge: (errors.ProtocolError, True),
    httpx2.ConnectTimeout: (errors.ConnectionFailedError, False),
    httpx2.PoolTimeout: (errors.ConnectionFailedError, False),
    httpx2.TimeoutException: (errors.RequestTimeoutError, True),
    httpx2.ConnectError: (errors.ConnectionFailedError, False),
    httpx2.ProxyError: (errors.ConnectionFailedError, False),
    httpx2.UnsupportedProtocol: (errors.ProtocolError, False),
    httpx2.InvalidURL: (errors.ProtocolError, False),
    httpx2.LocalProtocolError: (errors.ProtocolError, False),
    httpx2.DecodingError: (errors.ProtocolError, True),
    httpx2.HTTPError: (errors.ConnectionLostError, True),
}
_BEGINNINGS: dict[type[errors.TransportError], str] = {
    errors.ConnectionFailedError: "cannot reach",
    errors.RequestTimeoutError: "no answer in time from",
    errors.ConnectionLostError: "lost the connection to",
    errors.ProtocolError: "cannot talk to",
}
_OBSTACLES: dict[type[Exception], errors.Obstacle] = {
    socket.gaierror: "name",
    ConnectionRefusedError: "refused",
    ssl.SSLError: "tls",
}


def no_slot() -> Exception:
    """Return the error for a request that waited for others up to its deadline."""
    return httpx2.PoolTimeout("the requests before it took until its deadline")


def no_answer() -> Exception:
    """Return the error for an answer that was not complete at the deadline."""
    return httpx2.ReadTimeout("the deadline of the call has passed")


def failure(error: Exception, request: Request) -> errors.TransportError:
    """Return our error for one of httpx2, without its frames."""
    ours, sent = next(
        found for theirs, found in FAILURES.items() if isinstance(error, theirs)
    )
    address = request.url.split("/", 3)[2]
    reason = str(error) or "no reason given"
    if isinstance(error, httpx2.LocalProtocolError):  # its text shows the header
        reason = "a header is not valid; correct 'http_headers' or the password"
    translated = ours(
        f"{_BEGINNINGS[ours]} {address}: {reason} ({type(error).__name__})"
    )
    if isinstance(translated, errors.ConnectionFailedError):
        translated.obstacle = _find_obstacle(error)
        # A retry does not help where TLS fails: a certificate, or a plain port.
        translated.transient = translated.obstacle != "tls"
    if sent:
        translated.outcome = errors.Outcome.UNKNOWN
    return translated


def _find_obstacle(error: BaseException | None) -> errors.Obstacle | None:
    """Return the obstacle that an error or one of its causes names."""
    while error is not None:
        for theirs, obstacle in _OBSTACLES.items():
            if isinstance(error, theirs):
                return obstacle
        error = error.__cause__ or error.__context__
    return None


class _HideSessions(logging.Filter):
    """Filter that removes session cookies, which are as good as passwords."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg, record.args = _SESSION.sub(r"\1***", message), ()
        return True


_SESSION = re.compile(r"(session_id=)[^;,\s'\"]+")
# At the level DEBUG it writes all headers of an answer.
logging.getLogger("httpcore2.http11").addFilter(_HideSessions())
