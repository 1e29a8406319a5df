# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Download a file that a record of the backend refers to.

Only the server of the backend gets credentials and cookies; each redirect is checked.
A server that is not on the internet must be named (``public_servers.py``).
An error of another server is an ``InvalidDataError``: it says nothing about the
backend, and a retry would delay the import of the record.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import requests
import urllib3

from ..exception import InvalidDataError
from .authenticated_session import origin
from .errors import explain
from .public_servers import PublicAdapter
from .secrets import redact_params
from .session import RestSession

MAX_BYTES = 20 * 1024 * 1024
#: for one file, its redirects included
MAX_SECONDS = 120
MAX_REDIRECTS = 5
_PART_BYTES = 64 * 1024
#: errors of a request to another server
_ERRORS = (
    InvalidDataError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
)


def download(
    session: RestSession,
    source: str,
    max_bytes: int = MAX_BYTES,
    hosts: Collection[str] | None = None,
) -> bytes:
    """Return the content of a file.

    :param source: an address; a path from the root of the backend's server,
        ``/covers/1.png``; a path below the backend's address, ``covers/1.png``; or a
        ``data:`` URL
    :param hosts: names of other servers to download from, None for all that are on the
        internet
    :raise InvalidDataError: the file is too large, or another server does not send it
    :raise RetryableJobError, ConnectorException: errors of the session
    """
    source = _check_text(source)
    if source[:5].lower() == "data:":
        return _read_data_url(source, max_bytes)
    content = bytearray()
    download_to(content.extend, session, source, max_bytes, hosts)
    return bytes(content)


def download_to(
    write: Callable[[bytes], Any],
    session: RestSession,
    source: str,
    max_bytes: int,
    hosts: Collection[str] | None = None,
    max_seconds: float | None = None,
    is_given_by_backend: bool = False,
) -> None:
    """Call ``write`` with each part of a file; see ``download`` for the others.

    :param is_given_by_backend: the address is part of the protocol, not of a record:
        it may be that of any server
    """
    until = time.monotonic() + (max_seconds or MAX_SECONDS)
    only_public = hosts is None and not is_given_by_backend
    url = _join(f"{session.base_url}/", source)
    with ExitStack() as stack:
        for _hop in range(MAX_REDIRECTS + 1):
            if _is_own(session, url):
                reader = _OwnServer(session)
            else:
                other = _OtherServer(session, hosts, only_public)
                reader = stack.enter_context(closing(other))
            with closing(reader.open(url)) as response:
                if not response.is_redirect:
                    reader.read_body(response, write, max_bytes, until)
                    return
                url = _join(url, response.headers["Location"])
    raise InvalidDataError(f"{source} redirects more than {MAX_REDIRECTS} times")


class _OwnServer:
    """Server of the backend, asked by its session."""

    def __init__(self, session: RestSession) -> None:
        self._session = session

    def open(self, url: str) -> requests.Response:
        return self._session.call(
            "GET", url, headers={"Accept": "*/*"}, stream=True, allow_redirects=False
        )

    def read_body(
        self,
        response: requests.Response,
        write: Callable[[bytes], Any],
        max_bytes: int,
        until: float,
    ) -> None:
        failure = None
        try:
            _read_at_most(response, write, max_bytes, until)
        except requests.RequestException as error:
            failure = self._session.failure("GET", response.url, error)
        if failure is not None:
            raise failure


class _OtherServer:
    """Other server, asked without credentials and cookies."""

    def __init__(
        self, session: RestSession, hosts: Collection[str] | None, only_public: bool
    ) -> None:
        self._backend_session = session
        self._hosts = hosts
        self._session = requests.Session()
        # set, so that requests does not look for a password in ~/.netrc
        self._session.auth = lambda request: request
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if only_public:
            for scheme in ("http://", "https://"):
                self._session.mount(scheme, PublicAdapter())

    def close(self) -> None:
        self._session.close()

    def open(self, url: str) -> requests.Response:
        host = urlsplit(url).hostname
        if self._hosts is not None and host not in self._hosts:
            raise InvalidDataError(f"{url}: files of the server {host} are not allowed")
        try:
            response = self._session.get(
                url,
                headers={"Accept": "*/*"},
                timeout=self._backend_session.timeout,
                stream=True,
                allow_redirects=False,
            )
        except _ERRORS as error:
            raise self._refusal(url, error) from None
        if not (response.ok or response.is_redirect):
            response.close()
            raise self._refusal(url, f"{response.status_code} {response.reason}")
        return response

    def read_body(
        self,
        response: requests.Response,
        write: Callable[[bytes], Any],
        max_bytes: int,
        until: float,
    ) -> None:
        try:
            _read_at_most(response, write, max_bytes, until)
        except requests.RequestException as error:
            raise self._refusal(response.url, error) from None

    def _refusal(self, url: str, reason: str | Exception) -> InvalidDataError:
        if isinstance(reason, requests.RequestException):
            reason = explain(reason)
        text = self._backend_session.redact(f"GET {url}: {reason}")
        return InvalidDataError(redact_params(text))


def _check_text(source: str) -> str:
    if not isinstance(source, str) or not source.strip():
        raise InvalidDataError(f"expected the address of a file, found {source!r}")
    return source.strip()


def _join(base_url: str, url: str) -> str:
    try:
        return urljoin(base_url, url)
    except ValueError as error:
        raise InvalidDataError(f"{url} is not an address: {error}") from error


def _is_own(session: RestSession, url: str) -> bool:
    """Return whether an address is on the backend's server.

    :raise InvalidDataError: it is not an address on the web
    """
    try:
        parts = urlsplit(url)
        is_own = origin(url) == origin(session.base_url)
    except ValueError as error:
        raise InvalidDataError(f"{url} is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidDataError(
            f"{session.redact(url)} is not an address on the web: expected http://, "
            "https://, or a path on the server of the backend"
        )
    return is_own


def _read_at_most(
    response: requests.Response,
    write: Callable[[bytes], Any],
    max_bytes: int,
    until: float,
) -> None:
    """Write the body of an answer; stop reading if it is too large."""
    started_at = time.monotonic()
    length = response.headers.get("Content-Length", "")
    is_number = length.isascii() and length.isdigit()
    if is_number and (len(length) > 15 or int(length) > max_bytes):
        raise InvalidDataError(f"{length} bytes, at most {max_bytes} are allowed")
    size = 0
    for part in response.iter_content(_PART_BYTES):
        size += len(part)
        if size > max_bytes:
            raise InvalidDataError(f"more than {max_bytes} bytes")
        if time.monotonic() > until:
            seconds = round(time.monotonic() - started_at)
            raise InvalidDataError(f"not complete after {seconds} seconds")
        write(part)


def _read_data_url(source: str, max_bytes: int) -> bytes:
    kind, comma, text = source.partition(",")
    if not comma:
        raise InvalidDataError("a data: URL without a comma is empty")
    content = unquote_to_bytes(text)
    if kind.lower().endswith(";base64"):
        try:
            content = base64.b64decode(content)
        except binascii.Error as error:
            raise InvalidDataError(f"a data: URL is not base64: {error}") from error
    if len(content) > max_bytes:
        raise InvalidDataError(f"{len(content)} bytes, at most {max_bytes} are allowed")
    return content
