# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Threads, forked processes, and event loops of both kinds."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import vodoo
from vodoo import AsyncOdooClient, OdooClient, OdooConfig, VodooError
from vodoo._runners.sync import run
from vodoo_support.clients import WIRES, wire_config
from vodoo_support.stub_server import PASSWORD, StubServer, good, reply, result


def echo_id(handler: Any) -> None:
    """Answer a read with the id that was asked for, after a short wait."""
    request = handler.stub_request
    time.sleep(0.01)
    ids = request.body["ids"]
    reply([{"id": ids[0], "name": f"record {ids[0]}"}])(handler)


@pytest.fixture
def echo(stub: StubServer) -> StubServer:
    """A server that answers each read with the id that was asked for."""
    answer_to = stub.answer_to

    def remember(request: Any) -> Any:
        answer = answer_to(request)

        def answering(handler: Any) -> None:
            handler.stub_request = request
            answer(handler)

        return answering

    stub.answer_to = remember  # type: ignore[method-assign]
    stub.script = [echo_id]
    return stub


def read_all(client: OdooClient, ids: Any) -> list[int]:
    return [client.read("m", [n], ["name"])[0]["id"] for n in ids]


def test_twenty_threads_share_one_client(echo: StubServer) -> None:
    with OdooClient(wire_config(echo)) as client:
        with ThreadPoolExecutor(20) as pool:
            numbers = [range(n * 10, n * 10 + 10) for n in range(20)]
            found = list(pool.map(lambda ids: read_all(client, ids), numbers))
    assert found == [list(ids) for ids in numbers]
    logins = [one for one in echo.received if not one.is_call]
    assert len(logins) == 1


def in_child(function: Callable[[], Any]) -> Any:
    """Return what a function returns in a forked process."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answers:
        text = answers.read()
    os.waitpid(child, 0)
    return json.loads(text)


def test_a_forked_process_has_separate_connections(echo: StubServer) -> None:
    with OdooClient(wire_config(echo)) as client:
        read_all(client, [1])
        connections = echo.open_connections
        assert connections == 1

        def child() -> Any:
            return read_all(client, range(100, 130)), echo.url

        reader = ThreadPoolExecutor(1)
        in_parent = reader.submit(read_all, client, range(2, 32))
        found, _url = in_child(child)
        assert found == list(range(100, 130))
        assert in_parent.result() == list(range(2, 32))
        assert read_all(client, [40]) == [40]
        reader.shutdown()


def test_a_process_forked_from_an_async_client(echo: StubServer) -> None:
    client = AsyncOdooClient(wire_config(echo))

    async def read(number: int) -> Any:
        return (await client.read("m", [number], ["name"]))[0]["id"]

    assert asyncio.run(read(1)) == 1
    assert in_child(lambda: asyncio.run(read(2))) == 2


def test_threads_of_a_forked_process_share_its_connections(echo: StubServer) -> None:
    """The first calls after the fork come together; none uses the parent's."""
    with OdooClient(wire_config(echo)) as client:
        read_all(client, [1])
        of_parent = client.runner._connections.get()

        def child() -> Any:
            barrier = threading.Barrier(16)

            def own() -> int:
                barrier.wait()
                return id(client.runner._connections.get())

            with ThreadPoolExecutor(16) as pool:
                own_ones = [pool.submit(own) for _ in range(16)]
                return [one.result() for one in own_ones]

        found = in_child(child)
        assert len(found) == 16
        assert len(set(found)) == 1
        assert id(of_parent) not in found


def test_a_client_in_two_event_loops_at_a_time(echo: StubServer) -> None:
    client = AsyncOdooClient(wire_config(echo))
    together = threading.Barrier(2)

    def use(start: int) -> list[int]:
        async def read(number: int) -> int:
            return int((await client.read("m", [number], ["name"]))[0]["id"])

        async def main() -> list[int]:
            found: list[int] = []
            for first in range(start, start + 40, 10):
                numbers = range(first, first + 10)
                found += await asyncio.gather(*map(read, numbers))
            await client.close()
            return found

        together.wait(60)
        return asyncio.run(asyncio.wait_for(main(), 60))

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(use, 100), pool.submit(use, 500)]
        assert both[0].result() == list(range(100, 140))
        assert both[1].result() == list(range(500, 540))


def test_connections_of_an_ended_loop_are_dropped(echo: StubServer) -> None:
    import trio

    client = AsyncOdooClient(wire_config(echo))

    async def read() -> Any:
        return await client.read("m", [5], ["name"])

    asyncio.run(read())
    asyncio.run(read())
    trio.run(read)
    trio.run(read)
    assert len(client.runner._opened) == 1


def test_a_forked_process_does_not_use_a_client_that_was_given(
    echo: StubServer,
) -> None:
    with httpx2.Client() as given:
        client = OdooClient(wire_config(echo), http_client=given)
        read_all(client, [1])

        def child() -> str:
            try:
                read_all(client, [2])
            except RuntimeError as error:
                return str(error)
            return "no error"

        assert "give each process its own client" in in_child(child)


@pytest.mark.parametrize("wire", WIRES)
def test_a_client_works_in_a_second_event_loop(stub: StubServer, wire: str) -> None:
    stub.script = [reply([3]) if wire == "json2" else result([3])]
    client = AsyncOdooClient(wire_config(stub, wire))

    async def calls() -> list[Any]:
        many = [client.search("m") for _ in range(5)]
        return list(await asyncio.gather(*many))

    for _ in range(3):
        assert asyncio.run(calls()) == [[3]] * 5
    asyncio.run(client.close())


@pytest.mark.parametrize("wire", WIRES)
def test_the_async_client_runs_on_trio(stub: StubServer, wire: str) -> None:
    trio = pytest.importorskip("trio")
    pages = [[{"id": 1}, {"id": 2}], [{"id": 3}], []]
    good = reply if wire == "json2" else result
    stub.script = [good([3]), *map(good, pages), good([8]), good([9])]

    async def calls() -> Any:
        async with AsyncOdooClient(wire_config(stub, wire)) as client:
            ids = await client.search("m")
            rows = [row["id"] async for row in client.search_iter("m", page_size=2)]
            created = await client.create_many("m", [{"a": 1}, {"a": 2}], 1, 1)
            return ids, rows, sorted(created.ids)

    assert trio.run(calls) == ([3], [1, 2, 3], [8, 9])


def test_an_override_that_suspends_in_a_sync_client_is_refused() -> None:
    async def suspends() -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="use the async client"):
        run(suspends())


@pytest.mark.parametrize("async_", [False, True])
def test_a_client_that_was_given_stays_open(stub: StubServer, async_: bool) -> None:
    config = wire_config(stub)
    stub.script = [reply([1])]
    if not async_:
        with httpx2.Client() as given:
            with OdooClient(config, http_client=given) as client:
                assert client.search("m") == [1]
            assert not given.is_closed
        return

    async def call() -> bool:
        async with httpx2.AsyncClient() as given:
            async with AsyncOdooClient(config, http_client=given) as client:
                assert await client.search("m") == [1]
            return given.is_closed

    assert asyncio.run(call()) is False


def test_a_client_that_was_given_says_that_its_loop_is_over(stub: StubServer) -> None:
    stub.script = [reply([1])]
    given = httpx2.AsyncClient()
    client = AsyncOdooClient(wire_config(stub), http_client=given)

    async def call() -> Any:
        return await client.search("m")

    assert asyncio.run(call()) == [1]
    with pytest.raises(RuntimeError, match="give each loop its own client"):
        asyncio.run(call())


def test_a_client_of_the_other_kind_is_refused(stub: StubServer) -> None:
    config = wire_config(stub)
    with pytest.raises(TypeError, match=r"must be an httpx2\.Client"):
        OdooClient(config, http_client=httpx2.AsyncClient())  # type: ignore[arg-type]
    with httpx2.Client() as given:
        with pytest.raises(TypeError, match=r"must be an httpx2\.AsyncClient"):
            AsyncOdooClient(config, http_client=given)  # type: ignore[arg-type]


@pytest.mark.parametrize("wire", WIRES)
def test_a_given_client_follows_no_redirect(stub: StubServer, wire: str) -> None:
    """It would carry the key, or the password in the body, elsewhere."""
    elsewhere = {"Location": "http://127.0.0.1:9/stolen"}
    stub.routes = {"/": reply("moved", 307, "text/html", **elsewhere)}
    with httpx2.Client(follow_redirects=True) as given:
        client = OdooClient(wire_config(stub, wire), http_client=given)
        with pytest.raises(VodooError, match="redirects"):
            client.search("m")


def test_a_database_that_no_header_can_hold(stub: StubServer) -> None:
    config = wire_config(stub)
    named = {"database": "bücher", "url": config.url, "username": "ada"}
    with OdooClient(OdooConfig(**named, password=config.password)) as client:
        with pytest.raises(VodooError, match="protocol='legacy'"):
            client.search("m")
    stub.script = [result([1])]
    legacy = OdooConfig(**named, password=PASSWORD, protocol="legacy")
    with OdooClient(legacy) as client:
        assert client.search("m") == [1]
    headers = {"X-Team": "bücher"}
    with OdooClient(
        OdooConfig(
            url=config.url,
            database="db",
            username="ada",
            password=PASSWORD,
            http_headers=headers,
        )
    ) as client:
        with pytest.raises(VodooError, match="x-team"):
            client.search("m")


def library_frames() -> list[str]:
    """Return the functions of the library that wait for the caller of this one."""
    library = str(Path(vodoo.__file__).parent)
    frame, found = sys._getframe(2), []
    while frame:
        if frame.f_code.co_filename.startswith(library):
            found.append(frame.f_code.co_name)
        frame = frame.f_back  # type: ignore[assignment]
    return found


def count_frames(monkeypatch: pytest.MonkeyPatch, http_class: Any) -> list[list[str]]:
    """Record the functions of the library that lead to each request."""
    found: list[list[str]] = []
    send = http_class.send

    def counting(*args: Any, **kwargs: Any) -> Any:
        found.append(library_frames())
        return send(*args, **kwargs)

    async def async_counting(*args: Any, **kwargs: Any) -> Any:
        return await counting(*args, **kwargs)

    is_async = http_class is httpx2.AsyncClient
    monkeypatch.setattr(http_class, "send", async_counting if is_async else counting)
    return found


@pytest.mark.parametrize("wire", WIRES)
def test_few_functions_lie_between_a_call_and_httpx2(
    stub: StubServer, wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.script = [good(wire, [])]
    config = wire_config(stub, wire)
    sync = count_frames(monkeypatch, httpx2.Client)
    with OdooClient(config) as client:
        client.search_read("m", fields=["name"])
        client.search_read("m", fields=["name"])
    assert len(sync[-1]) <= 6, sync[-1]

    async def call() -> None:
        async with AsyncOdooClient(config) as client:
            await client.search_read("m", fields=["name"])
            await client.search_read("m", fields=["name"])

    found = count_frames(monkeypatch, httpx2.AsyncClient)
    asyncio.run(call())
    assert 4 < len(found[-1]) <= 6, found[-1]
