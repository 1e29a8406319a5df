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
from .http import Body

T = TypeVar("T")


def _running_loop() -> object:
    """Return the identity of the running event loop."""
    import anyio.lowlevel

    return anyio.lowlevel.current_token()


class AsyncRunner:
    """Send requests, wait and lock in the running event loop.

    Locks and connections belong to a loop and are made on first use in it: a client may
    be made outside of any loop, and used in several, one after the other.

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
        self._owner: tuple[int, object] | None = None
        self._http: httpx2.AsyncClient | None = None
        self._locks: dict[object, Any] = {}

    def _open(self, owner: tuple[int, object]) -> None:
        import anyio

        if self._owner is not None and self._given is not None:
            if self._owner[0] != owner[0]:
                raise RuntimeError(http.FORKED_WITH_GIVEN_CLIENT)
            self._is_second_loop = True
        self._owner = owner
        # The connections of another loop cannot be closed in this one.
        options = self._options.client_arguments()
        self._http = self._given or httpx2.AsyncClient(**options)
        self._outgoing = http.Outgoing(self._http, self._options.timeout)
        self._move_on_after = anyio.move_on_after
        self._slots = anyio.Semaphore(self._options.max_concurrency)
        self._locks = {}

    def _enter(self) -> None:
        owner = os.getpid(), _running_loop()
        if self._owner != owner:
            self._open(owner)

    async def send(self, request: Request) -> Response:
        self._enter()
        outgoing = self._outgoing(request)
        error: Exception = http.no_slot()
        with self._move_on_after(request.within_seconds):
            async with self._slots:
                error = http.no_answer()
                try:
                    return await self._exchange(outgoing, request)
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

    async def _exchange(self, outgoing: httpx2.Request, request: Request) -> Response:
        assert self._http is not None
        answer = await self._http.send(outgoing, stream=True, follow_redirects=False)
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

        self._enter()
        return self._locks.setdefault(key, anyio.Lock())

    async def close(self) -> None:
        """Close the connections, unless the client was given.

        Those of another event loop end with it: only there they could be closed.
        """
        if self._given is None and self._http is not None:
            if self._owner == (os.getpid(), _running_loop()):
                await self._http.aclose()


class AsyncLock:
    """A lock for ``async with``, in whichever loop is running."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def __aenter__(self) -> None:
        await self._runner.lock_of_loop(self).acquire()

    async def __aexit__(self, *exception: object) -> None:
        self._runner.lock_of_loop(self).release()
