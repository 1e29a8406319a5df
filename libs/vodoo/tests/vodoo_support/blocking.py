# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Use an async client as if it were sync, so that one suite tests both."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any


class Blocking:
    """Run the awaitables of the wrapped object in an event loop."""

    def __init__(self, wrapped: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._wrapped = wrapped
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        if name == "uid":
            return self._loop.run_until_complete(self._wrapped.get_uid())
        return self._unwrapped(getattr(self._wrapped, name))

    def _unwrapped(self, value: Any) -> Any:
        if inspect.isasyncgen(value):
            return self._iterate(value)
        if inspect.isawaitable(value):
            return self._unwrapped(self._loop.run_until_complete(value))
        if type(value).__module__.startswith("vodoo.namespaces") and hasattr(
            value, "client" if not hasattr(value, "timer") else "timer"
        ):
            return Blocking(value, self._loop)
        if callable(value) and not isinstance(value, type):
            return lambda *args, **kwargs: self._unwrapped(value(*args, **kwargs))
        return value

    def _iterate(self, iterator: Any) -> Any:
        try:
            while True:
                try:
                    yield self._loop.run_until_complete(iterator.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self._loop.run_until_complete(iterator.aclose())
