# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server of contacts: pages of whole records, single records, tags and images.

``python -m benchmarks.rest.service`` prints its address and serves until its standard
input is closed. ``POST /state`` sets which contacts exist, and returns the number of
requests since the previous one.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

TAGS = 100
#: each tenth contact is another one later
CHANGED_EACH = 10


def make_contact(number: int, is_full: bool, is_later: bool) -> dict:
    """Return a contact with sixteen fields, and if it is full, a tag and an image."""
    changed = is_later and number % CHANGED_EACH == 0
    return {
        "id": number,
        "name": f"Contact {number}{' later' if changed else ''}",
        "ref": str(number),
        "function": f"Function {number % 50}",
        "email": f"contact.{number}@example.com",
        "phone": f"+32 2 {number + 5 * changed:07d}",
        "website": f"https://www.example.com/{number}",
        "street": f"Street {number}",
        "street2": f"Floor {number % 9}",
        "zip": f"{1000 + number % 9000}",
        "city": "Brussels",
        "comment": f"<p>Note {number}</p>",
        "color": number % 11,
        "tag": 1 + number % TAGS if is_full else None,
        "image": f"/images/{number}.png" if is_full else None,
        "updated_at": f"2026-0{2 if changed else 1}-01T00:00:00Z",
    }


def make_tag(number: int) -> dict:
    """Return a tag, which never changes."""
    return {
        "id": number,
        "name": f"Tag {number}",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def make_image(number: int) -> bytes:
    """Return a PNG of 64 × 64 pixels in a color that depends on the number."""
    row = b"\0" + bytes((number % 251, number // 251 % 251, 99)) * 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 64))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


class State:
    """The contacts that exist, as JSON that is made once."""

    def __init__(self, first=0, count=0, is_full=False, is_later=False) -> None:
        self.requests = 0
        self.tags = [make_tag(number) for number in range(1, TAGS + 1)]
        self.contacts = [
            make_contact(number, is_full, is_later)
            for number in range(first, first + count)
        ]
        self.by_path = {f"/contacts/{one['id']}": one for one in self.contacts}
        self.by_path.update({f"/tags/{one['id']}": one for one in self.tags})
        self.bodies: dict[str, bytes] = {}

    def answer(self, target: str) -> bytes | None:
        """Return the body for the path and query of a request."""
        if target not in self.bodies:
            parts = urlsplit(target)
            if parts.path.startswith("/images/"):
                return make_image(int(parts.path[8:-4]))
            found = self.by_path.get(parts.path)
            lists = {"/contacts": self.contacts, "/tags": self.tags}
            if parts.path in lists:
                query = parse_qs(parts.query)
                size = int(query["per_page"][0])
                start = (int(query["page"][0]) - 1) * size
                found = lists[parts.path][start : start + size]
            if found is None:
                return None
            self.bodies[target] = json.dumps(found).encode()
        return self.bodies[target]


class Handler(BaseHTTPRequestHandler):
    """Answers with one packet for the head and the body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state = State()

    def log_message(self, *args) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.state.requests += 1
        body = self.state.answer(self.path)
        kind = "image/png" if self.path.endswith(".png") else "application/json"
        self._send(404 if body is None else 200, body or b"{}", kind)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        options = json.loads(self.rfile.read(length))
        sent = {"requests": self.state.requests}
        Handler.state = State(**options)
        self._send(200, json.dumps(sent).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        head = (
            f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
