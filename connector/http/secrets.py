# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mask secrets in errors and log lines."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

MASK = "***"

#: loggers of libraries that log addresses and headers
_CHATTY_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry", "requests")


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
