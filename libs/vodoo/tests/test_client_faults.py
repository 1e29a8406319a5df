# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong between client and server, over real sockets, on every wire."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from vodoo import (
    AsyncOdooClient,
    AuthenticationError,
    ConcurrencyError,
    ConnectionFailedError,
    ConnectionLostError,
    OdooConfig,
    Outcome,
    OutcomeUnknownError,
    ProtocolError,
    RequestTimeoutError,
    RetryConfig,
    ServerUnavailableError,
    VodooError,
)
from vodoo_support.odoo_server import free_port
from vodoo_support.stub_server import (
    KEY,
    PASSWORD,
    Answer,
    StubServer,
    answer_after,
    die_before_answer,
    die_mid_answer,
    html,
    json_2_error,
    reply,
    result,
    rpc_error,
    stub_server,
)

FAST = RetryConfig(max_retries=2, backoff_base=0.01)
WIRES = ("json2", "legacy", "web")


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        yield server


def stub_config(stub: StubServer, wire: str = "json2", **settings: Any) -> OdooConfig:
    return OdooConfig(
        **{
            "url": stub.url,
            "database": "db",
            "username": "ada",
            "password": KEY if wire == "json2" else PASSWORD,
            "protocol": wire if wire == "web" else "auto",
            "retry": FAST,
            "timeout": 5,
            **settings,
        }
    )


@pytest.fixture(params=[(m, w) for m in ("sync", "async") for w in WIRES], ids="-".join)
def wired(
    request: pytest.FixtureRequest, stub: StubServer, make_client: Callable[..., Any]
) -> Callable[..., Any]:
    """Make a client of each mode on each wire of the stub server."""
    mode, wire = request.param

    def make(**settings: Any) -> Any:
        client = make_client(stub_config(stub, wire, **settings), mode)
        client.wire = wire
        return client

    return make


def good(wire: str, value: Any = True) -> Answer:
    return reply(value) if wire == "json2" else result(value)


def error_of(wire: str, status: int, name: str) -> Answer:
    return json_2_error(status, name) if wire == "json2" else rpc_error(name)


LOST: dict[str, tuple[Answer, type[VodooError]]] = {
    "dies mid-answer": (die_mid_answer, ConnectionLostError),
    "hangs up": (die_before_answer, ConnectionLostError),
    "is too slow": (answer_after(1.0, reply(True)), RequestTimeoutError),
    "502": (html(502, "Bad Gateway"), ServerUnavailableError),
    "504": (html(504, "Gateway Time-out"), ServerUnavailableError),
}


@pytest.mark.parametrize("fault", LOST)
def test_a_read_whose_answer_is_lost_is_sent_again(
    stub: StubServer, wired: Callable[..., Any], fault: str
) -> None:
    client = wired(timeout=0.3)
    stub.script = [LOST[fault][0], good(client.wire, [5])]
    assert client.search("res.partner") == [5]
    assert len(stub.calls) == 2


@pytest.mark.parametrize("fault", LOST)
def test_a_read_that_stays_lost_raises_what_happened(
    stub: StubServer, wired: Callable[..., Any], fault: str
) -> None:
    answer, expected = LOST[fault]
    client = wired(timeout=0.3)
    stub.script = [answer]
    with pytest.raises(expected) as raised:
        client.search("res.partner")
    assert len(stub.calls) == 1 + FAST.max_retries
    assert (raised.value.model, raised.value.method) == ("res.partner", "search")


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("method", ["create", "write", "unlink"])
def test_a_change_whose_answer_is_lost_is_not_sent_again(
    stub: StubServer, wired: Callable[..., Any], fault: str, method: str
) -> None:
    answer, expected = LOST[fault]
    client = wired(timeout=0.3)
    stub.script = [answer, good(client.wire)]
    arguments = {
        "create": ({"name": "x"},),
        "write": ([1], {"ref": "x"}),
        "unlink": (1,),
    }
    with pytest.raises(OutcomeUnknownError) as raised:
        getattr(client, method)("res.partner", *arguments[method])
    assert len(stub.calls) == 1
    assert isinstance(raised.value.__cause__, expected)
    assert raised.value.outcome is Outcome.UNKNOWN


def test_an_idempotent_change_is_sent_again(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    stub.script = [die_mid_answer, html(502), good(client.wire)]
    assert client.write("res.partner", [1], {"ref": "x"}, idempotent=True) is True
    assert len(stub.calls) == 3


@pytest.mark.parametrize(
    "name",
    [
        "psycopg2.errors.SerializationFailure",
        "psycopg2.errors.DeadlockDetected",
        "odoo.exceptions.LockError",
    ],
)
def test_what_the_server_rolled_back_is_sent_again(
    stub: StubServer, wired: Callable[..., Any], name: str
) -> None:
    client = wired()
    stub.script = [error_of(client.wire, 500, name), good(client.wire, [7])]
    assert client.create("res.partner", [{"name": "x"}]) == [7]
    stub.script = [error_of(client.wire, 500, name)]
    with pytest.raises(ConcurrencyError) as raised:
        client.create("res.partner", {"name": "x"})
    assert raised.value.outcome is Outcome.NOT_DONE


def test_too_many_requests_are_repeated_when_the_server_says(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    client.get_uid()
    stub.script = [html(429, "Slow down", Retry_After="1"), good(client.wire, [7])]
    started = time.monotonic()
    assert client.create("res.partner", [{"name": "x"}]) == [7]
    assert time.monotonic() - started >= 1


def test_unavailable_is_repeated_for_changes_only_on_invitation(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    stub.script = [html(503, Retry_After="0"), good(client.wire, True)]
    assert client.unlink("res.partner", [1]) is True
    stub.script = [html(503), good(client.wire, True)]
    with pytest.raises(OutcomeUnknownError):
        client.unlink("res.partner", [1])


def test_retry_after_beyond_the_deadline_is_not_waited_for(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired(retry=RetryConfig(deadline=2))
    stub.script = [html(429, Retry_After="3600")]
    started = time.monotonic()
    with pytest.raises(ServerUnavailableError) as raised:
        client.search("res.partner")
    assert raised.value.retry_after_seconds == 3600
    assert time.monotonic() - started < 2


def test_the_deadline_holds_over_all_tries(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    retry = RetryConfig(max_retries=50, backoff_base=0.01, deadline=0.8)
    client = wired(retry=retry, timeout=30)
    client.get_uid()
    stub.script = [answer_after(3, reply(True))]
    started = time.monotonic()
    with pytest.raises(RequestTimeoutError):
        client.search("res.partner")
    assert time.monotonic() - started < 2


def test_html_instead_of_an_answer(stub: StubServer, wired: Callable[..., Any]) -> None:
    client = wired()
    stub.script = [html(200, "<html><style>p{}</style><h1>Please log in</h1></html>")]
    with pytest.raises(ProtocolError, match="text/html"):
        client.search("res.partner")
    with pytest.raises(OutcomeUnknownError, match="Please log in|h1"):
        client.create("res.partner", {"name": "x"})
    assert len(stub.calls) == 2


def test_redirects_are_told_and_not_followed(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    client = wired()
    stub.script = [html(301, Location="https://elsewhere.example/")]
    with pytest.raises(ProtocolError, match="redirects to https://elsewhere.example/"):
        client.create("res.partner", {"name": "x"})


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_refused_connection_is_tried_again_for_any_method(
    make_client: Callable[..., Any], mode: str
) -> None:
    port = free_port()
    config = OdooConfig(
        url=f"http://127.0.0.1:{port}",
        database="db",
        username="ada",
        password=KEY,
        retry=RetryConfig(max_retries=2, backoff_base=0.05),
    )
    client = make_client(config, mode)
    with pytest.raises(ConnectionFailedError) as raised:
        client.create("res.partner", {"name": "x"})
    assert raised.value.outcome is Outcome.NOT_DONE
    assert raised.value.obstacle == "refused"
    assert raised.value.model == "res.partner"


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("obstacle", ["name", "tls"])
def test_what_is_in_the_way_of_a_connection_is_told(
    make_client: Callable[..., Any], stub: StubServer, mode: str, obstacle: str
) -> None:
    urls = {
        "name": "https://erp.invalid",
        "tls": stub.url.replace("http:", "https:"),
    }
    config = OdooConfig(
        url=urls[obstacle],
        database="db",
        username="ada",
        password=KEY,
        retry=RetryConfig(max_retries=0),
    )
    client = make_client(config, mode)
    with pytest.raises(ConnectionFailedError) as raised:
        client.search("res.partner")
    assert raised.value.obstacle == obstacle


def test_a_server_that_comes_up_late_gets_the_create_once(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub))
    client.get_uid()
    stub.script = [reply([9])]
    sends: list[int] = []
    send = client.shell._http.send

    def refused_twice(request: Any) -> Any:
        import httpx2

        sends.append(1)
        if len(sends) < 3:
            raise httpx2.ConnectError("refused")
        return send(request)

    client.shell._http.send = refused_twice
    assert client.create("res.partner", {"name": "x"}) == 9
    assert len(sends) == 3
    assert len(stub.calls) == 1


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
        config = stub_config(stub, wire)
        async with AsyncOdooClient(config) as client:
            await asyncio.gather(*(client.search("res.partner") for _ in range(20)))
        return len(stub.received) - len(stub.calls)

    for wire in WIRES:
        stub.received.clear()
        stub.script = [good(wire, [])]
        assert asyncio.run(burst(wire)) == 1, wire


def test_an_expired_session_is_renewed_once_for_all(stub: StubServer) -> None:
    expired = rpc_error("odoo.http.SessionExpiredException", "Session expired", 100)

    async def burst() -> None:
        config = stub_config(stub, "web")
        async with AsyncOdooClient(config) as client:
            await client.search("res.partner")
            stub.script = [expired] * 5 + [result([3])]
            creations = [client.create("res.partner", [{}]) for _ in range(5)]
            assert await asyncio.gather(*creations) == [[3]] * 5

    stub.script = [result([])]
    asyncio.run(burst())
    logins = [r for r in stub.received if r.path.endswith("authenticate")]
    assert len(logins) == 2


def test_max_concurrency_bounds_the_requests(stub: StubServer) -> None:
    busy, most = [0], [0]
    lock = threading.Lock()

    def counted(handler: Any) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.03)
        with lock:
            busy[0] -= 1
        reply([])(handler)

    async def burst() -> None:
        config = stub_config(stub, max_concurrency=3)
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
        config = stub_config(stub, max_concurrency=2)
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
            assert await asyncio.wait_for(client.search("res.partner"), 2) == [4]
        await asyncio.sleep(0.7)
        assert stub.open_connections == 0

    asyncio.run(cancel())


def test_cancellation_during_detection_lets_the_next_one_detect(
    stub: StubServer,
) -> None:
    async def cancel() -> None:
        async with AsyncOdooClient(stub_config(stub)) as client:
            stub.routes = {"/json/2": answer_after(0.4, reply({"uid": 7}))}
            call = asyncio.ensure_future(client.search("res.partner"))
            await asyncio.sleep(0.1)
            call.cancel()
            stub.routes = {}
            stub.script = [reply([4])]
            assert await asyncio.wait_for(client.search("res.partner"), 2) == [4]

    asyncio.run(cancel())


def test_search_iter_left_early_cancels_the_page_read_ahead(stub: StubServer) -> None:
    async def leave() -> None:
        async with AsyncOdooClient(stub_config(stub)) as client:
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
        async with AsyncOdooClient(stub_config(stub)) as client:
            page = [{"id": n} for n in range(1, 11)]
            stub.script = [reply(page), reply([])]
            iterator = client.search_iter("res.partner", page_size=10)
            await iterator.__anext__()
            await asyncio.sleep(0.2)
            assert len(stub.calls) == 2
            assert stub.calls[1].body["domain"] == [["id", ">", 10]]
            await iterator.aclose()

    asyncio.run(read())
