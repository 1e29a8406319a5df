# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop that speaks GraphQL over HTTP, in the Python of the test servers.

``python tests/servers/graphql_shop`` prints its addresses as a line of JSON and serves
until its standard input ends. ``POST /test`` changes its settings, for tests::

    {"reset": {"products": 250, "variants": 2}, "broken": ["P3"], "bulk_polls": 1}

``GET /test`` returns what it was asked. Results of bulk operations are on another
server, which refuses a request with credentials.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from graphql import graphql_sync, parse, validate  # noqa: E402
from schema import Shop, cost_of, flatten, make_schema  # noqa: E402

TOKEN = "shop-token"  # noqa: S105 - of a test server


class Bucket:
    """Points that requests cost, restored with time."""

    def __init__(
        self, maximum: float = 1000, rate: float = 50, points: float | None = None
    ) -> None:
        self.maximum, self.rate = maximum, rate
        self.points = maximum if points is None else points
        self._since = time.monotonic()

    def take(self, points: float) -> bool:
        now = time.monotonic()
        restored = self.points + (now - self._since) * self.rate
        self.points, self._since = min(self.maximum, restored), now
        if points > self.points:
            return False
        self.points -= points
        return True

    def extension(self, requested: float, actual: float | None) -> dict[str, Any]:
        return {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": actual,
                "throttleStatus": {
                    "maximumAvailable": self.maximum,
                    "currentlyAvailable": int(self.points),
                    "restoreRate": self.rate,
                },
            }
        }


class Server:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: list[dict[str, Any]] = []
        self.downloads = 0
        self.reset()
        self.api = ThreadingHTTPServer(("127.0.0.1", 0), handler(self, Api))
        self.files = ThreadingHTTPServer(("127.0.0.1", 0), handler(self, Files))
        self.shop.files_url = self.files_url

    @property
    def files_url(self) -> str:
        return f"http://127.0.0.1:{self.files.server_port}"

    def reset(self, products: int = 0, variants: int = 0) -> None:
        self.shop, self.bucket, self.asked = Shop(), Bucket(), []
        self.downloads = 0
        self.shop.run_bulk = self.run_bulk
        self.schema = make_schema(self.shop)
        for index in range(products):
            self.shop.add(f"P{index}", variants)

    def run_bulk(self, text: str) -> list[dict[str, Any]]:
        return flatten(graphql_sync(self.schema, text).data)

    def set(self, values: dict[str, Any]) -> None:
        if "reset" in values:
            self.reset(**values.pop("reset"))
            self.shop.files_url = self.files_url
        if "bucket" in values:
            self.bucket = Bucket(*values.pop("bucket"))
        for name, value in values.items():
            setattr(self.shop, name, value)

    def answer(self, content: dict[str, Any], token: str | None) -> tuple[int, Any]:
        """Return status and body of the answer to an operation."""
        text, variables = content["query"], content.get("variables") or {}
        name = content.get("operationName")
        self.asked.append({"operation": name, "variables": variables})
        if token != f"Bearer {TOKEN}":
            return 200, failure("You are not logged in.", "UNAUTHENTICATED")
        try:
            errors = validate(self.schema, parse(text))
        except Exception as error:
            errors = [error]
        if errors:
            code = {"code": "GRAPHQL_VALIDATION_FAILED"}
            return 400, {
                "errors": [
                    {"message": str(each), "extensions": code} for each in errors
                ]
            }
        cost = cost_of(text, variables)
        if not self.bucket.take(cost):
            extensions = self.bucket.extension(cost, None)
            return 200, {**failure("Throttled", "THROTTLED"), "extensions": extensions}
        result = graphql_sync(
            self.schema, text, variable_values=variables, operation_name=name
        )
        extensions = self.bucket.extension(cost, cost)
        return 200, {**result.formatted, "extensions": extensions}

    def serve(self) -> None:
        for server in (self.api, self.files):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.api.server_port}"
        print(json.dumps({"url": url, "token": TOKEN}), flush=True)
        sys.stdin.read()


def failure(message: str, code: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def handler(server: Server, kind: type) -> type:
    return type("Handler", (kind,), {"shop_server": server})


class Handler(BaseHTTPRequestHandler):
    shop_server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_args: Any) -> None:
        """Be quiet."""

    def send(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Api(Handler):
    def do_GET(self) -> None:
        server = self.shop_server
        with server.lock:
            known = {"asked": server.asked, "downloads": server.downloads}
        self.send(200, json.dumps(known).encode())

    def do_POST(self) -> None:
        server = self.shop_server
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            if self.path == "/test":
                server.set(content)
                status, body = 200, {}
            elif self.path == "/graphql":
                token = self.headers.get("Authorization")
                status, body = server.answer(content, token)
            else:
                return self.send(404, b"<html>Not found</html>", "text/html")
        self.send(status, json.dumps(body).encode())


class Files(Handler):
    def do_GET(self) -> None:
        number = self.path.strip("/").partition("?")[0]
        server = self.shop_server
        if "Authorization" in self.headers or "signature=" not in self.path:
            return self.send(403, b"")
        with server.lock:
            server.downloads += 1
            lines = server.shop.operations[f"gid://shop/BulkOperation/{number}"][
                "lines"
            ]
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        self.send(200, text.encode(), "application/jsonl")


if __name__ == "__main__":
    Server().serve()
