# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults of the network, and the reactions of the client."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from vodoo import (
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
from vodoo_support.clients import FAST, wire_config
from vodoo_support.odoo_server import free_port
from vodoo_support.stub_server import (
    KEY,
    Answer,
    StubServer,
    answer_after,
    die_before_answer,
    die_mid_answer,
    good,
    html,
    json_2_error,
    reply,
    rpc_error,
)


def error_of(wire: str, status: int, name: str) -> Answer:
    return json_2_error(status, name) if wire == "json2" else rpc_error(name)


SLOW = "is too slow"
LOST: dict[str, tuple[Answer, type[VodooError]]] = {
    "dies mid-answer": (die_mid_answer, ConnectionLostError),
    "hangs up": (die_before_answer, ConnectionLostError),
    SLOW: (answer_after(1.0, reply(True)), RequestTimeoutError),
    "502": (html(502, "Bad Gateway"), ServerUnavailableError),
    "504": (html(504, "Gateway Time-out"), ServerUnavailableError),
}


@pytest.mark.parametrize("fault", LOST)
def test_a_read_whose_answer_is_lost_is_sent_again(
    stub: StubServer, wired: Callable[..., Any], fault: str
) -> None:
    client = wired(timeout=0.6 if fault == SLOW else 60)
    stub.script = [LOST[fault][0], good(client.wire, [5])]
    assert client.search("res.partner") == [5]
    assert len(stub.calls) == 2


@pytest.mark.parametrize("fault", LOST)
def test_a_read_that_stays_lost_raises_what_happened(
    stub: StubServer, wired: Callable[..., Any], fault: str
) -> None:
    answer, expected = LOST[fault]
    client = wired(timeout=0.3 if fault == SLOW else 60)
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
    client = wired(timeout=0.3 if fault == SLOW else 60)
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
def test_a_call_that_the_server_rolled_back_is_sent_again(
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
    client = wired(retry=RetryConfig(deadline=300))
    stub.script = [html(429, Retry_After="3600")]
    started = time.monotonic()
    with pytest.raises(ServerUnavailableError) as raised:
        client.search("res.partner")
    assert raised.value.retry_after_seconds == 3600
    assert time.monotonic() - started < 150


def test_the_deadline_holds_over_all_tries(
    stub: StubServer, wired: Callable[..., Any]
) -> None:
    retry = RetryConfig(max_retries=50, backoff_base=0.01, deadline=0.8)
    client = wired(retry=retry, timeout=30)
    client.get_uid()
    # a call that went on would get this answer
    stub.script = [answer_after(3, reply([7]))]
    with pytest.raises(RequestTimeoutError):
        client.search("res.partner")


def test_html_instead_of_an_answer(stub: StubServer, wired: Callable[..., Any]) -> None:
    client = wired()
    stub.script = [html(200, "<html><style>p{}</style><h1>Please log in</h1></html>")]
    with pytest.raises(ProtocolError, match="text/html"):
        client.search("res.partner")
    with pytest.raises(OutcomeUnknownError, match="Please log in|h1"):
        client.create("res.partner", {"name": "x"})
    assert len(stub.calls) == 2


def test_redirects_are_reported_and_not_followed(
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
def test_the_obstacle_of_a_connection_is_named(
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
    client = make_client(wire_config(stub))
    client.get_uid()
    stub.script = [reply([9])]
    sends: list[int] = []
    http = client.runner._connections.get().http
    send = http.send

    def refused_twice(request: Any, **options: Any) -> Any:
        import httpx2

        sends.append(1)
        if len(sends) < 3:
            raise httpx2.ConnectError("refused")
        return send(request, **options)

    http.send = refused_twice
    assert client.create("res.partner", {"name": "x"}) == 9
    assert len(sends) == 3
    assert len(stub.calls) == 1
