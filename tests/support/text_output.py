# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Output of the demo and the benchmarks: a bar, a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence


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
