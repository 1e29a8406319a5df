# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an address on the web is: for a backend's server, and for a link to a page.

Addresses are shown to many and opened in their browsers, which are lenient: they skip
tabs and line breaks, take a backslash for a slash, and run ``javascript:``. So an
address with any of that is no address.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from odoo import models
from odoo.exceptions import ValidationError

DEFAULT_PORTS = {"http": 80, "https": 443}

Server = tuple[str, str, int]

#: letters, digits, hyphens (and underscores, as in names of containers), by dots
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
#: nothing but a port stands behind the bracket
_IPV6 = re.compile(r"\[[^\[\]]*\](:[0-9]*)?")


def find_server(address: str | None) -> Server | None:
    """Return scheme, host and port, None if it is not only an address on the web.

    It holds no login, no query and no fragment.
    """
    parts = split_web_address(address)
    if parts is None or parts.query or parts.fragment or address[-1] in "?#":
        return None
    host = _find_host(parts)
    try:
        port = parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme]
    except ValueError:
        return None
    return (parts.scheme, host, port) if host and port else None


def check_server_addresses(records: models.BaseModel, field_name: str) -> None:
    """Check a field of addresses, for ``@api.constrains``; empty ones pass.

    :raise odoo.exceptions.ValidationError: one is not only an address on the web
    """
    for record in records:
        if record[field_name] and not find_server(record[field_name]):
            raise ValidationError(
                record.env._(
                    "%(field)s must look like https://shop.example.com, without login, "
                    "password, ? or #.",
                    field=record._fields[field_name]._description_string(record.env),
                )
            )


def is_web_link(address: str | None) -> bool:
    """Return whether a browser may open an address: a page, by http or https."""
    parts = split_web_address(address)
    if parts is None:
        return False
    try:
        return bool(_find_host(parts)) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def split_web_address(address: str | None) -> SplitResult | None:
    """Return the parts of an address, None if it is none of http or https.

    None also if browsers and servers could read it in different ways.
    """
    if not isinstance(address, str) or not all(map(_is_plain, address)):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket too many; a character that becomes another one
        return None
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        return None
    # http:/host and http:host are read as http://host by browsers
    if not address[len(parts.scheme) :].startswith("://") or not parts.netloc:
        return None
    return parts


def _is_plain(character: str) -> bool:
    return character.isprintable() and not character.isspace() and character != "\\"


def _find_host(parts: SplitResult) -> str | None:
    """Return the host as it is asked for: an international name in ASCII."""
    host = parts.hostname or ""
    if "[" in parts.netloc and not _IPV6.fullmatch(parts.netloc):
        return None
    if parts.netloc.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host.partition("%")[0]))
        except ValueError:
            return None
    try:
        host = host.encode("idna").decode().lower()
    except UnicodeError:  # a label that is empty or too long
        return None
    return host if _HOST.fullmatch(host) else None
