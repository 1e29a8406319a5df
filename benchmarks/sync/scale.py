# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time and memory of the import of this suite, from few records to many."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress

import psutil
from text_output import format_table

from .sides import Side

SAMPLE_SECONDS = 0.1
#: how much more than with the fewest records is still flat, and linear
MAX_MEMORY_GROWTH = 1.25
MAX_TIME_GROWTH = 1.25


def measure_scale(side: Side, first: int, counts: Sequence[int]) -> int:
    """Import more and more new records; return 1 if time or memory grow with them."""
    rows, figures = [], []
    with closing(side):
        side.start()
        side.take(0, counts[0])  # the first job loads what all need
        for count in counts:
            with highest_memory(side) as peak:
                seconds = side.take(first, count) / count
            with highest_memory(side) as peak_again:
                seconds_again = side.take(first, count) / count
            first += count
            megabytes, megabytes_again = peak[0] / 1e6, peak_again[0] / 1e6
            figures.append((seconds, megabytes))
            rows.append(
                [
                    f"{count}",
                    f"{1 / seconds:.0f}",
                    f"{megabytes:.0f} MB",
                    f"{1 / seconds_again:.0f}",
                    f"{megabytes_again:.0f} MB",
                ]
            )
    head = ["records", "new/s", "worker", "unchanged/s", "worker"]
    print("\nsync, this suite: records/s and the peak memory of the largest worker\n")
    print(format_table(head, rows))
    (seconds, megabytes), (last_seconds, last_megabytes) = figures[0], figures[-1]
    time_growth, memory_growth = last_seconds / seconds, last_megabytes / megabytes
    print(
        f"\n{counts[-1]} against {counts[0]} records: time of a record"
        f" x {time_growth:.2f} (target <= {MAX_TIME_GROWTH}), memory"
        f" x {memory_growth:.2f} (target <= {MAX_MEMORY_GROWTH})"
    )
    return int(time_growth > MAX_TIME_GROWTH or memory_growth > MAX_MEMORY_GROWTH)


@contextmanager
def highest_memory(side: Side) -> Iterator[list[int]]:
    """Give the most bytes that a process of the side's server has held in the block."""
    peak = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peak[0] = max([peak[0], *resident_bytes(side.server.pid)])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        time.sleep(2 * SAMPLE_SECONDS)
        ended.set()
        watcher.join()


def resident_bytes(pid: int) -> list[int]:
    """Return what a process and those it started hold in memory, each."""
    server = psutil.Process(pid)
    held = []
    for process in [server, *server.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            held.append(process.memory_info().rss)
    return held
