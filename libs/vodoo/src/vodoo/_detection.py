# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find out which protocol to speak, without giving a password away.

An API key is tried on JSON-2 first. A login password never goes there: JSON-2 takes
none, and as a bearer token it would pass through logs of servers that know no
bearers. Whatever is no clear answer (a proxy's error, a bad key, a wrong database)
is raised and concludes nothing: the next call asks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from ._errors import (
    AuthenticationError,
    DatabaseNotFoundError,
    ProtocolError,
)
from ._protocols import Credentials, Login, Response
from ._protocols.json2 import JSON2, looks_like_api_key
from ._protocols.jsonrpc import JSONRPC
from ._server_version import Exchange, read_version, rpc_request, web_request


@dataclass(frozen=True)
class Detected:
    """Tell the protocol that the server speaks, and who is logged in."""

    protocol: Literal["json2", "legacy"]
    login: Login
    credentials: Credentials


class _SpeaksNoJSON2(Exception):
    pass


async def detect(credentials: Credentials, exchange: Exchange) -> Detected:
    """Return the protocol to speak, JSON-2 if key and server allow it."""
    if looks_like_api_key(credentials.password):
        detected = await _detect_json_2(credentials, exchange)
        if detected:
            return detected
    legacy = JSONRPC(credentials)
    login = await exchange(
        legacy.login_request(), lambda answer: _read_legacy(legacy, answer)
    )
    return Detected("legacy", login, credentials)


async def _detect_json_2(
    credentials: Credentials, exchange: Exchange
) -> Detected | None:
    """Log in by JSON-2; return None if the server does not speak it.

    Where one database is served by its host name, a request that names a database may
    be answered like one for an unknown path: it is repeated once without the name. If
    Odoo itself answers that it does not serve the database, it is not repeated: that
    could reach another one.
    """
    for names_database in (True, False):
        named = replace(credentials, names_database=names_database)
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
    """Raise unless the server tells that ``/jsonrpc`` is there, or that it is old."""
    version = await exchange(web_request(credentials), read_version)
    if version is None:
        # Perhaps a gateway that lets only /jsonrpc through.
        if await exchange(rpc_request(credentials), read_version) is not None:
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
            "either no Odoo is there, or one that takes API keys only; make a key in "
            "the user's preferences and give it as the password"
        )
    return protocol.read_login(response)
