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
        self._lock = threading.RLock()
        self._unfinished: str | None = None

    def begin(self, title: str, estimated_seconds: int = 0) -> None:
        estimate = f" (about {estimated_seconds} s)" if estimated_seconds else ""
        self.note(f"{title}{estimate} ... ", unfinished=title)

    def end(self, title: str, outcome: str) -> None:
        with self._lock:
            if self._unfinished == title:
                print(outcome, flush=True)
                self._unfinished = None
            else:
                self.note(f"{title}: {outcome}")

    def note(self, text: str, unfinished: str | None = None) -> None:
        """Print a line, or the beginning of the line of an unfinished step."""
        with self._lock:
            if self._unfinished is not None:
                print()
            print(f"  {text}", end="" if unfinished else "\n", flush=True)
            self._unfinished = unfinished


_steps = Steps()
note = _steps.note


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


def wait_for_interrupt(check: Callable[[], None]) -> None:
    """Return after Ctrl-C; until then, call `check` now and then."""
    sys.stdout.flush()
    try:
        while True:
            check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\n  ending")
