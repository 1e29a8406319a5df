# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a request is sent again, decided without any I/O."""

from __future__ import annotations

from typing import Any

import pytest
from vodoo import RetryConfig, ServerUnavailableError, errors
from vodoo.error_table import status_error
from vodoo.exchange import exchange
from vodoo.operation import Send, Sleep
from vodoo.retry import may_repeat, retry_after_seconds, wait_seconds
from vodoo.wire import Request, Response


@pytest.mark.parametrize(
    ("error_class", "repeatable", "expected"),
    [
        (errors.ConnectionFailedError, False, True),
        (errors.ConcurrencyError, False, True),
        (errors.ConnectionLostError, False, False),
        (errors.ConnectionLostError, True, True),
        (errors.RequestTimeoutError, False, False),
        (errors.RequestTimeoutError, True, True),
        (errors.ServerUnavailableError, False, False),
        (errors.ServerUnavailableError, True, True),
        (errors.OdooUserError, True, False),
        (errors.ProtocolError, True, False),
        (errors.AuthenticationError, True, False),
    ],
)
def test_what_may_be_sent_again(
    error_class: type[errors.VodooError], repeatable: bool, expected: bool
) -> None:
    assert may_repeat(error_class("x"), repeatable) is expected


def wait(error: errors.VodooError, attempt: int = 0, **settings: Any) -> float | None:
    options: dict[str, Any] = {"elapsed_seconds": 0, "random": lambda: 0.0, **settings}
    retry = options.pop("retry", RetryConfig(max_retries=10))
    return wait_seconds(
        error,
        attempt=attempt,
        repeatable=True,
        timeout_seconds=30,
        retry=retry,
        **options,
    )


def test_waits_double_up_to_a_limit_with_jitter() -> None:
    error = errors.ConnectionFailedError("x")
    assert [wait(error, attempt) for attempt in (0, 1, 2, 9)] == [0.5, 1, 2, 30]
    assert wait(error, 2, random=lambda: 1.0) == 1
    assert wait(error, 10) is None
    assert RetryConfig().delay(1000) == 30


def test_the_servers_wish_and_the_deadline() -> None:
    error = ServerUnavailableError("x")
    error.retry_after_seconds = 7
    assert wait(error) == 7
    assert wait(error, retry=RetryConfig(deadline=6)) is None
    assert wait(error, elapsed_seconds=119) is None
    assert RetryConfig().deadline_seconds(600) == 1200


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_seconds("3") == 3
    assert retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", lambda: 50.0) == 10
    assert retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", lambda: 90.0) == 0
    assert retry_after_seconds("soon") is None
    assert retry_after_seconds(None) is None


def test_an_exchange_without_any_io() -> None:
    now = [0.0]
    steps = exchange(
        Request("POST", "http://x"),
        lambda response: response.status,
        repeatable=True,
        retry=RetryConfig(deadline=10),
        timeout_seconds=30,
        clock=lambda: now[0],
        random=lambda: 0.0,
    )
    first = next(steps)
    assert isinstance(first, Send)
    assert first.request.timeout_seconds == 10
    now[0] = 4
    assert steps.throw(errors.RequestTimeoutError("slow")) == Sleep(0.5)
    second = next(steps)
    assert isinstance(second, Send)
    assert second.request.timeout_seconds == 5.5
    with pytest.raises(StopIteration) as stopped:
        steps.send(Response(200, {}, b""))
    assert stopped.value.value == 200


def test_waits_that_are_too_long_in_all_are_not_waited() -> None:
    retry = RetryConfig(max_retries=9, max_wait=10)
    error = ServerUnavailableError("x")
    error.retry_after_seconds = 6
    assert wait(error, retry=retry) == 6
    assert wait(error, retry=retry, waited_seconds=4) == 6
    assert wait(error, retry=retry, waited_seconds=4.5) is None
    error.retry_after_seconds = 11
    assert wait(error, retry=retry) is None


def test_an_exchange_raises_what_it_would_wait_for_too_long() -> None:
    asked = ServerUnavailableError("x")
    asked.outcome = errors.Outcome.NOT_DONE
    asked.retry_after_seconds = 4

    def refuse(_response: object) -> None:
        raise asked

    steps = exchange(
        Request("GET", "http://odoo.example/"),
        refuse,
        repeatable=True,
        retry=RetryConfig(max_retries=9, max_wait=10),
        timeout_seconds=30,
        clock=lambda: 0.0,
        random=lambda: 0.0,
    )
    slept = []
    step = next(steps)
    with pytest.raises(ServerUnavailableError) as raised:
        while True:
            if isinstance(step, Sleep):
                slept.append(step.seconds)
            step = steps.send(None)
    assert slept == [4, 4]
    assert raised.value.retry_after_seconds == 4


@pytest.mark.parametrize(
    ("content_type", "text", "answered_by"),
    [
        (
            "text/html",
            "<html><title>The\nshop &amp; more</title><p>secret</p></html>",
            'HTTP status 200, text/html, titled "The shop & more"',
        ),
        (
            "application/json",
            '{"password": "secret"}',
            "HTTP status 200, application/json",
        ),
        ("text/plain", "secret", "HTTP status 200, text/plain"),
        ("", "<title>secret</title>", "HTTP status 200, no content type"),
        ("text/html", "<title" * 1000, "HTTP status 200, text/html"),
    ],
)
def test_a_foreign_service_is_told_by_its_title(
    content_type: str, text: str, answered_by: str
) -> None:
    assert status_error(200, content_type, text).answered_by == answered_by
