# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two shells: all I/O, waiting and concurrency, and nothing else."""

from __future__ import annotations

import functools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

import httpx2

from . import http_client
from .operation import (
    Command,
    Gather,
    Invoke,
    Lock,
    Offload,
    Operation,
    Pages,
    Send,
    Sleep,
)
from .wire import Response

T = TypeVar("T")


class Shell(ABC):
    """Carry out the commands of operations."""

    @abstractmethod
    def method(self, steps: Callable[..., Operation[T]], instance: object) -> Any:
        """Return the function that carries out the steps on the instance."""

    @abstractmethod
    def iterator(self, pages: Callable[..., Pages[T]], instance: object) -> Any:
        """Return the function that iterates over the pages of the instance."""

    @abstractmethod
    def lock(self) -> Lock:
        """Return a new lock."""

    @abstractmethod
    def close(self) -> Any:
        """Close all connections."""


class SyncShell(Shell):
    """Carry out operations at once, in the calling thread."""

    def __init__(
        self, options: http_client.HTTPOptions, client: httpx2.Client | None = None
    ) -> None:
        self._http = client or http_client.sync_client(options)
        self._outgoing = http_client.Outgoing(self._http, options.timeout)
        self._slots = threading.BoundedSemaphore(options.max_concurrency)

    def method(self, steps: Callable[..., Operation[T]], instance: object) -> Any:
        @functools.wraps(steps)
        def method(*args: Any, **kwargs: Any) -> T:
            return self.run(steps(instance, *args, **kwargs))

        return method

    def iterator(self, pages: Callable[..., Pages[T]], instance: object) -> Any:
        @functools.wraps(pages)
        def iterator(*args: Any, **kwargs: Any) -> Iterator[T]:
            return self._iterate(pages(instance, *args, **kwargs))

        return iterator

    def lock(self) -> Lock:
        return threading.Lock()

    def run(self, operation: Operation[T]) -> T:
        """Return the result of the operation."""
        try:
            command = next(operation)
            while True:
                try:
                    answer = self._perform(command)
                except BaseException as error:
                    command = operation.throw(error)
                else:
                    command = operation.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def close(self) -> None:
        self._http.close()

    def _perform(self, command: Command) -> Any:
        if isinstance(command, Send):
            with self._slots:
                return self._send(command)
        if isinstance(command, Sleep):
            return time.sleep(command.seconds)
        if isinstance(command, Invoke | Offload):
            return command.function()
        return self._gather(command)

    def _send(self, command: Send) -> Response:
        try:
            answer = self._http.send(self._outgoing(command.request))
            return http_client.incoming(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            failure = http_client.failure(error, command.request)
        # Outside of the except clause: the frames of httpx2 hold headers and body.
        raise failure

    def _gather(self, command: Gather) -> list[Any]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(command.limit, "vodoo") as pool:
            return list(pool.map(self._outcome, command.operations))

    def _outcome(self, operation: Operation[Any]) -> Any:
        try:
            return self.run(operation)
        except Exception as error:
            return error

    def _iterate(self, pages: Pages[T]) -> Iterator[T]:
        while page := self.run(pages.next_page()):
            yield from page


class AsyncShell(Shell):
    """Carry out operations in the running event loop."""

    def __init__(
        self, options: http_client.HTTPOptions, client: httpx2.AsyncClient | None = None
    ) -> None:
        import asyncio

        self._asyncio = asyncio
        self._http = client or http_client.async_client(options)
        self._outgoing = http_client.Outgoing(self._http, options.timeout)
        self._slots = asyncio.Semaphore(options.max_concurrency)

    def method(self, steps: Callable[..., Operation[T]], instance: object) -> Any:
        @functools.wraps(steps)
        async def method(*args: Any, **kwargs: Any) -> T:
            return await self.run(steps(instance, *args, **kwargs))

        return method

    def iterator(self, pages: Callable[..., Pages[T]], instance: object) -> Any:
        @functools.wraps(pages)
        def iterator(*args: Any, **kwargs: Any) -> AsyncIterator[T]:
            return self._iterate(pages(instance, *args, **kwargs))

        return iterator

    def lock(self) -> Lock:
        return self._asyncio.Lock()

    async def run(self, operation: Operation[T]) -> T:
        """Return the result of the operation."""
        try:
            command = next(operation)
            while True:
                try:
                    answer = await self._perform(command)
                except BaseException as error:
                    command = operation.throw(error)
                else:
                    command = operation.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    async def close(self) -> None:
        await self._http.aclose()

    async def _perform(self, command: Command) -> Any:
        if isinstance(command, Send):
            async with self._slots:
                return await self._send(command)
        if isinstance(command, Sleep):
            return await self._asyncio.sleep(command.seconds)
        if isinstance(command, Invoke):
            return await command.function()
        if isinstance(command, Offload):
            return await self._asyncio.to_thread(command.function)
        return await self._gather(command)

    async def _send(self, command: Send) -> Response:
        try:
            answer = await self._http.send(self._outgoing(command.request))
            return http_client.incoming(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            failure = http_client.failure(error, command.request)
        # Outside of the except clause: the frames of httpx2 hold headers and body.
        raise failure

    async def _gather(self, command: Gather) -> list[Any]:
        slots = self._asyncio.Semaphore(command.limit)

        async def outcome(operation: Operation[Any]) -> Any:
            async with slots:
                try:
                    return await self.run(operation)
                except Exception as error:
                    return error

        tasks = [self._asyncio.ensure_future(outcome(o)) for o in command.operations]
        try:
            return list(await self._asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()

    async def _iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        ahead = self._asyncio.ensure_future(self.run(pages.next_page()))
        try:
            while page := await ahead:
                # Read the next page while the caller works on this one.
                ahead = self._asyncio.ensure_future(self.run(pages.next_page()))
                for item in page:
                    yield item
        finally:
            ahead.cancel()
            await self._asyncio.gather(ahead, return_exceptions=True)
