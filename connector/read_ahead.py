# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read what comes next while what came is being worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_END = object()


def read_ahead(pages: Iterator[T], limit: int) -> Iterator[T]:
    """Yield from ``pages``, at most ``limit`` of which are read before their time.

    They are read in a thread, which therefore must not use the environment or its
    cursor: what it needs of them is taken before. With 0, there is no thread.
    """
    if not limit:
        yield from pages
        return
    reader = ThreadPoolExecutor(1, thread_name_prefix="read_ahead")
    try:
        waiting: deque[Future[Any]] = deque(
            reader.submit(next, pages, _END) for _ in range(limit)
        )
        while (page := waiting.popleft().result()) is not _END:
            waiting.append(reader.submit(next, pages, _END))
            yield page
    finally:
        reader.shutdown(cancel_futures=True)
