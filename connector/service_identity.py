# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What identifies a service that answered, and nothing else of its answer.

Who sets up a backend may enter the address of any server that ours reaches. An error
of *Test connection* therefore quotes no answer: only what tells one service from
another.
"""

from __future__ import annotations

import html
import re

_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
#: characters of a page in which its title is sought
_HEAD_LENGTH = 20_000
_TITLE_LENGTH = 80
_HEADER_LENGTH = 60
_REASON_LENGTH = 500


def shorten(text: str, length: int) -> str:
    """Return the printable characters of a text in one line, at most ``length``."""
    text = text[: 10 * length]
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def explain_service(error: BaseException) -> str:
    """Return why a connection failed, without the answer of an unknown service."""
    return getattr(error, "answered_by", None) or shorten(str(error), _REASON_LENGTH)


def identify_service(status: int, content_type: str, body: str) -> str:
    """Return status, content type and, of a web page, its title."""
    service = f"HTTP status {status}"
    if kind := shorten(content_type, _HEADER_LENGTH):
        service += f", {kind}"
    title = _TITLE.search(body[:_HEAD_LENGTH]) if "html" in content_type else None
    if title and (name := shorten(html.unescape(title[1]), _TITLE_LENGTH)):
        service += f', titled "{name}"'
    return service
