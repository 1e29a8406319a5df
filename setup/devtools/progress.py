# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Progress for the user: steps, a bar, a table."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class Steps:
    """Lines of the steps that run: one at a time, or several side by side.

    A step that runs alone has one line, which its duration completes. A step that ends
    after another one began has a second line.
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


class Bar:
    """Progress bar on a terminal; elsewhere, a line per tenth."""

    width = 30

    def __init__(self, title: str, stream=None):
        self.title = title
        self.stream = stream or sys.stdout
        self.is_terminal = self.stream.isatty()
        self._last_shown: object = None

    def show(self, done: int, total: int, remark: str = "") -> None:
        share = done / total if total else 0.0
        shown = (done, total, remark) if self.is_terminal else int(share * 10)
        if shown == self._last_shown:
            return
        self._last_shown = shown
        filled = int(share * self.width)
        line = (
            f"  {self.title} [{'#' * filled}{'.' * (self.width - filled)}] "
            f"{done}/{total} {remark}"
        ).rstrip()
        if self.is_terminal:
            self.stream.write(f"\r\x1b[K{line}")
        else:
            self.stream.write(f"{line}\n")
        self.stream.flush()

    def close(self) -> None:
        if self.is_terminal and self._last_shown is not None:
            self.stream.write("\n")
            self.stream.flush()


def format_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Align the first column left and all others right."""
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def format_line(cells: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join([first, *others]).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([format_line(lines[0]), rule, *map(format_line, lines[1:])])
