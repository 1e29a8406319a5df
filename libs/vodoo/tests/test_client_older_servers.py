# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers of Odoo 14 that differ from those of Odoo 19, from a stub.

The long tests of the project use a real Odoo 14.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vodoo import InvalidArgumentsError, OdooConfig, UnknownModelError
from vodoo_support.stub_server import (
    PASSWORD,
    StubServer,
    result,
    rpc_error,
    stub_server,
)

NO_LOAD = rpc_error(
    "builtins.TypeError",
    "search_read() got an unexpected keyword argument 'load'",
    code=200,
)
CLASSIC = [{"id": 1, "parent_id": [7, "Azure"], "category_id": [4, 5], "name": False}]


@pytest.fixture
def stub() -> Any:
    with stub_server() as server:
        yield server


@pytest.fixture(params=["legacy", "web"])
def client(
    request: pytest.FixtureRequest, make_client: Callable[..., Any], stub: StubServer
) -> Any:
    return make_client(stub_config(stub, request.param))


def stub_config(stub: StubServer, protocol: str) -> OdooConfig:
    return OdooConfig(
        url=stub.url,
        database="old",
        username="admin",
        password=PASSWORD,
        protocol=protocol,
    )


def args_of(request: Any) -> list[Any]:
    params = request.body["params"]
    return params["args"] if "kwargs" in params else params["args"][5]


def kwargs_of(request: Any) -> dict[str, Any]:
    params = request.body["params"]
    return params["kwargs"] if "kwargs" in params else params["args"][-1]


def search_read(client: Any, **kwargs: Any) -> Any:
    fields = ["parent_id", "category_id", "name"]
    return client.execute("res.partner", "search_read", [], fields, **kwargs)


def test_names_are_left_out_where_the_server_cannot(
    client: Any, stub: StubServer
) -> None:
    stub.script = [NO_LOAD, result(CLASSIC)]
    assert search_read(client, load=None, limit=1) == [
        {"id": 1, "parent_id": 7, "category_id": [4, 5], "name": False}
    ]
    assert [kwargs_of(call) for call in stub.calls] == [
        {"load": None, "limit": 1},
        {"limit": 1},
    ]


def test_the_server_refuses_once(client: Any, stub: StubServer) -> None:
    stub.script = [NO_LOAD, result(CLASSIC)]
    search_read(client, load=None)
    search_read(client, load=None)
    assert len(stub.calls) == 3


def test_names_stay_for_who_wants_them(client: Any, stub: StubServer) -> None:
    stub.script = [NO_LOAD, result(CLASSIC)]
    (record,) = search_read(client, load="_classic_read")
    assert record["parent_id"] == [7, "Azure"]
    (record,) = search_read(client)
    assert record["parent_id"] == [7, "Azure"]


def test_a_server_that_knows_load_gets_it(client: Any, stub: StubServer) -> None:
    stub.script = [result([{"id": 1, "parent_id": 7}])]
    assert search_read(client, load=None) == [{"id": 1, "parent_id": 7}]
    assert kwargs_of(stub.calls[0]) == {"load": None}


def test_another_refusal_is_raised(client: Any, stub: StubServer) -> None:
    stub.script = [rpc_error("builtins.TypeError", "unexpected argument 'x'")]
    with pytest.raises(InvalidArgumentsError):
        search_read(client, load=None)
    assert len(stub.calls) == 1


VERSION_14 = {
    "/web/webclient": result({"server_version_info": [14, 0, 0, "final", 0]}),
}


def test_a_task_has_one_user(client: Any, stub: StubServer) -> None:
    stub.routes = VERSION_14
    stub.script = [result(5)]
    assert client.tasks.create("Punch cards", 1, user_ids=[7]) == 5
    values = args_of(stub.calls[-1])[0]
    assert (values["user_id"], "user_ids" in values) == (7, False)
    with pytest.raises(ValueError, match="several users"):
        client.tasks.create("Punch cards", 1, user_ids=[7, 8])
    assert len(stub.calls) == 1


def test_records_that_come_as_text_are_read(client: Any, stub: StubServer) -> None:
    stub.script = [result("mail.activity(12,)")]
    assert client.activities.schedule("res.partner", 1, "Call her") == 12


def test_an_unknown_model_is_recognized_in_every_wording(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, "web"))
    stub.script = [rpc_error("builtins.KeyError", "no.such.model", code=200)]
    with pytest.raises(UnknownModelError, match="'no.such.model' does not exist"):
        client.search("no.such.model")
    with pytest.raises(InvalidArgumentsError):
        client.search("res.partner")
