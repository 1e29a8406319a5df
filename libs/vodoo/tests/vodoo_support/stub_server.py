# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server that gives the answers of a test, over a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "0123456789abcdef0123456789abcdef01234567"
PASSWORD = "correct horse battery"


@dataclass
class Received:
    """A received request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def is_call(self) -> bool:
        """Return whether this calls a method, other than to log in."""
        if self.path.startswith("/jsonrpc"):
            return self.body["params"]["method"] == "execute_kw"
        return not self.path.endswith(("context_get", "version_info", "authenticate"))


Answer = Callable[[BaseHTTPRequestHandler], None]


def reply(
    content: Any = None,
    status: int = 200,
    content_type: str = "application/json",
    **headers: str,
) -> Answer:
    """Answer with JSON, or with the text if the content type is another."""
    is_json = content_type == "application/json"
    body = (json.dumps(content) if is_json else str(content)).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def html(status: int = 200, text: str = "<h1>Welcome</h1>", **headers: str) -> Answer:
    return reply(text, status, "text/html; charset=utf-8", **headers)


def result(value: Any) -> Answer:
    """Answer as JSON-RPC."""
    return reply({"jsonrpc": "2.0", "id": 1, "result": value})


def good(wire: str, value: Any = True) -> Answer:
    """Answer with the result of a call, as a wire does."""
    return reply(value) if wire == "json2" else result(value)


def rpc_error(name: str, message: str = "No.", code: int = 0, **more: Any) -> Answer:
    """Answer as JSON-RPC with an exception of Odoo."""
    found = {"name": name, "message": message, "arguments": [message], **more}
    error = {"code": code, "message": "Odoo Server Error", "data": found}
    return reply({"jsonrpc": "2.0", "id": 1, "error": error})


def json_2_error(status: int, name: str, message: str = "No.", **more: Any) -> Answer:
    """Answer as JSON-2 with an exception of Odoo."""
    found = {"name": name, "message": message, "arguments": [message], "context": {}}
    return reply({**found, "debug": "Traceback: secret place", **more}, status)


def die_mid_answer(handler: BaseHTTPRequestHandler) -> None:
    """Announce more bytes than are sent."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"jsonrpc": "2.0", ')
    handler.wfile.flush()
    handler.close_connection = True


def die_before_answer(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def answer_after(seconds: float, answer: Answer) -> Answer:
    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        answer(handler)

    return late


class StubServer:
    """Answer calls by a script, then by its last line; accept any login."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.script: list[Answer] = [reply(True)]
        self.routes: dict[str, Answer] = {}
        self.open_connections = 0
        self.url = ""
        self.lock = threading.Lock()

    @property
    def calls(self) -> list[Received]:
        return [request for request in self.received if request.is_call]

    def answer_to(self, request: Received) -> Answer:
        with self.lock:
            self.received.append(request)
            for route, answer in self.routes.items():
                if request.path.startswith(route):
                    return answer
            if not request.is_call:
                return self._login_answer(request)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @staticmethod
    def _login_answer(request: Received) -> Answer:
        if request.path.endswith("context_get"):
            return reply({"lang": "en_US", "tz": "UTC", "uid": 7})
        if request.path.endswith("version_info"):
            return result({"server_version_info": [19, 0, 0, "final", 0, ""]})
        if request.path.startswith("/web/session"):
            cookie = {"Set_Cookie": "session_id=s3ss10n; HttpOnly; Path=/"}
            return reply({"jsonrpc": "2.0", "result": {"uid": 7}}, **cookie)
        return result(7)


@contextmanager
def stub_server(stub: StubServer | None = None) -> Iterator[Any]:
    """Run a stub server; its address is ``url``."""
    stub = stub or StubServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # the body of an answer would wait 40 ms until the client confirms its head
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            with stub.lock:
                stub.open_connections += 1

        def finish(self) -> None:
            with stub.lock:
                stub.open_connections -= 1
            try:
                super().finish()
            except OSError:
                pass

        def _handle(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, body)
            try:
                stub.answer_to(received)(self)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _handle

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *args: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
