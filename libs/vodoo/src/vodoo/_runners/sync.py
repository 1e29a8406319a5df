# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run operations to their end in the calling thread."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import httpx2

from .._protocols import Request, Response
from . import http
from .body import Body

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


class PerProcess(Generic[T]):
    """One object for each process, which the first caller makes.

    Two processes that share a connection read each other's answers. A forked one
    keeps what it inherited: to close a connection would end the parent's TLS session.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        process = os.getpid()
        made = self._made.get(process)
        if made is None:
            # Atomic: threads that come first together get the same object.
            made = self._made.setdefault(process, self._make())
        return made


class Connections:
    """The connections of a process, and the slots of its requests."""

    def __init__(self, options: http.HTTPOptions, given: httpx2.Client | None) -> None:
        from .deadline import Deadline, bound_connections

        self.http = given or httpx2.Client(**options.client_arguments())
        self.deadline = Deadline() if given else bound_connections(self.http)
        self.outgoing = http.Outgoing(self.http, options.timeout)
        self.slots = threading.BoundedSemaphore(options.max_concurrency)


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
        self._process = os.getpid()
        self._connections = PerProcess(self._connect)
        self._connections.get()

    def _connect(self) -> Connections:
        if self._given is not None and self._process != os.getpid():
            raise RuntimeError(http.FORKED_WITH_GIVEN_CLIENT)
        return Connections(self._options, self._given)

    async def send(self, request: Request) -> Response:
        own = self._connections.get()
        outgoing = own.outgoing(request)
        own.deadline.at = time.monotonic() + request.within_seconds
        if not own.slots.acquire(timeout=request.within_seconds):
            raise http.failure(http.no_slot(), request)
        try:
            if time.monotonic() >= own.deadline.at:
                raise http.no_slot()
            answer = own.http.send(outgoing, stream=True, follow_redirects=False)
            return self._received(answer, request, own.deadline)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            failure = http.failure(error, request)
        finally:
            own.slots.release()
        # Outside of the except clause: the frames of httpx2 hold headers and body.
        raise failure

    def _received(
        self, answer: httpx2.Response, request: Request, deadline: Any
    ) -> Response:
        """Return the complete answer."""
        if answer.is_stream_consumed:  # made by a client for tests
            return Response(answer.status_code, answer.headers, answer.content)
        with closing(answer):
            limit = self._options.max_answer_bytes
            body = Body(answer.headers, limit, request.sink)
            for chunk in answer.iter_raw():
                body.add(chunk)
                if self._given is not None:  # its connections know no deadline
                    deadline.shorten(None, httpx2.ReadTimeout)
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
            self._connections.get().http.close()


class SyncLock:
    """A lock for ``async with`` that blocks the thread.

    In a forked process it is free: its holder was a thread of the parent.
    """

    def __init__(self) -> None:
        self._locks = PerProcess(threading.Lock)

    async def __aenter__(self) -> None:
        self._locks.get().acquire()

    async def __aexit__(self, *exception: object) -> None:
        self._locks.get().release()
