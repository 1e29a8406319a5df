# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods written once as generators, called directly or awaited.

A generator yields what has to be done (a :class:`Command`) and is sent the answer;
it does no I/O. Decorated with :class:`operation`, it is an ordinary method on a
client that belongs to a sync shell, and an awaitable one on an async client::

    class Client(Bound[Mode]):
        @operation
        def greet(self, name: str) -> Operation[str]:
            response = yield Send(Request("GET", f"https://example.com/{name}"))
            return response.content.decode()

Looked up on the class it is the generator function itself, for operations that are
made of others: ``greeting = yield from Client.greet(client, "Ada")``.
"""

from __future__ import annotations

import functools
from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Sequence,
)
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    NamedTuple,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from .wire import Request

if TYPE_CHECKING:
    from .shell import Shell

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")
Mode = TypeVar("Mode")


class Send(NamedTuple):
    """Send the request; answered by the Response or an error."""

    request: Request


class Sleep(NamedTuple):
    """Wait."""

    seconds: float


class Invoke(NamedTuple):
    """Call a function of the shell's own kind, awaiting it in the async one."""

    function: Callable[[], Any]


class Gather(NamedTuple):
    """Carry out operations at once, at most ``limit`` at a time.

    Answered by their results in order; an exception stands in for its result.
    """

    operations: Sequence[Operation[Any]]
    limit: int


class Offload(NamedTuple):
    """Call a function that blocks (files), in the async shell in another thread."""

    function: Callable[[], Any]


Command: TypeAlias = "Send | Sleep | Invoke | Gather | Offload"
Operation: TypeAlias = Generator[Command, Any, T]


class Lock(Protocol):
    """Stand for the lock of either shell."""

    def acquire(self) -> Any: ...

    def release(self) -> None: ...


class Sync:
    """Mark what returns results at once."""


class Async:
    """Mark what returns awaitables."""


class Bound(Generic[Mode]):
    """Belong to a shell, which carries out the operations."""

    shell: Shell


class operation(Generic[P, T]):
    """Turn a generator function into a method, sync or async as its object is."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Operation[T]]) -> None:
        self.steps = steps
        functools.update_wrapper(cast(Any, self), steps)

    @overload
    def __get__(
        self, instance: None, owner: type
    ) -> Callable[Concatenate[Any, P], Operation[T]]: ...

    @overload
    def __get__(self, instance: Bound[Sync], owner: type) -> Callable[P, T]: ...

    @overload
    def __get__(
        self, instance: Bound[Async], owner: type
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self.steps
        method = instance.shell.method(self.steps, instance)
        # The next look-up finds it in the instance, and does not come here.
        instance.__dict__[self.steps.__name__] = method
        return method


class Pages(Protocol[T_co]):
    """Give one page after another; an empty one is the end."""

    def next_page(self) -> Operation[Sequence[T_co]]: ...


class paged(Generic[P, T]):
    """Turn a function that returns pages into an iterator, sync or async."""

    def __init__(self, pages: Callable[Concatenate[Any, P], Pages[T]]) -> None:
        self.pages = pages
        functools.update_wrapper(cast(Any, self), pages)

    @overload
    def __get__(
        self, instance: None, owner: type
    ) -> Callable[Concatenate[Any, P], Pages[T]]: ...

    @overload
    def __get__(
        self, instance: Bound[Sync], owner: type
    ) -> Callable[P, Iterator[T]]: ...

    @overload
    def __get__(
        self, instance: Bound[Async], owner: type
    ) -> Callable[P, AsyncIterator[T]]: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self.pages
        iterator = instance.shell.iterator(self.pages, instance)
        instance.__dict__[self.pages.__name__] = iterator
        return iterator


def locked(lock: Lock, steps: Operation[T]) -> Operation[T]:
    """Carry out steps that run one at a time."""
    yield Invoke(lock.acquire)
    try:
        return (yield from steps)
    finally:
        lock.release()


__all__ = [
    "Async",
    "Bound",
    "Command",
    "Gather",
    "Invoke",
    "Lock",
    "Mode",
    "Offload",
    "Operation",
    "Pages",
    "Send",
    "Sleep",
    "Sync",
    "locked",
    "operation",
    "paged",
]
