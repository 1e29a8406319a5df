# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read the next pages while a page is processed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from .jobs.job_logging import log_in_thread, log_values

T = TypeVar("T")

_END = object()


def read_ahead(pages: Iterator[T], limit: int) -> Iterator[T]:
    """Yield from ``pages``, and read up to ``limit`` of them ahead.

    They are read in a thread: ``pages`` must not use the environment or its cursor.

    :param limit: with 0, there is no thread
    """
    if not limit:
        yield from pages
        return
    reader = ThreadPoolExecutor(
        1,
        thread_name_prefix="read_ahead",
        initializer=log_in_thread,
        initargs=(log_values(),),
    )
    try:
        waiting: deque[Future[Any]] = deque(
            reader.submit(next, pages, _END) for _ in range(limit)
        )
        while (page := waiting.popleft().result()) is not _END:
            waiting.append(reader.submit(next, pages, _END))
            yield page
    finally:
        reader.shutdown(cancel_futures=True)
