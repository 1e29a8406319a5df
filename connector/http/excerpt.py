# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text that an error quotes of an answer: short, readable, without secrets.

The answer may be anything: megabytes, a page of another service, a text made to slow a
regular expression down. It is cut first, and every expression takes linear time.
"""

from __future__ import annotations

import re

from .secrets import Redactor

#: bytes of an answer that are read: the head of a page may be long
_READ_BYTES = 64 * 1024
#: characters that an error quotes
QUOTED_LENGTH = 500

# Each match begins at its own "<" and cannot fail after that: no text is read twice.
# It ends before the ">" of the closing tag; the "<" put there makes a tag with it.
_HIDDEN = re.compile(
    r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*(?:</\1|\Z)", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")


def readable(content: bytes, redact: Redactor, encoding: str | None = None) -> str:
    """Return the beginning of an answer as text, without secrets.

    :param encoding: as the answer declares it; UTF-8 by default
    """
    text = redact(_decode(content[:_READ_BYTES], encoding))
    if len(content) > _READ_BYTES:
        # half a secret at the cut would not be recognized
        text = text[: max(0, len(text) - redact.longest)]
    return text


def excerpt(text: str, content_type: str = "", length: int = QUOTED_LENGTH) -> str:
    """Return the beginning of a text, without markup."""
    if "html" in content_type or "xml" in content_type:
        text = _TAG.sub(" ", _HIDDEN.sub(" <", text)).rstrip("<")
    return " ".join(text.split())[:length]


def _decode(content: bytes, encoding: str | None) -> str:
    try:
        return content.decode(encoding or "utf-8", "replace")
    except (
        LookupError,
        ValueError,
    ):  # an encoding that is unknown, or not one of texts
        return content.decode("utf-8", "replace")
