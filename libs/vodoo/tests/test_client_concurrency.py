# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many concurrent logins, connections and cancelled calls."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from vodoo import AsyncOdooClient, AuthenticationError
from vodoo_support.clients import WIRES, wire_config
from vodoo_support.stub_server import (
    Answer,
    StubServer,
    answer_after,
    good,
    json_2_error,
    reply,
    result,
    rpc_error,
)


async def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_a_wrong_password_is_an_authentication_error(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    refusals: dict[str, Answer] = {
        "json2": json_2_error(
            401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"
        ),
        "legacy": result(False),
        "web": rpc_error("odoo.exceptions.AccessDenied", "Access Denied", 200),
    }
    paths = {"json2": "/json/2", "legacy": "/jsonrpc", "web": "/web/session"}
    stub.routes = {paths[client.wire]: refusals[client.wire]}
    with pytest.raises(AuthenticationError):
        client.search("res.partner")
    assert len(stub.received) == 1


def test_many_first_calls_log_in_once(stub: StubServer) -> None:
    async def burst(wire: str) -> int:
        config = wire_config(stub, wire)
        async with AsyncOdooClient(config) as client:
            await asyncio.gather(*(client.search("res.partner") for _ in range(20)))
        return len(stub.received) - len(stub.calls)

    for wire in WIRES:
        stub.received.clear()
        stub.script = [good(wire, [])]
        assert asyncio.run(burst(wire)) == 1, wire


def test_an_expired_session_is_renewed_once_for_all(stub: StubServer) -> None:
    expired = rpc_error("odoo.http.SessionExpiredException", "Session expired", 100)
    all_sent = threading.Barrier(5)

    def expired_for_all(handler: Any) -> None:
        all_sent.wait(60)  # else one call may get the answers of two
        expired(handler)

    async def burst() -> None:
        config = wire_config(stub, "web")
        async with AsyncOdooClient(config) as client:
            await client.search("res.partner")
            stub.script = [expired_for_all] * 5 + [result([3])]
            creations = [client.create("res.partner", [{}]) for _ in range(5)]
            assert await asyncio.gather(*creations) == [[3]] * 5

    stub.script = [result([])]
    asyncio.run(burst())
    logins = [r for r in stub.received if r.path.endswith("authenticate")]
    assert len(logins) == 2


def test_max_concurrency_bounds_the_requests(stub: StubServer) -> None:
    busy, most = [0], [0]
    lock, full = threading.Lock(), threading.Event()

    def counted(handler: Any) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
            if busy[0] == 3:
                full.set()
        full.wait(60)
        time.sleep(0.03)
        with lock:
            busy[0] -= 1
        reply([])(handler)

    async def burst() -> None:
        config = wire_config(stub, max_concurrency=3)
        async with AsyncOdooClient(config) as client:
            await asyncio.gather(*(client.search("res.partner") for _ in range(20)))

    stub.script = [counted]
    asyncio.run(burst())
    assert most[0] == 3


def test_connections_are_kept_alive(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    stub.script = [good(client.wire, [])]
    for _ in range(5):
        client.search("res.partner")
    assert stub.open_connections == 1


def test_cancellation_leaves_no_connection_and_no_held_slot(stub: StubServer) -> None:
    async def cancel() -> None:
        config = wire_config(stub, max_concurrency=2)
        async with AsyncOdooClient(config) as client:
            await client.get_uid()
            stub.script = [answer_after(0.5, reply([1]))]
            calls = [
                asyncio.ensure_future(client.search("res.partner")) for _ in range(6)
            ]
            await asyncio.sleep(0.1)
            for call in calls:
                call.cancel()
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(o, asyncio.CancelledError) for o in outcomes)
            stub.script = [reply([4])]
            assert await asyncio.wait_for(client.search("res.partner"), 60) == [4]
        # The server notices it when it answers.
        await wait_until(lambda: stub.open_connections == 0)

    asyncio.run(cancel())


def test_cancellation_during_detection_lets_the_next_one_detect(
    stub: StubServer,
) -> None:
    async def cancel() -> None:
        async with AsyncOdooClient(wire_config(stub)) as client:
            stub.routes = {"/json/2": answer_after(0.4, reply({"uid": 7}))}
            call = asyncio.ensure_future(client.search("res.partner"))
            await asyncio.sleep(0.1)
            call.cancel()
            stub.routes = {}
            stub.script = [reply([4])]
            assert await asyncio.wait_for(client.search("res.partner"), 60) == [4]

    asyncio.run(cancel())


def test_search_iter_left_early_cancels_the_page_read_ahead(stub: StubServer) -> None:
    async def leave() -> None:
        async with AsyncOdooClient(wire_config(stub)) as client:
            page = [{"id": n} for n in range(1, 11)]
            stub.script = [reply(page), answer_after(0.3, reply(page))]
            iterator = client.search_iter("res.partner", page_size=10)
            assert (await iterator.__anext__())["id"] == 1
            await iterator.aclose()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not others

    asyncio.run(leave())


def test_search_iter_reads_ahead(stub: StubServer) -> None:
    async def read() -> None:
        async with AsyncOdooClient(wire_config(stub)) as client:
            page = [{"id": n} for n in range(1, 11)]
            stub.script = [reply(page), reply([])]
            iterator = client.search_iter("res.partner", page_size=10)
            await iterator.__anext__()
            await wait_until(lambda: len(stub.calls) == 2)
            assert stub.calls[1].body["domain"] == [["id", ">", 10]]
            await iterator.aclose()

    asyncio.run(read())
