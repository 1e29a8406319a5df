# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Detection of the protocol, without revealing a password.

.. code-block:: text

    API key ──> JSON-2 with the database's name ──> answered: json2
                  │ no JSON-2 there
                JSON-2 without the name ──────────> answered: json2, and no name sent
                  │ no JSON-2 there
                version < 19, or only /jsonrpc ───> log in over /jsonrpc: legacy
    password ─────────────────────────────────────> log in over /jsonrpc: legacy

A login password is never sent to JSON-2: as a bearer token it would pass through the
logs of servers that do not expect one. An answer that is not conclusive (an error of a
proxy, a refused key, a wrong database) is raised, and the next call detects again.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

from ._errors import AuthenticationError, DatabaseNotFoundError, ProtocolError
from ._protocols import Credentials, Login, Response
from ._protocols.json2 import JSON2, looks_like_api_key
from ._protocols.jsonrpc import (
    JSONRPC,
    Exchange,
    read_version,
    rpc_version_request,
    web_version_request,
)


class Detected(NamedTuple):
    """The protocol of a server, and the login that was made to find it."""

    protocol: Literal["json2", "legacy"]
    login: Login
    credentials: Credentials


class _SpeaksNoJSON2(Exception):
    pass


async def detect(credentials: Credentials, exchange: Exchange) -> Detected:
    """Return the protocol to use, JSON-2 if key and server allow it."""
    if looks_like_api_key(credentials.password):
        detected = await _detect_json_2(credentials, exchange)
        if detected:
            return detected
    legacy = JSONRPC(credentials)
    login = await exchange(legacy.login_request(), partial(_read_legacy, legacy))
    return Detected("legacy", login, credentials)


async def _detect_json_2(
    credentials: Credentials, exchange: Exchange
) -> Detected | None:
    """Log in over JSON-2; return None if the server does not support it.

    Where one database is served by its host name, a request that names a database may
    be answered like one for an unknown path: it is repeated once without the name. If
    Odoo itself answers that it does not serve the database, it is not repeated: that
    could reach another one.
    """
    for named in (credentials, credentials.without_name()):
        json_2 = JSON2(named)
        try:
            login = await exchange(
                json_2.login_request(), partial(_read_json_2, json_2)
            )
        except _SpeaksNoJSON2:
            continue
        else:
            return Detected("json2", login, named)
    await _ensure_legacy_server(credentials, exchange)
    return None


async def _ensure_legacy_server(credentials: Credentials, exchange: Exchange) -> None:
    """Raise unless the server has ``/jsonrpc``, or is older than JSON-2."""
    version = await exchange(web_version_request(credentials), read_version)
    if version is None:
        # A gateway may expose only /jsonrpc.
        if await exchange(rpc_version_request(credentials), read_version) is not None:
            return
        raise ProtocolError(
            f"{credentials.url} answers, but not as an Odoo server; correct the "
            "setting 'url'"
        )
    if version >= 19:
        raise DatabaseNotFoundError(
            f"{credentials.url} runs Odoo {version}, but does not serve the database "
            f"{credentials.database!r}; correct the setting 'database'"
        )


def _read_json_2(protocol: JSON2, response: Response) -> Login:
    if response.status in (404, 405) and not _is_json_2_error(response):
        if b"No database is selected" not in response.content:
            raise _SpeaksNoJSON2
    return protocol.read_login(response)


def _is_json_2_error(response: Response) -> bool:
    if response.content_type != "application/json":
        return False
    found = response.json()
    return isinstance(found, dict) and "name" in found and "error" not in found


def _read_legacy(protocol: JSONRPC, response: Response) -> Login:
    if response.status in (404, 405):
        raise AuthenticationError(
            f"{protocol.credentials.url} serves no /jsonrpc for a login password: "
            "it is not an Odoo, or one that takes API keys only; create a key "
            "in the user's preferences and give it as the password"
        )
    return protocol.read_login(response)
