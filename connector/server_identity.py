# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare the values that say which server a secret is for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from odoo import models

_DEFAULT_PORTS = {"http": 80, "https": 443}


def identify(value: Any) -> Any:
    """Return what two spellings of one server or database have in common.

    Of an address, that is scheme, host and port: its path, a trailing slash, an
    explicit default port and the case of the host do not make another server. Any
    other text counts as it is, without surrounding spaces and trailing slashes.
    """
    if isinstance(value, models.BaseModel):
        return tuple(value.ids)
    if not isinstance(value, str):
        return value or False
    text = value.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port that is not a number, or an unmatched bracket
        return text
    if not (parts.netloc and host):
        return text.rstrip("/") or False
    scheme = parts.scheme.lower()
    return scheme, host, port or _DEFAULT_PORTS.get(scheme)
