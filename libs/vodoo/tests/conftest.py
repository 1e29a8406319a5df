# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from blocking import Blocking  # noqa: E402
from odoo_server import NoOdoo, OdooServer, running_odoo  # noqa: E402

from vodoo import AsyncOdooClient, OdooClient, OdooConfig  # noqa: E402

MODES = ("sync", "async")
WIRES = ("json2", "legacy", "web")


@pytest.fixture(scope="session")
def odoo() -> Iterator[OdooServer]:
    """A real Odoo 19."""
    try:
        context = running_odoo()
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


@contextmanager
def client_factory() -> Iterator[Callable[..., Any]]:
    closers = []

    def make(config: OdooConfig, mode: str = "sync", **options: Any) -> Any:
        if mode == "sync":
            client = OdooClient(config, **options)
            closers.append(client.close)
            return client
        loop = asyncio.new_event_loop()

        async def create() -> AsyncOdooClient:
            return AsyncOdooClient(config, **options)

        client = Blocking(loop.run_until_complete(create()), loop)
        closers.extend([loop.close, client.close])
        return client

    yield make
    for close in reversed(closers):
        close()


def config_for(server: OdooServer, wire: str, **settings: Any) -> OdooConfig:
    """Return the settings that lead to this wire on the server."""
    return OdooConfig(
        **{
            "url": server.url,
            "database": server.database,
            "username": server.username,
            "password": server.api_key() if wire == "json2" else server.password,
            "protocol": "web" if wire == "web" else "auto",
            **settings,
        }
    )


@pytest.fixture(
    scope="module",
    params=[(mode, wire) for mode in MODES for wire in WIRES],
    ids="-".join,
)
def client(request: pytest.FixtureRequest, odoo: OdooServer) -> Iterator[Any]:
    """A client on the real server, in each mode and over each wire."""
    mode, wire = request.param
    with client_factory() as make:
        yield make(config_for(odoo, wire), mode)
