# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vodoo_support.clients import (  # noqa: E402
    MODES,
    WIRES,
    client_factory,
    config_for,
    ways,
    wire_config,
)
from vodoo_support.odoo_server import NoOdoo, OdooServer, running_odoo  # noqa: E402
from vodoo_support.stub_server import StubServer, stub_server  # noqa: E402


@pytest.fixture(scope="session")
def odoo() -> Iterator[OdooServer]:
    """A real Odoo 19."""
    yield from _serve(19)


@pytest.fixture(
    scope="session",
    params=[19, pytest.param(14, marks=pytest.mark.long)],
    ids="odoo{}".format,
)
def any_odoo(request: pytest.FixtureRequest) -> Iterator[OdooServer]:
    """A real Odoo of each installed series."""
    if request.param == 19:
        yield request.getfixturevalue("odoo")
    else:
        yield from _serve(request.param)


def _serve(series: int) -> Iterator[OdooServer]:
    try:
        context = running_odoo(series=series)
        server = context.__enter__()
    except NoOdoo as missing:
        warnings.warn(f"NOT TESTED against a real Odoo: {missing}", stacklevel=1)
        pytest.skip(f"NO ODOO, NOT TESTED: {missing}")
    try:
        yield server
    finally:
        context.__exit__(None, None, None)


@pytest.fixture
def make_client() -> Iterator[Callable[..., Any]]:
    """Make sync or async clients that look sync; all are closed afterwards."""
    with client_factory() as make:
        yield make


@pytest.fixture(scope="session")
def client_on() -> Iterator[Callable[[OdooServer, str, str], Any]]:
    """Return the client of a mode and a wire on a real server, made once.

    Odoo needs half a second to check a password.
    """
    clients: dict[tuple[str, str, str], Any] = {}
    with client_factory() as make:

        def find(server: OdooServer, mode: str, wire: str) -> Any:
            way = server.url, mode, wire
            if way not in clients:
                clients[way] = make(config_for(server, wire), mode)
            return clients[way]

        yield find


@pytest.fixture(
    scope="module",
    # one wire shows that the async client awaits; `wired` has all, on the stub server
    params=ways(
        ("sync", "json2"), ("sync", "legacy"), ("sync", "web"), ("async", "json2")
    ),
    ids="-".join,
)
def client(
    request: pytest.FixtureRequest,
    any_odoo: OdooServer,
    client_on: Callable[[OdooServer, str, str], Any],
) -> Any:
    """A client on the real server, in each mode and over each wire."""
    return client_on(any_odoo, *request.param)


@pytest.fixture
def stub() -> Iterator[StubServer]:
    """A server that gives scripted answers."""
    with stub_server() as server:
        yield server


@pytest.fixture(params=[(m, w) for m in MODES for w in WIRES], ids="-".join)
def wired(
    request: pytest.FixtureRequest, stub: StubServer, make_client: Callable[..., Any]
) -> Callable[..., Any]:
    """Make a client of each mode on each wire of the stub server."""
    mode, wire = request.param

    def make(**settings: Any) -> Any:
        client = make_client(wire_config(stub, wire, **settings), mode)
        client.wire = wire
        return client

    return make
