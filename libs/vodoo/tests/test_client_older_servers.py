# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo 14 says otherwise than Odoo 19, as answers of a stub.

A real Odoo 14 is spoken to in the project's long tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vodoo import InvalidArgumentsError, OdooConfig
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
    config = OdooConfig(
        url=stub.url,
        database="old",
        username="admin",
        password=PASSWORD,
        protocol=request.param,
    )
    return make_client(config)


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
