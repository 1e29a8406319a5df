# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Our requests, responses and errors to and from httpx2."""

from __future__ import annotations

import http.cookiejar
import ssl
from dataclasses import dataclass

import httpx2

from . import errors
from .wire import Request, Response


@dataclass(frozen=True)
class HTTPOptions:
    """Tell how to connect; times are in seconds."""

    timeout: float = 30.0
    verify: bool | str | ssl.SSLContext = True
    proxy: str | None = None
    max_concurrency: int = 16
    keepalive_seconds: float = 5.0


#: What httpx2 raises → our error, and whether the request may have been sent.
FAILURES: tuple[tuple[type[Exception], type[errors.TransportError], bool], ...] = (
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
        follow_redirects=False,
    )


def async_client(options: HTTPOptions) -> httpx2.AsyncClient:
    """Return a client without cookies or redirects."""
    return httpx2.AsyncClient(
        timeout=options.timeout,
        verify=_verify(options),
        proxy=options.proxy,
        limits=_limits(options),
        cookies=_no_cookies(),
        follow_redirects=False,
    )


def outgoing(
    client: httpx2.Client | httpx2.AsyncClient, request: Request, timeout_seconds: float
) -> httpx2.Request:
    """Return the request for httpx2, with the client's own headers."""
    return client.build_request(
        request.method,
        request.url,
        headers=dict(request.headers),
        content=request.content or None,
        timeout=request.timeout_seconds or timeout_seconds,
    )


def incoming(answer: httpx2.Response) -> Response:
    """Return the complete answer."""
    return Response(answer.status_code, answer.headers, answer.content)


def failure(error: Exception, request: Request) -> errors.TransportError:
    """Return our error for one of httpx2, without its frames."""
    ours, sent = next(
        (ours, sent) for theirs, ours, sent in FAILURES if isinstance(error, theirs)
    )
    address = request.url.split("/", 3)[2]
    reason = str(error) or "no reason given"
    translated = ours(f"{_STORY[ours]} {address}: {reason} ({type(error).__name__})")
    if sent:
        translated.outcome = errors.Outcome.UNKNOWN
    return translated


_STORY: dict[type[errors.TransportError], str] = {
    errors.ConnectionFailedError: "cannot reach",
    errors.RequestTimeoutError: "no answer in time from",
    errors.ConnectionLostError: "lost the connection to",
    errors.ProtocolError: "cannot talk to",
}


def _verify(options: HTTPOptions) -> bool | ssl.SSLContext:
    if isinstance(options.verify, str):
        return ssl.create_default_context(cafile=options.verify)
    return options.verify


def _limits(options: HTTPOptions) -> httpx2.Limits:
    return httpx2.Limits(
        max_connections=options.max_concurrency,
        max_keepalive_connections=options.max_concurrency,
        keepalive_expiry=options.keepalive_seconds,
    )


def _no_cookies() -> http.cookiejar.CookieJar:
    """Return a jar that takes none: a session would contradict X-Odoo-Database."""
    policy = http.cookiejar.DefaultCookiePolicy(allowed_domains=())
    return http.cookiejar.CookieJar(policy)
