# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ask a server for its version; every Odoo since 8 answers, without a login."""

from __future__ import annotations

import json

from .json_rpc import JSONRPC
from .protocol import json_rpc
from .wire import Credentials, Request, Response


def version_request(credentials: Credentials) -> Request:
    """Return the request for the version."""
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
