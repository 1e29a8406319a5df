# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Subclasses and mocks take effect wherever the library calls the method."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock

import pytest
from vodoo import AsyncOdooClient, OdooClient, namespaces
from vodoo.aio.transport import AsyncJSON2Transport, AsyncLegacyTransport
from vodoo.transport import JSON2Transport, LegacyTransport
from vodoo_support.clients import wire_config
from vodoo_support.stub_server import KEY, StubServer, good

SYNC = {"json2": JSON2Transport, "legacy": LegacyTransport}
ASYNC = {"json2": AsyncJSON2Transport, "legacy": AsyncLegacyTransport}


@pytest.mark.parametrize("wire", SYNC)
def test_an_override_of_execute_kw_gets_all_calls(stub: StubServer, wire: str) -> None:
    asked: list[Any] = []
    base: Any = SYNC[wire]

    class Watching(base):
        def execute_kw(self, model: str, method: str, *args: Any) -> Any:
            asked.append(method)
            return super().execute_kw(model, method, *args)

    stub.script = [good(wire, [1]), good(wire, [{"id": 1}]), good(wire, [2])]
    config = wire_config(stub, wire)
    own = Watching(stub.url, "db", "ada", KEY)
    with OdooClient(config, transport=own) as client:
        assert client.search("m") == [1]
        assert client.search_read("m", fields=["id"]) == [{"id": 1}]
        assert own.search("m") == [2]
    assert asked == ["search", "search_read", "search"]


@pytest.mark.parametrize("wire", ASYNC)
def test_an_async_override_gets_all_calls(stub: StubServer, wire: str) -> None:
    asked: list[Any] = []
    base: Any = ASYNC[wire]

    class Watching(base):
        async def execute_kw(self, model: str, method: str, *args: Any) -> Any:
            asked.append(method)
            return await super().execute_kw(model, method, *args)

        async def authenticate(self) -> int:
            asked.append("login")
            return int(await super().authenticate())

    stub.script = [good(wire, [1])]

    async def main() -> None:
        own = Watching(stub.url, "db", "ada", KEY)
        async with AsyncOdooClient(wire_config(stub, wire), transport=own) as client:
            assert await client.get_uid() == 7
            assert await client.search("m") == [1]
            assert await client.get_uid() == 7

    asyncio.run(main())
    assert asked == ["login", "search"]


@pytest.mark.parametrize("wire", SYNC)
def test_an_override_of_authenticate_makes_the_login(
    stub: StubServer, wire: str
) -> None:
    base: Any = SYNC[wire]

    class Known(base):
        def authenticate(self) -> int:
            return 42

    stub.script = [good(wire, [1])]
    own = Known(stub.url, "db", "ada", KEY)
    assert own.search("m") == [1]
    assert own.uid == own.get_uid() == 42
    own.close()
    if wire == "legacy":
        assert stub.calls[-1].body["params"]["args"][1] == 42


def test_an_override_of_a_namespace_calls_super(stub: StubServer) -> None:
    class Loud(namespaces.Helpdesk):
        def note(self, *args: Any, **kwargs: Any) -> bool:
            kwargs["message"] = kwargs["message"].upper()
            return super().note(*args, **kwargs)

    with OdooClient(wire_config(stub)) as client:
        with mock.patch.object(namespaces.helpdesk.RecordBase, "_post") as post:
            post.return_value = True
            assert Loud(client).note(ticket_id=42, message="a")
    assert str(post.call_args.args[1].text) == "A"


@pytest.mark.parametrize("owner", [OdooClient, AsyncOdooClient])
def test_mocks_of_a_client_have_its_namespaces(owner: Any) -> None:
    client = mock.create_autospec(owner, instance=True)
    for call in (
        client.helpdesk.note(42, "text"),
        client.helpdesk.note(ticket_id=42, message="text"),
    ):
        if asyncio.iscoroutine(call):
            call.close()
    client.helpdesk.note.assert_called()
    assert isinstance(client.helpdesk.note, mock.AsyncMock) == (
        owner is AsyncOdooClient
    )
    with pytest.raises(AttributeError):
        client.helpdesk.nota(42, "text")


def test_patching_a_namespace(stub: StubServer) -> None:
    with OdooClient(wire_config(stub)) as client:
        with mock.patch.object(OdooClient, "helpdesk") as helpdesk:
            helpdesk.get.return_value = {"id": 1}
            assert client.helpdesk.get(1) == {"id": 1}
        assert isinstance(client.helpdesk, namespaces.Helpdesk)
        with mock.patch.object(client.helpdesk, "note", autospec=True) as note:
            client.helpdesk.note(ticket_id=42, message="text")
            note.assert_called_once_with(42, "text")
            with pytest.raises(TypeError):
                client.helpdesk.note(ticket=42, message="text")
