# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an address of another Odoo may be, and which server it is that of."""

from __future__ import annotations

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}

Server = tuple[str, str, int]


def find_server(address: str | None) -> Server | None:
    """Return scheme, host and port, None if it is not only an address on the web.

    An address is shown to many, and opened in their browsers: it holds no password,
    no query, and nothing that a browser would run.
    """
    try:
        parts = urlsplit((address or "").strip())
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:  # a port that is no number, or a bracket too many
        return None
    if not (port and parts.hostname):
        return None
    if "@" in parts.netloc or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port
