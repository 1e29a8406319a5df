# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP server that allows some calls in any span of time, and refuses others.

::

    python limited.py --calls 5 --seconds 1         prints its port
    GET /anything      200, or 429 with Retry-After
    GET /_log          [[time, path, status], …] of all calls before

``--bucket`` counts by a bucket that is refilled steadily, as Shopify does, instead of
the calls of the last seconds.
"""

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock


class Limit:
    """Calls in a sliding window, or points in a bucket."""

    def __init__(self, calls, seconds, is_bucket):
        self.calls, self.seconds, self.is_bucket = calls, seconds, is_bucket
        self.accepted, self.log, self.lock = [], [], Lock()
        self.level, self.at = calls, time.monotonic()

    def receive(self, path):
        """Return the seconds to wait, 0 for an accepted call."""
        with self.lock:
            now = time.monotonic()
            wait = self.wait_in_bucket(now) if self.is_bucket else self.wait(now)
            self.log.append([now, path, 429 if wait else 200])
        return wait

    def wait(self, now):
        self.accepted = [at for at in self.accepted if at > now - self.seconds]
        if len(self.accepted) >= self.calls:
            return self.accepted[0] + self.seconds - now
        self.accepted.append(now)
        return 0

    def wait_in_bucket(self, now):
        rate = self.calls / self.seconds
        self.level = min(self.calls, self.level + (now - self.at) * rate)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / rate
        self.level -= 1
        return 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    limit: Limit

    def log_message(self, *args):
        """Write nothing."""

    def do_GET(self):
        if self.path == "/_log":
            self.answer(200, self.limit.log)
        elif wait := self.limit.receive(self.path):
            self.answer(429, {"error": "too many calls"}, max(1, round(wait)))
        else:
            self.answer(200, {"path": self.path})

    def answer(self, status, content, retry_after=None):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--bucket", action="store_true")
    options = parser.parse_args()
    Handler.limit = Limit(options.calls, options.seconds, options.bucket)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
