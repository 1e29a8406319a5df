# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arguments are sent by name, and answers are read as documented."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from vodoo import ArgumentMappingError, AsyncOdooClient, OdooUserError
from vodoo_support.clients import stub_config
from vodoo_support.odoo_server import OdooServer
from vodoo_support.stub_server import KEY, StubServer, html, json_2_error, reply


def test_no_positional_argument_is_dropped(client: Any) -> None:
    name = f"Positional {secrets.token_hex(4)}"
    partner = client.create("res.partner", {"name": name})
    assert client.execute("res.partner", "name_search", name[:-1]) == [[partner, name]]
    copies = client.execute("res.partner", "copy", [partner], {"name": "Copied"})
    assert client.read("res.partner", copies, ["name"])[0]["name"] == "Copied"
    found = client.execute(
        "res.country", "search_read", [["code", "=", "BE"]], ["code"], 0, 1
    )
    assert [record["code"] for record in found] == ["BE"]
    assert client.execute("res.partner", "default_get", ["color"]) in ({}, {"color": 0})


def test_arguments_of_other_methods_are_named_by_the_servers_documentation(
    client: Any, any_odoo: OdooServer
) -> None:
    if any_odoo.series < 19:
        pytest.skip("documents nothing, and needs no names")
    partner = client.create("res.partner", {"name": "Documented"})
    groups = client.execute("res.users", "has_groups", [client.uid], "base.group_user")
    assert groups is True
    notes = client.execute("res.partner", "message_subscribe", [partner], [partner])
    assert notes in (True, None)
    # an @api.model method whose first argument looks like ids
    views = client.execute("res.partner", "get_import_templates")
    assert isinstance(views, list)


def test_an_argument_that_only_looks_like_ids_is_named_after_all(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    documented = {"methods": {"tally": {"parameters": {"years": {}}, "api": ["model"]}}}
    stub.routes = {"/doc-bearer/": reply(documented)}
    name = "werkzeug.exceptions.UnprocessableEntity"
    refusal = json_2_error(422, name, "cannot call my.model.tally with ids")
    stub.script = [refusal, reply(3)]
    assert client.execute("my.model", "tally", [2024, 2025]) == 3
    bodies = [call.body for call in stub.calls if call.method == "POST"]
    assert bodies == [{"ids": [2024, 2025]}, {"years": [2024, 2025]}]


def test_an_argument_without_a_name_is_refused_before_sending(stub: StubServer) -> None:
    stub.routes = {"/doc-bearer/": html(403, "Forbidden")}

    async def call() -> None:
        async with AsyncOdooClient(stub_config(stub, KEY)) as client:
            await client.execute("project.task", "message_post", [1], "hello")

    with pytest.raises(
        ArgumentMappingError, match=r"project\.task\.message_post.*name"
    ):
        asyncio.run(call())
    assert not [request for request in stub.calls if request.method == "POST"]


def test_too_many_and_double_arguments_are_refused(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    with pytest.raises(ArgumentMappingError, match="2 positional arguments"):
        client.execute("res.partner", "unlink", [1], "more")
    with pytest.raises(ArgumentMappingError, match="'domain' is given twice"):
        client.execute("res.partner", "search", [], domain=[])
    assert not stub.calls


def test_documentation_is_fetched_once_and_revalidated_by_its_etag(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    documented = {"methods": {"frob": {"parameters": {"how": {}}, "api": []}}}
    stub.routes = {"/doc-bearer/": reply(documented, ETag="v1")}
    for _ in range(2):
        client.execute("my.model", "frob", [1], "gently")
    assert [call.path for call in stub.calls if call.method == "POST"] == [
        "/json/2/my.model/frob"
    ] * 2
    assert stub.calls[-1].body == {"ids": [1], "how": "gently"}
    assert len([call for call in stub.calls if call.method == "GET"]) == 1
    stub.routes = {"/doc-bearer/": html(304, "")}
    with pytest.raises(ArgumentMappingError, match="documents no such method"):
        client.execute("my.model", "frobnicate", [1], "gently")
    assert stub.calls[-1].headers["if-none-match"] == "v1"


def test_fields_get_returns_only_the_fields_asked_for(client: Any) -> None:
    assert set(client.fields_get("res.partner", ["name"])) == {"name"}


def test_name_search_works_by_every_spelling(client: Any) -> None:
    partner = client.create("res.partner", {"name": "Spelled Sue"})
    domain = [["id", "=", partner]]
    assert client.name_search("res.partner", "Spelled", domain) == [
        (partner, "Spelled Sue")
    ]
    for spelling in ({"args": domain}, {"domain": domain}):
        found = client.execute("res.partner", "name_search", name="Spel", **spelling)
        assert found == [[partner, "Spelled Sue"]]


def test_several_records_are_created_once(client: Any) -> None:
    values = [{"name": "fourfold"}, {"name": "fourfold"}]
    ids = client.create("res.partner", values)
    assert client.search("res.partner", [["name", "=", "fourfold"]], order="id") == ids
    client.unlink("res.partner", ids)


def test_false_of_a_boolean_and_of_a_method_stay_false(
    client: Any, any_odoo: OdooServer
) -> None:
    partner = client.create("res.partner", {"name": "False", "is_company": False})
    (record,) = client.read("res.partner", [partner], ["is_company", "email"])
    assert record == {"id": partner, "is_company": False, "email": None}
    users = [[2]] if any_odoo.series > 14 else []
    has_group = client.execute("res.users", "has_group", *users, "base.group_portal")
    assert has_group is False


def test_the_callers_context_is_left_alone(client: Any) -> None:
    context = {"lang": "en_US"}
    client.execute_sudo("res.partner", "search", 2, [], limit=1, context=context)
    assert context == {"lang": "en_US"}


def test_a_message_that_is_for_the_user_is_one(client: Any) -> None:
    with pytest.raises(OdooUserError):
        client.unlink("res.users", [client.uid])
