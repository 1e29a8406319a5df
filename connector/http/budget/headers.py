# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rest of a rate limit, by the headers of an answer.

==========================================  ============================================
``X-RateLimit-Limit``, ``-Remaining``,      GitHub, GitLab, WooCommerce …
``-Reset``; without the ``X-``, or with
``X-Rate-Limit-``
``RateLimit: "default";r=50;t=30``,         IETF draft, with the quota in
``RateLimit: limit=100, remaining=50``      ``RateLimit-Policy: "default";q=100;w=60``
``X-Shopify-Shop-Api-Call-Limit: 32/40``    used and limit
==========================================  ============================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import NamedTuple

from ...exception import MAX_JOB_WAIT_SECONDS
from ..errors import RATE_LIMIT_PREFIXES, seconds_from

_NUMBER = re.compile(r"\s*([0-9]{1,15})\b")
_SHOPIFY = "X-Shopify-Shop-Api-Call-Limit"
_USED_OF_LIMIT = re.compile(r"\s*([0-9]{1,15})\s*/\s*([0-9]{1,15})\s*")
_REMAINING = re.compile(r"\b(?:r|remaining)=([0-9]{1,15})\b")
_RESET = re.compile(r"\b(?:t|reset)=([0-9]{1,15})\b")
_QUOTA = re.compile(r"\b(?:q|limit)=([0-9]{1,15})\b")


class RateLimitState(NamedTuple):
    """The rest of a rate limit, and the seconds until its reset."""

    remaining: float
    limit: float | None = None
    reset: float | None = None


def rate_limit_state(headers: Mapping[str, str]) -> RateLimitState | None:
    """Return the rest of a rate limit, None if the headers do not state it."""
    for prefix in RATE_LIMIT_PREFIXES:
        remaining = _number(headers.get(f"{prefix}Remaining"))
        if remaining is not None:
            limit = _number(headers.get(f"{prefix}Limit"))
            reset = headers.get(f"{prefix}Reset")
            return RateLimitState(remaining, limit, _seconds(reset))
    if used := _USED_OF_LIMIT.fullmatch(headers.get(_SHOPIFY) or ""):
        limit = float(used[2])
        return RateLimitState(max(0.0, limit - float(used[1])), limit)
    text = headers.get("RateLimit")
    if text and (found := _REMAINING.search(text)):
        quota = _QUOTA.search(text) or _QUOTA.search(
            headers.get("RateLimit-Policy") or ""
        )
        reset = _RESET.search(text)
        return RateLimitState(
            float(found[1]),
            float(quota[1]) if quota else None,
            float(reset[1]) if reset else None,
        )
    return None


def _number(text: str | None) -> float | None:
    found = _NUMBER.match(text or "")
    return float(found[1]) if found else None


def _seconds(text: str | None) -> float | None:
    """Return the seconds until a reset, an hour at most."""
    seconds = seconds_from((text or "").strip(), datetime.now(timezone.utc))
    return None if seconds is None else min(max(0.0, seconds), MAX_JOB_WAIT_SECONDS)
