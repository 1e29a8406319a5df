# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Request(NamedTuple):
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    #: decoded JSON, None if the content is something else
    body: Any
    content: bytes = b""
    #: path and query string, as they were sent
    target: str = ""


class Reply(NamedTuple):
    body: Any = None
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never written


class RestServer:
    """A real HTTP server on the loopback address, which records its requests.

    It answers a request with the result of ``reply``, or with the next of
    ``replies``. Without a ``port`` a free one is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.replies: list[Reply] = []
        self.reply = lambda request: self.replies.pop(0)
        handler = type("Handler", (_Handler,), {"rest_server": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> RestServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    rest_server: RestServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Be quiet."""

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        address = urlsplit(self.path)
        request = Request(
            self.command,
            address.path,
            dict(parse_qsl(address.query)),
            dict(self.headers),
            _decode(content),
            content,
            self.path,
        )
        self.rest_server.requests.append(request)
        reply = self.rest_server.reply(request)
        if reply is None:  # hang up
            self.close_connection = True
            return
        body = reply.body
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body or b"")))
        with suppress(ConnectionError):  # the client did not wait
            self.end_headers()
            self.wfile.write(body or b"")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle


def _decode(content: bytes) -> Any:
    try:
        return json.loads(content or b"null")
    except ValueError:
        return None
