# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runners do all I/O, locking and waiting; no other module does.

An operation is written once, as ``async def``. It awaits methods of its client's
runner::

    await runner.send(request)   await runner.sleep(seconds)   async with runner.lock():

The async client awaits the operation. Its runner, ``anyio.py``, suspends it in the
running event loop, asyncio's or trio's. The sync client runs the same coroutine by
``sync.run``: the methods of its runner, ``sync.py``, block and never suspend, so one
``send(None)`` runs the coroutine to its end.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def awaited(value: Awaitable[T]) -> T: ...


@overload
async def awaited(value: T) -> T: ...


async def awaited(value: Any) -> Any:
    """Return a value, or the result of an awaitable.

    Methods that users may override return values in the sync classes, and awaitables
    in the async ones.
    """
    if hasattr(value, "__await__"):
        return await value
    return value
