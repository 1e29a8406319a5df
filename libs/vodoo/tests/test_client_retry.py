# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a request is sent again, decided without any I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vodoo import RetryConfig, ServerUnavailableError
from vodoo import exceptions as errors
from vodoo._protocols import Request, Response, retry_after_seconds
from vodoo._retry import exchange, may_repeat, wait_seconds
from vodoo._runners.sync import run
from vodoo._server_errors import status_error


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
def test_which_requests_may_be_sent_again(
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


class ScriptedRunner:
    """Answer each request by the next of ``answers``; waiting only moves the clock."""

    def __init__(self, *answers: Any, seconds: float = 0.0) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.now = self.waited_seconds = 0.0
        self.timeouts: list[float | None] = []
        self.slept: list[float] = []

    async def send(self, request: Request) -> Response:
        self.timeouts.append(request.timeout_seconds)
        self.now += self.seconds
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_an_exchange_without_any_io() -> None:
    timeout = errors.RequestTimeoutError("slow")
    runner = ScriptedRunner(timeout, Response(200, {}, b""), seconds=4)
    status = run(
        exchange(
            runner,  # type: ignore[arg-type]
            Request("POST", "http://x"),
            lambda response: response.status,
            repeatable=True,
            retry=RetryConfig(deadline=10),
            timeout_seconds=30,
            clock=lambda: runner.now,
            random=lambda: 0.0,
        )
    )
    assert (status, runner.slept, runner.timeouts) == (200, [0.5], [10, 5.5])


def test_waits_that_are_too_long_in_all_are_not_waited() -> None:
    retry = RetryConfig(max_retries=9, max_wait=10)
    error = ServerUnavailableError("x")
    error.retry_after_seconds = 6
    assert wait(error, retry=retry) == 6
    assert wait(error, retry=retry, waited_seconds=4) == 6
    assert wait(error, retry=retry, waited_seconds=4.5) is None
    error.retry_after_seconds = 11
    assert wait(error, retry=retry) is None


def read_by(
    runner: ScriptedRunner, read: Callable[[Response], Any], retry: RetryConfig
) -> None:
    """Exchange a request that may be repeated; time stands still."""
    run(
        exchange(
            runner,  # type: ignore[arg-type]
            Request("GET", "http://odoo.example/"),
            read,
            repeatable=True,
            retry=retry,
            timeout_seconds=30,
            clock=lambda: 0.0,
            random=lambda: 0.0,
        )
    )


def refusal_with_a_wait() -> ServerUnavailableError:
    """Return the refusal of a server that asks to wait for four seconds."""
    asked = ServerUnavailableError("x")
    asked.outcome = errors.Outcome.NOT_DONE
    asked.retry_after_seconds = 4
    return asked


def test_an_exchange_raises_what_it_would_wait_for_too_long() -> None:
    asked = refusal_with_a_wait()

    def refuse(_response: object) -> None:
        raise asked

    answer = Response(200, {}, b"")
    runner = ScriptedRunner(*[answer] * 9)
    with pytest.raises(ServerUnavailableError) as raised:
        read_by(runner, refuse, RetryConfig(max_retries=9, max_wait=10))
    assert runner.slept == [4, 4]
    assert raised.value.retry_after_seconds == 4


def test_the_waits_of_all_calls_of_a_client_are_bounded_together() -> None:
    asked = refusal_with_a_wait()
    answer = Response(200, {}, b"")
    runner = ScriptedRunner(*[answer] * 9)
    read = [asked, None, asked, None, asked]

    def refuse_each_first_try(_response: object) -> None:
        if error := read.pop(0):
            raise error

    retry = RetryConfig(max_wait=10, max_total_wait=10)
    read_by(runner, refuse_each_first_try, retry)
    read_by(runner, refuse_each_first_try, retry)
    with pytest.raises(ServerUnavailableError):
        read_by(runner, refuse_each_first_try, retry)
    assert runner.slept == [4, 4]


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
def test_a_foreign_service_is_named_by_its_title(
    content_type: str, text: str, answered_by: str
) -> None:
    assert status_error(200, content_type, text).answered_by == answered_by
