# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Await operations in the running event loop, asyncio's or trio's."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, TypeVar

import httpx2

from .._protocols import Request, Response
from . import http
from .body import Body

T = TypeVar("T")


def _running_loop() -> object:
    """Return the identity of the running event loop."""
    import anyio.lowlevel

    return anyio.lowlevel.current_token()


def _is_over(loop: Any) -> bool:
    """Return whether an event loop has ended."""
    token = getattr(loop, "native_token", loop)
    if hasattr(token, "is_closed"):  # of asyncio
        return bool(token.is_closed())
    try:
        token.run_sync_soon(int)
    except Exception:  # trio.RunFinishedError
        return True
    return False


class Connections:
    """The connections of an event loop, its locks and the slots of its requests."""

    def __init__(
        self, options: http.HTTPOptions, given: httpx2.AsyncClient | None
    ) -> None:
        import anyio

        self.http = given or httpx2.AsyncClient(**options.client_arguments())
        self.outgoing = http.Outgoing(self.http, options.timeout)
        self.slots = anyio.Semaphore(options.max_concurrency)
        self.move_on_after = anyio.move_on_after
        self.locks: dict[object, anyio.Lock] = {}


class AsyncRunner:
    """Send requests, wait and lock in the running event loop.

    Locks and connections belong to a loop and are made on first use in it: a client may
    be made outside of any loop, and used in several.

    :param client: the caller's client, which stays open when the runner closes
    """

    #: seconds that all calls waited between their tries
    waited_seconds: float = 0.0

    def __init__(
        self,
        options: http.HTTPOptions,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        if isinstance(client, httpx2.Client):
            raise TypeError(
                f"http_client must be an httpx2.AsyncClient, found {client!r}"
            )
        self._options = options
        self._given = client
        self._is_second_loop = False
        #: by process and event loop
        self._opened: dict[tuple[int, object], Connections] = {}

    def _connections(self) -> Connections:
        """Return the connections of the running loop."""
        owner = os.getpid(), _running_loop()
        return self._opened.get(owner) or self._open(owner)

    def _open(self, owner: tuple[int, object]) -> Connections:
        if self._opened and self._given is not None:
            if owner[0] not in {process for process, _loop in self._opened}:
                raise RuntimeError(http.FORKED_WITH_GIVEN_CLIENT)
            self._is_second_loop = True
        connections = Connections(self._options, self._given)
        # Those of a loop that has ended cannot be closed any more.
        self._opened = {
            other: opened
            for other, opened in list(self._opened.items())
            if not _is_over(other[1])
        }
        self._opened[owner] = connections
        return connections

    async def send(self, request: Request) -> Response:
        own = self._connections()
        outgoing = own.outgoing(request)
        error: Exception = http.no_slot()
        with own.move_on_after(request.within_seconds):
            async with own.slots:
                error = http.no_answer()
                try:
                    return await self._exchange(own.http, outgoing, request)
                except (httpx2.HTTPError, httpx2.InvalidURL) as raised:
                    error = raised
                except RuntimeError as raised:
                    if self._is_second_loop:  # a connection of the first one
                        raise RuntimeError(http.OTHER_LOOP) from raised
                    raise
        # Outside of the except clause: the frames of httpx2 hold headers and body.
        failure = http.failure(error, request)
        del error
        raise failure

    async def _exchange(
        self, client: httpx2.AsyncClient, outgoing: httpx2.Request, request: Request
    ) -> Response:
        answer = await client.send(outgoing, stream=True, follow_redirects=False)
        if answer.is_stream_consumed:  # made by a client for tests
            return Response(answer.status_code, answer.headers, answer.content)
        async with aclosing(answer):
            limit = self._options.max_answer_bytes
            body = Body(answer.headers, limit, request.sink)
            async for chunk in answer.aiter_raw():
                body.add(chunk)
        return Response(answer.status_code, answer.headers, body.content())

    async def sleep(self, seconds: float) -> None:
        import anyio

        await anyio.sleep(seconds)

    async def offload(self, function: Callable[[], T]) -> T:
        """Return the result of a function that reads or writes files."""
        import anyio.to_thread

        return await anyio.to_thread.run_sync(function)

    async def gather(
        self,
        operations: Iterable[Callable[[], Coroutine[Any, Any, T]]],
        limit: int,
    ) -> list[T | Exception]:
        """Run operations side by side, at most ``limit`` at a time.

        Return their results in order; an exception takes the place of its result.
        """
        import anyio

        slots = anyio.Semaphore(limit)
        results: dict[int, T | Exception] = {}

        async def carry_out(
            position: int, operation: Callable[[], Coroutine[Any, Any, T]]
        ) -> None:
            async with slots:
                try:
                    results[position] = await operation()
                except Exception as error:
                    results[position] = error

        async with anyio.create_task_group() as tasks:
            for position, operation in enumerate(operations):
                tasks.start_soon(carry_out, position, operation)
        return [results[position] for position in sorted(results)]

    async def ahead(
        self, operation: Callable[[], Coroutine[Any, Any, T]]
    ) -> AsyncGenerator[T, None]:
        """Yield results of the operation, each begun while the caller uses the last.

        trio has no task that outlives a block: there, none is begun ahead.
        """
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            while True:
                yield await operation()
        task = asyncio.ensure_future(operation())
        try:
            while True:
                result = await task
                task = asyncio.ensure_future(operation())
                yield result
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def lock(self) -> AsyncLock:
        """Return a lock for ``async with``."""
        return AsyncLock(self)

    def lock_of_loop(self, key: object) -> Any:
        """Return the lock that stands for ``key`` in the running loop."""
        import anyio

        return self._connections().locks.setdefault(key, anyio.Lock())

    async def close(self) -> None:
        """Close the connections, unless the client was given.

        Those of another event loop end with it: only there they could be closed.
        """
        opened = self._opened.get((os.getpid(), _running_loop()))
        if opened is not None and self._given is None:
            await opened.http.aclose()


class AsyncLock:
    """A lock for ``async with``, in whichever loop is running."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def __aenter__(self) -> None:
        await self._runner.lock_of_loop(self).acquire()

    async def __aexit__(self, *exception: object) -> None:
        self._runner.lock_of_loop(self).release()
