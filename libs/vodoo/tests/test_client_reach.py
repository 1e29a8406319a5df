# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gateways, hosts with one database, and servers that take other credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vodoo import (
    AuthenticationError,
    ConnectionFailedError,
    DatabaseNotFoundError,
    ProtocolError,
)
from vodoo_support.clients import FAST, MODES, stub_config, wire_config
from vodoo_support.stub_server import KEY, StubServer, html, reply, result


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def answer_without_database(handler: Any) -> None:
    """Serve one database by the name of the host only."""
    if handler.headers.get("X-Odoo-Database"):
        return html(404, "<h1>Not Found</h1>")(handler)
    if handler.path.endswith("context_get"):
        return reply({"uid": 7})(handler)
    return reply([4])(handler)


@pytest.mark.parametrize("protocol", ["auto", "json2"])
def test_a_host_with_one_database_is_asked_without_its_name(
    make_client: Callable[..., Any], stub: StubServer, mode: str, protocol: str
) -> None:
    stub.routes = {"/json/2": answer_without_database}
    client = make_client(wire_config(stub, protocol=protocol), mode)
    for _ in range(3):
        assert client.search("res.partner") == [4]
    refused = [one for one in stub.received if "x-odoo-database" in one.headers]
    assert len(refused) == 1


def test_a_database_that_is_there_is_named_always(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    client = make_client(wire_config(stub, protocol="json2"), mode)
    stub.script = [reply([4]), html(404)]
    assert client.search("res.partner") == [4]
    with pytest.raises(ProtocolError):
        client.search("res.partner")
    assert all("x-odoo-database" in one.headers for one in stub.calls)
    assert len(stub.calls) == 2


@pytest.mark.parametrize("protocol", ["auto", "json2"])
def test_a_wrong_database_is_reported_as_before(
    make_client: Callable[..., Any], stub: StubServer, mode: str, protocol: str
) -> None:
    stub.routes = {"/json/2": html(404, "No database is selected")}
    client = make_client(wire_config(stub, protocol=protocol), mode)
    with pytest.raises(DatabaseNotFoundError, match="'db'"):
        client.search("res.partner")
    assert not [one for one in stub.received if one.path == "/jsonrpc"]


def serve_jsonrpc(stub: StubServer, version: int) -> None:
    """Answer on /jsonrpc alone."""

    def answer(handler: Any) -> None:
        method = stub.received[-1].body["params"]["method"]
        info = {"server_version_info": [version, 0, 0, "final", 0, ""]}
        answers = {"version": info, "authenticate": 7, "execute_kw": [4]}
        result(answers[method])(handler)

    stub.routes = {"/jsonrpc": answer, "/": html(404)}


@pytest.mark.parametrize("version", [17, 19])
def test_a_gateway_may_let_only_jsonrpc_through(
    make_client: Callable[..., Any], stub: StubServer, mode: str, version: int
) -> None:
    serve_jsonrpc(stub, version)
    client = make_client(wire_config(stub), mode)
    assert client.search("res.partner") == [4]
    assert not client.is_json2


def test_a_gateway_may_let_only_json_2_through(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.routes = {"/web": html(404), "/jsonrpc": html(404)}
    stub.script = [reply([4])]
    client = make_client(wire_config(stub), mode)
    assert client.search("res.partner") == [4]
    assert client.is_json2


def test_an_api_key_in_a_web_session_says_what_to_use(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.routes = {"/web/session": result({"uid": None})}
    client = make_client(stub_config(stub, KEY, protocol="web"), mode)
    with pytest.raises(AuthenticationError, match="needs a login password"):
        client.search("res.partner")


def test_https_to_a_port_without_tls_is_not_tried_again(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.url = stub.url.replace("http://", "https://")
    client = make_client(stub_config(stub, KEY, retry=FAST, protocol="json2"), mode)
    with pytest.raises(ConnectionFailedError) as caught:
        client.search("res.partner")
    assert caught.value.obstacle == "tls"
    assert not caught.value.transient
