# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run operations to their end in the calling thread."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx2

from .._protocols import Request, Response
from . import http
from .http import Body

T = TypeVar("T")
P = ParamSpec("P")


SUSPENDED = (
    "a method of a sync client awaits something that needs an event loop; "
    "override it with a plain function, or use the async client"
)


def run(operation: Coroutine[Any, Any, T]) -> T:
    """Return the result of an operation that never suspends.

    :raises RuntimeError: if it does: it awaits something that needs an event loop
    """
    try:
        operation.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    operation.close()
    raise RuntimeError(SUSPENDED)


def blocking(
    operation: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], T]:
    """Return a method that runs the operation and returns its result.

    It has the name, signature and documentation of the operation.
    """

    @functools.wraps(operation)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        # As in ``run``, which would be one more call.
        coroutine = operation(self, *args, **kwargs)
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        coroutine.close()
        raise RuntimeError(SUSPENDED)

    return method


class SyncRunner:
    """Send requests, wait and lock in the calling thread.

    :param client: the caller's client, which stays open when the runner closes
    """

    #: seconds that all calls waited between their tries
    waited_seconds: float = 0.0

    def __init__(
        self,
        options: http.HTTPOptions,
        client: httpx2.Client | None = None,
    ) -> None:
        if isinstance(client, httpx2.AsyncClient):
            raise TypeError(f"http_client must be an httpx2.Client, found {client!r}")
        self._options = options
        self._given = client
        self._open()

    def _open(self) -> None:
        from .deadline import Deadline, bound_connections

        self._process = os.getpid()
        self._http = self._given or httpx2.Client(**self._options.client_arguments())
        self._deadline = Deadline()
        if self._given is None:
            self._deadline = bound_connections(self._http)
        self._outgoing = http.Outgoing(self._http, self._options.timeout)
        self._slots = threading.BoundedSemaphore(self._options.max_concurrency)

    def _leave_parent(self) -> None:
        """Open new connections after a fork.

        Two processes that share a connection read each other's answers. The parent's
        client is kept: to close it would end its TLS sessions.
        """
        self._of_parent = self._http
        if self._given is not None:
            raise RuntimeError(http.FORKED_WITH_GIVEN_CLIENT)
        self._open()

    async def send(self, request: Request) -> Response:
        if self._process != os.getpid():
            self._leave_parent()
        outgoing = self._outgoing(request)
        self._deadline.at = time.monotonic() + request.within_seconds
        if not self._slots.acquire(timeout=request.within_seconds):
            raise http.failure(http.no_slot(), request)
        try:
            if time.monotonic() >= self._deadline.at:
                raise http.no_slot()
            answer = self._http.send(outgoing, stream=True, follow_redirects=False)
            return self._received(answer, request)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            failure = http.failure(error, request)
        finally:
            self._slots.release()
        # Outside of the except clause: the frames of httpx2 hold headers and body.
        raise failure

    def _received(self, answer: httpx2.Response, request: Request) -> Response:
        """Return the complete answer."""
        if answer.is_stream_consumed:  # made by a client for tests
            return Response(answer.status_code, answer.headers, answer.content)
        with closing(answer):
            limit = self._options.max_answer_bytes
            body = Body(answer.headers, limit, request.sink)
            for chunk in answer.iter_raw():
                body.add(chunk)
                if self._given is not None:  # its connections know no deadline
                    self._deadline.shorten(None, httpx2.ReadTimeout)
        return Response(answer.status_code, answer.headers, body.content())

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def offload(self, function: Callable[[], T]) -> T:
        """Return the result of a function that reads or writes files."""
        return function()

    async def gather(
        self,
        operations: Iterable[Callable[[], Coroutine[Any, Any, T]]],
        limit: int,
    ) -> list[T | Exception]:
        """Run operations side by side, at most ``limit`` at a time.

        Return their results in order; an exception takes the place of its result.
        """
        from concurrent.futures import ThreadPoolExecutor

        def outcome(operation: Callable[[], Coroutine[Any, Any, T]]) -> T | Exception:
            try:
                return run(operation())
            except Exception as error:
                return error

        with ThreadPoolExecutor(limit, "vodoo") as pool:
            return list(pool.map(outcome, operations))

    def lock(self) -> SyncLock:
        """Return a lock for ``async with``."""
        return SyncLock()

    async def close(self) -> None:
        """Close the connections, unless the client was given."""
        if self._given is None:
            self._http.close()


class SyncLock:
    """A lock for ``async with`` that blocks the thread.

    In a forked process it is free: its holder was a thread of the parent.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        if self._process != os.getpid():
            SyncLock.__init__(self)
        self._lock.acquire()

    async def __aexit__(self, *exception: object) -> None:
        self._lock.release()
