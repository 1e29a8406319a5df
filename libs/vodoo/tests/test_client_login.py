# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The detected protocol and the logged-in user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from vodoo import (
    AsyncOdooClient,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    DatabaseNotFoundError,
    OdooConfig,
    ProtocolError,
    ServerUnavailableError,
)
from vodoo_support.clients import config_for, stub_config
from vodoo_support.odoo_server import OdooServer
from vodoo_support.stub_server import KEY, PASSWORD, StubServer, html, reply, result


def test_uid_is_the_owner_of_the_key(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    admin = make_client(config_for(odoo, "json2"))
    user_id = admin.create("res.users", {"name": "Limited", "login": "limited"})
    for mode in ("sync", "async"):
        limited = make_client(
            config_for(odoo, "json2", password=odoo.api_key(user_id)), mode
        )
        assert limited.uid == user_id


def test_an_api_key_speaks_json_2_and_a_password_legacy(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    assert make_client(config_for(odoo, "json2")).is_json2 is True
    assert make_client(config_for(odoo, "legacy")).is_json2 is False


def test_an_old_server_gets_the_key_by_the_legacy_protocol(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.routes = {
        "/json/2": reply({"jsonrpc": "2.0", "error": {"code": 404}}, 404),
        "/web/webclient": result({"server_version_info": [14, 0, 0, "final", 0]}),
    }
    client = make_client(stub_config(stub, KEY))
    stub.script = [result([1])]
    assert client.search("res.partner") == [1]
    assert client.is_json2 is False


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (html(502, "Bad Gateway"), ServerUnavailableError),
        (html(500, "Oops"), ProtocolError),
        (html(403, "Forbidden by the firewall"), ProtocolError),
        (html(302, Location="https://sso.example/"), ProtocolError),
        (html(200, "Please log in"), ProtocolError),
        (html(404, "No database is selected"), DatabaseNotFoundError),
        (
            html(404, "Not here"),
            DatabaseNotFoundError,
        ),  # it runs 19, and has no such db
        (reply({"name": "werkzeug.exceptions.Unauthorized"}, 401), AuthenticationError),
    ],
)
def test_an_unclear_answer_is_raised_and_not_remembered(
    make_client: Callable[..., Any],
    stub: StubServer,
    answer: Any,
    expected: type[Exception],
) -> None:
    client = make_client(stub_config(stub, KEY))
    stub.routes = {"/json/2": answer}
    with pytest.raises(expected):
        client.search("res.partner")
    assert not [r for r in stub.received if r.path == "/jsonrpc"]
    stub.routes = {}
    stub.script = [reply([1])]
    assert client.search("res.partner") == [1]
    assert client.is_json2 is True


def test_a_server_other_than_odoo_is_reported(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.routes = {"/": html(404, "nginx")}
    with pytest.raises(ProtocolError, match="not as an Odoo server"):
        make_client(stub_config(stub, KEY)).search("res.partner")
    with pytest.raises(AuthenticationError, match="no /jsonrpc"):
        make_client(stub_config(stub, PASSWORD)).search("res.partner")


def test_a_login_password_is_never_a_bearer_token(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.script = [result([])]
    make_client(stub_config(stub, PASSWORD)).search("res.partner")
    assert not [r for r in stub.received if "authorization" in r.headers]
    assert not [r for r in stub.received if r.path.startswith("/json/2")]


@pytest.mark.parametrize("wire", ["json2", "legacy", "web"])
def test_a_wrong_database_is_called_by_its_name(
    any_odoo: OdooServer, make_client: Callable[..., Any], wire: str
) -> None:
    client = make_client(config_for(any_odoo, wire, database="no_such_database"))
    with pytest.raises(ConfigurationError, match="no_such_database"):
        client.search("res.partner")


@pytest.mark.parametrize("wire", ["json2", "legacy", "web"])
def test_a_wrong_password_is_an_authentication_error(
    any_odoo: OdooServer, make_client: Callable[..., Any], wire: str
) -> None:
    wrong = "0" * 40 if wire == "json2" else "wrong"
    with pytest.raises(AuthenticationError):
        make_client(config_for(any_odoo, wire, password=wrong)).search("res.partner")


def test_no_error_of_httpx2_leaks(make_client: Callable[..., Any]) -> None:
    config = OdooConfig(
        url="http://127.0.0.1:9",
        database="db",
        username="ada",
        password=KEY,
        retry_count=0,
    )
    with pytest.raises(ConnectionFailedError) as raised:
        make_client(config).search("res.partner")
    error: BaseException | None = raised.value
    while error is not None:
        assert not isinstance(error, httpx2.HTTPError)
        error = error.__cause__ or error.__context__


def test_many_first_calls_log_in_once(odoo: OdooServer) -> None:
    async def burst() -> list[str]:
        sent = []

        async def count(request: httpx2.Request) -> None:
            sent.append(request.url.path)

        hooks = {"request": [count]}
        async with httpx2.AsyncClient(event_hooks=hooks) as http:
            config = config_for(odoo, "legacy")
            async with AsyncOdooClient(config, http_client=http) as client:
                await asyncio.gather(*(client.search("res.lang") for _ in range(20)))
        return sent

    assert asyncio.run(burst()) == ["/jsonrpc"] * 21
