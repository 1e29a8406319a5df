# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The server of a backend: its address, its identity, and its answers.

**Addresses.** They are shown to many users and opened in their browsers, which are
lenient: they skip tabs and line breaks, read a backslash as a slash, and run
``javascript:``. An address with any of these is refused.

**Identity.** A secret is given for one server. Two spellings of an address are the same
server if :func:`identify` returns the same.

**Answers.** A user who sets up a backend may enter the address of any server that Odoo
can reach. *Test connection* therefore quotes no answer, only what distinguishes one
service from another.
"""

from __future__ import annotations

import html
import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from odoo import models
from odoo.exceptions import ValidationError

DEFAULT_PORTS = {"http": 80, "https": 443}

Server = tuple[str, str, int]

#: letters, digits, hyphens (and underscores, as in names of containers), by dots
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
#: an address in brackets, and a port
_IPV6 = re.compile(r"\[[^\[\]]*\](:[0-9]*)?")
_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
#: characters of a page that are searched for its title
_HEAD_LENGTH = 20_000
_TITLE_LENGTH = 80
_HEADER_LENGTH = 60
_REASON_LENGTH = 500


# -- addresses ------------------------------------------------------------------


def find_server(address: str | None) -> Server | None:
    """Return scheme, host and port; None if the address is not that of a web server.

    A login, a query or a fragment is not allowed.
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
    """Check a field of server addresses, for ``@api.constrains``; empty ones pass.

    :raise odoo.exceptions.ValidationError: it is not the address of a web server
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
    """Return whether an address is that of a page, by http or https."""
    parts = split_web_address(address)
    if parts is None:
        return False
    try:
        return bool(_find_host(parts)) and parts.port != 0
    except ValueError:  # the port is not a number
        return False


def split_web_address(address: str | None) -> SplitResult | None:
    """Return the parts of an http or https address, None of any other text.

    Return None also if browsers and servers could read it in different ways.
    """
    if not isinstance(address, str) or not all(map(_is_plain, address)):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:  # an unmatched bracket; a character that NFKC changes
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
    """Return the host as it is requested: an international name in ASCII."""
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
    except UnicodeError:  # an empty or too long label
        return None
    return host if _HOST.fullmatch(host) else None


# -- identity -------------------------------------------------------------------


def identify(value: Any) -> Any:
    """Return a value that is equal for two spellings of one server or database.

    Of an address: scheme, host and port. The path, a trailing slash, an explicit
    default port and the case of the host make no difference. Of any other text: the
    text without surrounding spaces and trailing slashes.
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
    return scheme, host, port or DEFAULT_PORTS.get(scheme)


# -- answers --------------------------------------------------------------------


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
