# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Code that is written once and works sync and async; transports."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vodoo import (
    AsyncOdooClient,
    AsyncOdooTransport,
    OdooClient,
    OdooConfig,
    OdooTransport,
    TransportError,
)
from vodoo_support.clients import config_for
from vodoo_support.odoo_server import OdooServer


def test_an_operation_is_sync_or_async_as_its_client_is() -> None:
    config = OdooConfig(
        url="http://localhost", database="d", username="u", password="p"
    )

    async def async_client() -> None:
        async with AsyncOdooClient(config) as client:
            assert inspect.iscoroutinefunction(client.search)
            assert client.search.__doc__ == OdooClient.search.__doc__
            for early in ("uid", "transport", "is_json2"):
                with pytest.raises(RuntimeError):
                    getattr(client, early)

    asyncio.run(async_client())
    with OdooClient(config) as client:
        assert not inspect.iscoroutinefunction(client.search)
        assert list(inspect.signature(client.generic.delete).parameters)[-2:] == [
            "model",
            "record_id",
        ]
    for name in ("search", "create", "execute", "create_many", "close"):
        assert inspect.iscoroutinefunction(getattr(AsyncOdooClient, name)), name
        assert not inspect.iscoroutinefunction(getattr(OdooClient, name)), name
        of_async = inspect.signature(getattr(AsyncOdooClient, name))
        assert inspect.signature(getattr(OdooClient, name)) == of_async, name


def test_both_clients_have_the_same_methods() -> None:
    own = {"aclose", "__aenter__", "__aexit__", "__enter__", "__exit__"}
    assert set(dir(OdooClient)) - own == set(dir(AsyncOdooClient)) - own


class OwnTransport(OdooTransport):
    """A transport as an application may write it."""

    def __init__(self) -> None:
        super().__init__("http://localhost", "d", "u", "p")
        self.calls: list[Any] = []

    def authenticate(self) -> int:
        return 5

    def execute_kw(self, model: str, method: str, args: Any, kwargs: Any = None) -> Any:
        self.calls.append((model, method, args, kwargs))
        if method == "fields_get":
            return {"flag": {"type": "boolean"}, "name": {"type": "char"}}
        return [{"id": 1, "flag": False, "name": False}]

    def call_service(self, service: str, method: str, args: Any) -> Any:
        raise TransportError(f"no service {service!r}")


class OwnAsyncTransport(AsyncOdooTransport):
    async def authenticate(self) -> int:
        return 5

    async def execute_kw(
        self, model: str, method: str, args: Any, kwargs: Any = None
    ) -> Any:
        await asyncio.sleep(0)
        return [[3, "Three"]]

    async def call_service(self, service: str, method: str, args: Any) -> Any:
        raise TransportError(f"no service {service!r}")


def test_a_transport_of_ones_own() -> None:
    config = OdooConfig(
        url="http://localhost", database="d", username="u", password="p"
    )
    transport = OwnTransport()
    with OdooClient(config, transport=transport) as client:
        assert client.uid == 5
        assert client.is_json2 is False
        assert client.read("m", [1]) == [{"id": 1, "flag": False, "name": None}]
    assert transport.calls[0] == ("m", "read", [[1]], None)
    with pytest.raises(TransportError, match="no service"):
        transport.call_service("common", "version", [])

    own_async = OwnAsyncTransport("http://localhost", "d", "u", "p")

    async def call() -> Any:
        async with AsyncOdooClient(config, transport=own_async) as client:
            assert await client.get_uid() == 5
            return await client.name_search("m", "T")

    assert asyncio.run(call()) == [(3, "Three")]


def test_transports_alone(odoo: OdooServer) -> None:
    from vodoo import JSON2Transport, LegacyTransport
    from vodoo.aio.transport import AsyncJSON2Transport

    access = (odoo.url, odoo.database, "admin")
    legacy = LegacyTransport(*access, odoo.password, timeout=60)
    assert legacy.authenticate() == 2
    assert legacy.call_service("common", "version", [])["protocol_version"] == 1
    (record,) = legacy.read("res.partner", [1], ["comment", "is_company"])
    assert record["comment"] is False
    legacy.close()
    json_2 = JSON2Transport(*access, odoo.api_key())
    assert json_2.execute_kw("res.partner", "search_count", [[["id", "=", 1]]]) == 1
    with pytest.raises(TransportError):
        json_2.call_service("common", "version", [])
    json_2.close()

    async def call() -> Any:
        transport = AsyncJSON2Transport(*access, odoo.api_key())
        try:
            return await transport.authenticate(), await transport.search("res.lang")
        finally:
            await transport.close()

    assert asyncio.run(call()) == (2, [1])


def test_auto_detect_off_means_legacy(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    client = make_client(config_for(odoo, "json2"), auto_detect=False)
    assert client.is_json2 is False
    assert client.uid == 2


def test_names_are_imported_on_first_use() -> None:
    script = (
        "import sys, vodoo; before = 'httpx2' in sys.modules; "
        "from vodoo import *; print(before, OdooClient is vodoo.client.OdooClient, "
        "set(vodoo.__all__) <= set(dir(vodoo)), "
        "vodoo.exceptions.VodooError is VodooError)"
    )
    source = Path(importlib.util.find_spec("vodoo").origin).parents[1]  # type: ignore
    environ = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False True True True", done.stderr
    with pytest.raises(ImportError, match="cannot import name 'Nonsense'"):
        from vodoo import Nonsense  # type: ignore[attr-defined]  # noqa: F401


def modules_imported_by(script: str) -> set[str]:
    """Return the modules that a script imports in a fresh interpreter."""
    source = Path(importlib.util.find_spec("vodoo").origin).parents[1]  # type: ignore
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_package_needs_no_odoo_and_no_http_library() -> None:
    heavy = {"odoo", "asyncio", "httpx2", "rich", "markdown_it", "argparse"}
    assert heavy.isdisjoint(modules_imported_by("import vodoo"))


def test_a_client_imports_little_more_than_httpx2() -> None:
    """A first call needs neither namespaces nor the command, nor these modules."""
    found = modules_imported_by("from vodoo import OdooClient")
    assert {"httpx2", "vodoo._client"} <= found
    ours = {"vodoo.namespaces", "vodoo.cli", "vodoo._files", "vodoo.aio"}
    others = {"odoo", "rich", "markdown_it", "argparse", "html", "subprocess", "trio"}
    imported_anyway = modules_imported_by("import httpx2")
    assert not (ours | others) & (found - imported_anyway)
