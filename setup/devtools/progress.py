# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Progress for the user: lines of steps."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Steps:
    """Lines of the steps that run, each completed by its duration.

    A step that ends after another one began has a second line.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unfinished: str | None = None

    def begin(self, title: str, estimated_seconds: int = 0) -> None:
        estimate = f" (about {estimated_seconds} s)" if estimated_seconds else ""
        with self._lock:
            self._end_line()
            print(f"  {title}{estimate} ... ", end="", flush=True)
            self._unfinished = title

    def end(self, title: str, outcome: str) -> None:
        with self._lock:
            if self._unfinished == title:
                print(outcome, flush=True)
                self._unfinished = None
            else:
                self._end_line()
                print(f"  {title}: {outcome}", flush=True)

    def note(self, text: str) -> None:
        with self._lock:
            self._end_line()
            print(f"  {text}", flush=True)

    def _end_line(self) -> None:
        if self._unfinished is not None:
            print(flush=True)
            self._unfinished = None


_steps = Steps()


@contextmanager
def step(title: str, estimated_seconds: int = 0) -> Iterator[None]:
    """Print the title of a step, and its duration after its end.

    :param estimated_seconds: printed with the title; for steps of more than 20 seconds
    """
    _steps.begin(title, estimated_seconds)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        _steps.end(title, "failed")
        raise
    _steps.end(title, f"{time.monotonic() - started:.0f} s")


def note(text: str) -> None:
    _steps.note(text)


def wait_for_interrupt(check: Callable[[], None]) -> None:
    """Return after Ctrl-C; until then, call `check` now and then."""
    sys.stdout.flush()
    try:
        while True:
            check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\n  ending")
