# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The documented names and signatures, as ``help()`` and mocks see them."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import vodoo
from vodoo import AsyncOdooClient, OdooClient, RecordNotFoundError, namespaces
from vodoo.aio import transport as aio
from vodoo.transport import JSON2Transport, OdooTransport
from vodoo_support.clients import wire_config
from vodoo_support.stub_server import KEY, StubServer, reply

#: method: the documented parameters with their defaults
CLIENT = {
    "execute": "model, method, *args, **kwargs",
    "execute_sudo": "model, method, user_id, *args, **kwargs",
    "search": "model, domain=None, limit=None, offset=0, order=None",
    "read": "model, ids, fields=None",
    "search_read": (
        "model, domain=None, fields=None, limit=None, offset=0, order=None"
    ),
    "create": "model, values, context=None",
    "write": "model, ids, values",
    "unlink": "model, ids",
    "fields_get": "model, fields=None, attributes=None",
    "name_search": "model, name, domain=None, limit=7",
}
TRANSPORT = {
    **{name: CLIENT[name] for name in list(CLIENT)[2:8]},
    "authenticate": "",
    "execute_kw": "model, method, args, kwargs=None",
    "call_service": "service, method, args",
    "get_uid": "",
    "close": "",
}
CONSTRUCTOR = "url, database, username, password, timeout=30, retry=None, "
CONSTRUCTOR += "extra_headers=None"

TRANSPORTS = [aio.AsyncOdooTransport, aio.AsyncLegacyTransport, aio.AsyncJSON2Transport]


def shown(function: Any, count: int) -> str:
    """Return the first parameters as the documentation writes them."""
    parameters = [p for p in inspect.signature(function).parameters.values()]
    parameters = [p for p in parameters if p.name != "self"][:count]
    return ", ".join(str(p).partition(":")[0] + default(p) for p in parameters)


def default(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty or parameter.annotation is parameter.empty:
        return ""
    return f"={parameter.default!r}"


def count(text: str) -> int:
    return len(text.split(", ")) if text else 0


@pytest.mark.parametrize("owner", [OdooClient, AsyncOdooClient])
@pytest.mark.parametrize("name", CLIENT)
def test_methods_of_clients_are_as_documented(owner: Any, name: str) -> None:
    assert shown(getattr(owner, name), count(CLIENT[name])) == CLIENT[name]


@pytest.mark.parametrize("owner", [*TRANSPORTS, OdooTransport, JSON2Transport])
def test_transports_are_as_documented(owner: Any) -> None:
    assert shown(owner, count(CONSTRUCTOR)) == CONSTRUCTOR
    for name, parameters in TRANSPORT.items():
        assert shown(getattr(owner, name), count(parameters)) == parameters


def public_functions(owner: Any) -> dict[str, Any]:
    return {
        name: function
        for name, function in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_")
    }


def pairs() -> list[tuple[Any, Any]]:
    spaces = [name for name in dir(namespaces) if f"Async{name}" in dir(namespaces)]
    named = [(getattr(namespaces, n), getattr(namespaces, f"Async{n}")) for n in spaces]
    named.append((OdooClient, AsyncOdooClient))
    classes = ("OdooTransport", "JSON2Transport", "LegacyTransport")
    named += [
        (getattr(vodoo, name), getattr(vodoo, f"Async{name}")) for name in classes
    ]
    return named


@pytest.mark.parametrize(("sync", "twin"), pairs())
def test_methods_are_coroutine_functions_in_the_async_half_alone(
    sync: Any, twin: Any
) -> None:
    functions = public_functions(sync)
    assert functions
    for name, function in functions.items():
        counterpart = getattr(twin, name)
        assert not inspect.iscoroutinefunction(function), name
        awaited = inspect.iscoroutinefunction(counterpart)
        assert awaited or inspect.isasyncgenfunction(counterpart), name
        if not name.startswith("start_"):
            documented = inspect.getdoc(function)
            assert documented and documented == inspect.getdoc(counterpart), name


@pytest.mark.parametrize("base", [OdooTransport, aio.AsyncOdooTransport])
def test_base_transports_are_abstract(base: Any) -> None:
    assert base.__abstractmethods__ == {"authenticate", "execute_kw", "call_service"}
    with pytest.raises(TypeError, match="abstract"):
        base("https://x", "d", "u", "p")


def test_an_override_takes_effect_in_namespaces(stub: StubServer) -> None:
    stub.script = [reply([])]
    asked = []

    class Watching(OdooClient):
        def search_read(self, *args: Any, **kwargs: Any) -> Any:
            asked.append(args[0])
            return super().search_read(*args, **kwargs)

    with Watching(wire_config(stub)) as client:
        assert client.crm.list() == []
    assert asked == ["crm.lead"]


def test_a_record_is_given_by_position_or_by_one_of_its_names(stub: StubServer) -> None:
    with OdooClient(wire_config(stub)) as client:
        with mock.patch.object(OdooClient, "read", return_value=[{"id": 42}]) as read:
            for arguments in ({"ticket_id": 42}, {"record_id": 42}):
                assert client.helpdesk.get(**arguments) == {"id": 42}
            assert client.helpdesk.get(42, ["name"]) == {"id": 42}
        assert [call.args[1] for call in read.call_args_list] == [[42]] * 3
        for wrong in ({"lead_id": 42}, {"tikcet_id": 42}, {}):
            with pytest.raises(TypeError):
                client.helpdesk.get(**wrong)
        with pytest.raises(TypeError):
            client.helpdesk.get(42, ticket_id=42)
    assert shown(client.helpdesk.note, 4) == (
        "record_id, message, user_id=None, markdown=True"
    )


def test_mocks_have_the_signatures() -> None:
    client = mock.create_autospec(OdooClient, instance=True)
    client.search("res.partner", limit=5)
    with pytest.raises(TypeError):
        client.search("res.partner", filters=[])
    twin = mock.create_autospec(AsyncOdooClient, instance=True)
    assert isinstance(twin.search, mock.AsyncMock)


def test_patching_a_method_reaches_namespaces(stub: StubServer) -> None:
    with OdooClient(wire_config(stub)) as client:
        with mock.patch.object(OdooClient, "search_read", return_value=[{"id": 1}]):
            assert client.crm.list() == [{"id": 1}]


def test_the_uid_of_a_json_2_transport(stub: StubServer) -> None:
    with_key = JSON2Transport(stub.url, "db", "ada", KEY)
    try:
        assert with_key.uid == 7
    finally:
        with_key.close()


def test_a_transport_of_ones_own_logs_in_once(make_client: Callable[..., Any]) -> None:
    class Own(OdooTransport):
        logins = 0

        def authenticate(self) -> int:
            self.logins += 1
            return 5

        def execute_kw(
            self, model: str, method: str, args: Any, kwargs: Any = None
        ) -> Any:
            return [1]

        def call_service(self, service: str, method: str, args: Any) -> Any:
            raise NotImplementedError

    own = Own("https://my.odoo.com", "db", "ada", "x")
    config = vodoo.OdooConfig(
        url="https://my.odoo.com", database="db", username="ada", password="x"
    )
    client = make_client(config, transport=own)
    assert (client.uid, client.uid, own.uid, own.logins) == (5, 5, 5, 1)
    assert client.search("res.partner") == [1]
    assert client.create("res.partner", {"name": "unwrapped"}) == 1


def test_groups_that_do_not_exist_are_warned_of(wired: Callable[..., Any]) -> None:
    client = wired()
    client_stub_answer = [{"id": 3, "name": "API Base"}]
    with mock.patch.object(
        namespaces.security.SecurityBase,
        "_search_read",
        return_value=client_stub_answer,
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = client.security.get_group_ids(group_names=["API Base", "Nope"])
    assert found == {"API Base": 3}
    assert "Nope" in str(caught[0].message)


def test_resolving_no_user_is_a_value_error(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    with pytest.raises(ValueError, match="either"):
        client.security.resolve_user()
    with mock.patch.object(
        namespaces.security.SecurityBase, "_search", return_value=[]
    ):
        with pytest.raises(ValueError, match="no user") as caught:
            client.security.resolve_user(login="nobody")
    assert isinstance(caught.value, RecordNotFoundError)
