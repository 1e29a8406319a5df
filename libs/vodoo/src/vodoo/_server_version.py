# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ask a server for its version; every Odoo since 8 answers, without a login."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from ._protocols import Credentials, Request, Response, json_rpc
from ._protocols.jsonrpc import JSONRPC

Exchange = Callable[[Request, Callable[[Response], Any]], Awaitable[Any]]


async def ask_version(credentials: Credentials, exchange: Exchange) -> int | None:
    """Return the major version of the server, None if nothing answers as an Odoo.

    A gateway may let only ``/jsonrpc`` through, a server only its web client.
    """
    version = await exchange(web_request(credentials), read_version)
    if version is None:
        version = await exchange(rpc_request(credentials), read_version)
    return version  # type: ignore[no-any-return]


def rpc_request(credentials: Credentials) -> Request:
    """Return the request for the version that ``/jsonrpc`` answers."""
    return JSONRPC(credentials).service_request("common", "version", [])


def web_request(credentials: Credentials) -> Request:
    """Return the request for the version that the web client answers."""
    return JSONRPC(credentials).post("/web/webclient/version_info", json_rpc("{}"))


def read_version(response: Response) -> int | None:
    """Return the major version, None if that is no Odoo."""
    try:
        found = json.loads(response.content)["result"]["server_version_info"][0]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return major_version(found)


def major_version(version: object) -> int:
    """Return 19 for 19 and for "19.0", 18 for "saas~18.4"."""
    digits = "".join(c if c.isdigit() else " " for c in str(version)).split()
    return int(digits[0]) if digits else 0
