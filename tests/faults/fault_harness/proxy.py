# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A TCP proxy before the source that delays, cuts, truncates, corrupts and lies."""

from __future__ import annotations

import http.client
import json
import socket
import socketserver
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler

from .injector import Injector
from .plan import Kind

UPSTREAM_SECONDS = 120
HTML = b"<html><body><h1>Under maintenance</h1></body></html>"
STATUSES = {
    Kind.STATUS_429: 429,
    Kind.STATUS_500: 500,
    Kind.STATUS_502: 502,
    Kind.STATUS_503: 503,
    Kind.HTML: 200,
}
#: not passed on: they concern one connection only
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def called_method(path: str, body: bytes) -> str:
    """Return the method of Odoo that a request calls, "" if it calls none."""
    parts = path.strip("/").split("/")
    if parts[:2] == ["json", "2"] and len(parts) == 4:
        return parts[3]
    try:
        arguments = json.loads(body)["params"]["args"]
        return arguments[4] if isinstance(arguments[4], str) else ""
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def corrupted(body: bytes) -> bytes:
    """Return the body with bytes in its middle that no text has."""
    middle = len(body) // 2
    return body[:middle] + b"\xff\x00\xff" + body[middle + 3 :]


class FaultProxy(socketserver.ThreadingTCPServer):
    """Pass requests on to a server of this machine; an injector says what fails."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream_port: int, injector: Injector | None = None):
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.upstream_port = upstream_port
        self.injector = injector or Injector()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections that break are what this is for."""


class _Exchange(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def do_GET(self) -> None:
        self._exchange()

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        pass

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        injector = self.server.injector
        fault = injector.on_request(called_method(self.path, body))
        if injector.is_down():
            return self._cut()
        kind = fault and fault.kind
        if kind is Kind.CUT_BEFORE:
            return self._cut()
        if kind in STATUSES and kind is not Kind.STATUS_502:
            return self._answer(STATUSES[kind], {"Content-Type": "text/html"}, HTML)
        try:
            status, headers, content = self._forward(body)
        except (OSError, http.client.HTTPException):
            return self._cut()
        if kind is Kind.STATUS_502:
            # as of a gateway that lost the answer: the source did what it was asked
            return self._answer(502, {"Content-Type": "text/html"}, HTML)
        if kind is Kind.CUT_AFTER:
            return self._cut()
        if kind is Kind.DELAY:
            time.sleep(fault.seconds)
        if kind is Kind.CORRUPT:
            content = corrupted(content)
        self._answer(status, headers, content, half=kind is Kind.TRUNCATE)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.upstream_port, timeout=UPSTREAM_SECONDS
        )
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in HOP_BY_HOP
            }
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, half: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self._cut()

    def _cut(self) -> None:
        """End the connection by a reset."""
        self.close_connection = True
        self.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
