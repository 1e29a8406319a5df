# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clients of both modes that all look sync."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from vodoo import AsyncOdooClient, OdooClient, OdooConfig, RetryConfig

from .blocking import Blocking
from .odoo_server import OdooServer
from .stub_server import KEY, PASSWORD, StubServer

MODES = ("sync", "async")
WIRES = ("json2", "legacy", "web")
#: tries again soon
FAST = RetryConfig(max_retries=2, backoff_base=0.01)


def ways(*default: tuple[str, str]) -> list[Any]:
    """Return each mode with each wire as parameters; others than these are long."""
    return [
        pytest.param(
            (mode, wire), marks=[] if (mode, wire) in default else [pytest.mark.long]
        )
        for mode in MODES
        for wire in WIRES
    ]


@contextmanager
def client_factory() -> Iterator[Callable[..., Any]]:
    """Yield a function that makes clients; all are closed at the end."""
    closers = []

    def make(config: OdooConfig, mode: str = "sync", **options: Any) -> Any:
        if mode == "sync":
            client = OdooClient(config, **options)
            closers.append(client.close)
            return client
        loop = asyncio.new_event_loop()

        async def create() -> AsyncOdooClient:
            return AsyncOdooClient(config, **options)

        blocking = Blocking(loop.run_until_complete(create()), loop)
        closers.extend([loop.close, blocking.close])
        return blocking

    try:
        yield make
    finally:
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


def stub_config(stub: StubServer, password: str, **settings: Any) -> OdooConfig:
    """Return the settings that lead to a stub server; nothing is sent twice."""
    defaults: dict[str, Any] = {"retry": RetryConfig(max_retries=0), "timeout": 5}
    return OdooConfig(
        url=stub.url,
        database="db",
        username="ada",
        password=password,
        **{**defaults, **settings},
    )


def wire_config(stub: StubServer, wire: str = "json2", **settings: Any) -> OdooConfig:
    """Return the settings that lead to this wire on a stub server, tried again soon."""
    protocol = wire if wire == "web" else "auto"
    password = KEY if wire == "json2" else PASSWORD
    defaults: dict[str, Any] = {"retry": FAST, "protocol": protocol}
    return stub_config(stub, password, **{**defaults, **settings})
