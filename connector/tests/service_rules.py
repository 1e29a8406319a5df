# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of the small HTTP service: required credentials and rate limits.

Each rule is a function that returns the refusal of a request, or None. The service asks
its rules in order, before it looks for a record.
"""

from __future__ import annotations

import hmac
import math
import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from types import SimpleNamespace

from ..http.auth.declarations import SignedRequest
from ..timestamps import aware_utc
from .rest_server import Reply, Request

Rule = Callable[[Request], Reply | None]
#: seconds for which a signature is valid
MAX_AGE = 300


def refuse(status: int, reason: str, **headers: str) -> Reply:
    """Return a refusal; ``Retry_After`` becomes the header ``Retry-After``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"error": reason}, status, named)


def requires_header(name: str, value: str) -> Rule:
    """Return the rule that a header must have a value."""

    def check(request: Request) -> Reply | None:
        given = _header(request, name)
        if hmac.compare_digest(given.encode(), value.encode()):
            return None
        return refuse(401, f"the header {name} is {'wrong' if given else 'missing'}")

    return check


def requires_signature(auth: SignedRequest, secret: str, key: str = "") -> Rule:
    """Return the rule that requests are signed, as an adapter declares by ``_auth``."""

    def check(request: Request) -> Reply | None:
        timestamp = _header(request, auth.timestamp_header or "")
        if auth.timestamp_header and _age(timestamp, auth.timestamp) > MAX_AGE:
            return refuse(401, f"{auth.timestamp_header} is missing or too old")
        expected = SimpleNamespace(
            method=request.method,
            url=request.target,
            headers={},
            body=request.content,
        )
        auth.sign_at(timestamp, expected, secret, key)
        for name, value in expected.headers.items():
            if not hmac.compare_digest(_header(request, name).encode(), value.encode()):
                return refuse(401, f"the header {name} is wrong")
        return None

    return check


def limits_rate(calls: int, seconds: float) -> Rule:
    """Return the rule that at most ``calls`` requests come in any ``seconds``."""
    accepted: deque[float] = deque()
    lock = Lock()

    def check(request: Request) -> Reply | None:
        now = time.monotonic()
        with lock:
            while accepted and accepted[0] <= now - seconds:
                accepted.popleft()
            if len(accepted) < calls:
                accepted.append(now)
                return None
            wait = math.ceil(accepted[0] + seconds - now)
        return refuse(429, "too many requests", Retry_After=str(wait))

    return check


def _header(request: Request, name: str) -> str:
    wanted = name.lower()
    return next(
        (value for key, value in request.headers.items() if key.lower() == wanted), ""
    )


def _age(timestamp: str, form: str) -> float:
    """Return the seconds since a timestamp, or until it; infinity if it is not one."""
    try:
        if form == "iso":
            sent = aware_utc(timestamp).timestamp()
        else:
            sent = float(timestamp) / (1000 if form == "milliseconds" else 1)
    except ValueError:
        return math.inf
    return abs(time.time() - sent)
