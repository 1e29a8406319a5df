# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Our requests, responses and errors to and from httpx2."""

from __future__ import annotations

import functools
import http.cookiejar
import logging
import os
import re
import socket
import ssl
from dataclasses import dataclass

import httpx2

from . import _errors as errors
from ._protocols import Request
from ._release import VERSION
from ._runners.body import ACCEPTED_ENCODING, TooLarge


@dataclass(frozen=True)
class HTTPOptions:
    """Tell how to connect; times are in seconds."""

    timeout: float = 30.0
    verify: bool | str | ssl.SSLContext = True
    proxy: str | None = None
    max_concurrency: int = 16
    keepalive_seconds: float = 5.0
    max_answer_bytes: int = 256 * 2**20
    trust_env: bool = True


FORKED_WITH_GIVEN_CLIENT = (
    "this process was forked, and the http_client that was given belongs to its "
    "parent; give each process a client of its own"
)

OTHER_LOOP = (
    "the http_client that was given has connections of another event loop; give each "
    "loop a client of its own"
)

#: What httpx2 raises → our error, and whether the request may have been sent.
FAILURES: tuple[tuple[type[Exception], type[errors.TransportError], bool], ...] = (
    (TooLarge, errors.ProtocolError, True),
    (httpx2.ConnectTimeout, errors.ConnectionFailedError, False),
    (httpx2.PoolTimeout, errors.ConnectionFailedError, False),
    (httpx2.TimeoutException, errors.RequestTimeoutError, True),
    (httpx2.ConnectError, errors.ConnectionFailedError, False),
    (httpx2.ProxyError, errors.ConnectionFailedError, False),
    (httpx2.UnsupportedProtocol, errors.ProtocolError, False),
    (httpx2.InvalidURL, errors.ProtocolError, False),
    (httpx2.LocalProtocolError, errors.ProtocolError, False),
    (httpx2.DecodingError, errors.ProtocolError, True),
    (httpx2.HTTPError, errors.ConnectionLostError, True),
)


def sync_client(options: HTTPOptions) -> httpx2.Client:
    """Return a client without cookies or redirects."""
    return httpx2.Client(
        timeout=options.timeout,
        verify=_verify(options),
        proxy=options.proxy,
        limits=_limits(options),
        cookies=_no_cookies(),
        headers={"user-agent": f"vodoo/{VERSION}"},
        follow_redirects=False,
        trust_env=options.trust_env,
    )


def async_client(options: HTTPOptions) -> httpx2.AsyncClient:
    """Return a client without cookies or redirects."""
    return httpx2.AsyncClient(
        timeout=options.timeout,
        verify=_verify(options),
        proxy=options.proxy,
        limits=_limits(options),
        cookies=_no_cookies(),
        headers={"user-agent": f"vodoo/{VERSION}"},
        follow_redirects=False,
        trust_env=options.trust_env,
    )


class Outgoing:
    """Turn our requests into those of httpx2.

    What ``Client.build_request`` works out anew for each request (default headers,
    URL, timeouts) is worked out once: that is a tenth of the CPU of a small call.
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


def no_slot() -> Exception:
    """Return the error for a request that waited for others up to its deadline."""
    return httpx2.PoolTimeout("the requests before it took until its deadline")


def no_answer() -> Exception:
    """Return the error for an answer that was not complete at the deadline."""
    return httpx2.ReadTimeout("the deadline of the call has passed")


def failure(error: Exception, request: Request) -> errors.TransportError:
    """Return our error for one of httpx2, without its frames."""
    ours, sent = next(
        (ours, sent) for theirs, ours, sent in FAILURES if isinstance(error, theirs)
    )
    address = request.url.split("/", 3)[2]
    reason = str(error) or "no reason given"
    translated = ours(f"{_STORY[ours]} {address}: {reason} ({type(error).__name__})")
    if isinstance(translated, errors.ConnectionFailedError):
        translated.obstacle = _find_obstacle(error)
        # A certificate that is not trusted, or a port without TLS, stays as it is.
        translated.transient = translated.obstacle != "tls"
    if sent:
        translated.outcome = errors.Outcome.UNKNOWN
    return translated


def _find_obstacle(error: BaseException | None) -> errors.Obstacle | None:
    """Return what an error, or one that it comes from, says to be in the way."""
    while error is not None:
        for theirs, obstacle in _OBSTACLES.items():
            if isinstance(error, theirs):
                return obstacle
        error = error.__cause__ or error.__context__
    return None


_OBSTACLES: dict[type[Exception], errors.Obstacle] = {
    socket.gaierror: "name",
    ConnectionRefusedError: "refused",
    ssl.SSLError: "tls",
}


_STORY: dict[type[errors.TransportError], str] = {
    errors.ConnectionFailedError: "cannot reach",
    errors.RequestTimeoutError: "no answer in time from",
    errors.ConnectionLostError: "lost the connection to",
    errors.ProtocolError: "cannot talk to",
}


def _verify(options: HTTPOptions) -> bool | ssl.SSLContext:
    if isinstance(options.verify, str):
        return ssl.create_default_context(cafile=options.verify)
    if options.verify is True:
        return _trusting_the_system(
            os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        )
    return options.verify


@functools.lru_cache(maxsize=8)
def _trusting_the_system(
    cert_file: str | None, cert_folder: str | None
) -> ssl.SSLContext:
    """Return a context for all clients: reading the certificates takes 30 ms of CPU.

    httpx2 reads what the two variables name.
    """
    return httpx2.create_ssl_context()


def _limits(options: HTTPOptions) -> httpx2.Limits:
    return httpx2.Limits(
        max_connections=options.max_concurrency,
        max_keepalive_connections=options.max_concurrency,
        keepalive_expiry=options.keepalive_seconds,
    )


class _SessionsHidden(logging.Filter):
    """Keep the cookie of a session, which is as good as a password, out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg, record.args = _SESSION.sub(r"\1***", message), ()
        return True


_SESSION = re.compile(r"(session_id=)[^;,\s'\"]+")
# at DEBUG it writes all headers of an answer
logging.getLogger("httpcore2.http11").addFilter(_SessionsHidden())


def _no_cookies() -> http.cookiejar.CookieJar:
    """Return a jar that takes none: a session would contradict X-Odoo-Database."""
    policy = http.cookiejar.DefaultCookiePolicy(allowed_domains=())
    return http.cookiejar.CookieJar(policy)
