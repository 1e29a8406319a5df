# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mask secrets in errors and log lines, and quote answers in them.

An answer may be anything: megabytes, a page of another service, a text made to slow a
regular expression down. It is cut first, and every expression takes linear time.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

MASK = "***"
#: names of fields whose values are not shown
SECRET_NAME = re.compile(
    r"passw|secret|token|api.?key|access.?key|private.?key|credential|authorization"
    r"|cookie|signature",
    re.IGNORECASE,
)

#: a parameter of a signed address, and its value
_SECRET_PARAM = re.compile(
    rf"([?&;](?:[^=&;#\s]{{0,50}}(?:{SECRET_NAME.pattern})[^=&;#\s]{{0,50}}|sig)=)[^&;#\s]+",
    re.IGNORECASE,
)

#: loggers of libraries that log addresses and headers
_CHATTY_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry", "requests")

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


def written_forms(secret: str) -> set[str]:
    """Return the forms in which requests, answers and messages write a secret."""
    as_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        repr(secret)[1:-1],
        html.escape(secret),
        *as_json,
        *(form.replace("/", "\\/") for form in as_json),
    }


class Redactor:
    """Function that masks secrets in a text, in each written form."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, *secrets: str) -> None:
        """Add secrets to mask; empty ones are ignored."""
        for secret in filter(None, secrets):
            self._forms |= written_forms(secret)

    @property
    def longest(self) -> int:
        """Return the length of the longest form of a secret."""
        return max(map(len, self._forms), default=0)

    def __call__(self, text: object) -> str:
        """Return the text with its secrets masked."""
        if not self._forms:
            return str(text)
        forms = sorted(self._forms, key=len, reverse=True)
        pattern = "|".join(map(re.escape, forms))
        return re.sub(pattern, MASK, str(text), flags=re.IGNORECASE)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._forms)} forms>"


def redact_params(text: str) -> str:
    """Return a text whose addresses show no signature: it grants access to a file."""
    return _SECRET_PARAM.sub(rf"\g<1>{MASK}", text)


class _RedactingFilter(logging.Filter):
    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._redact(record.getMessage()), ()
        return True


@contextmanager
def redacted_logs(
    redact: Redactor, names: Iterable[str] = _CHATTY_LOGGERS
) -> Iterator[None]:
    """Mask secrets in the log lines of the HTTP libraries."""
    redacting = _RedactingFilter(redact)
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(redacting)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(redacting)


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
    except (LookupError, ValueError):  # unknown, or not an encoding of texts
        return content.decode("utf-8", "replace")
