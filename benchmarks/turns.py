# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sides in separate processes, which take turns."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class SideProcess:
    """The process of one side: it answers each line with one."""

    def __init__(
        self, name: str, command: Sequence[str | Path], environ: Mapping[str, str]
    ) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
            cwd=Path(__file__).resolve().parent.parent,
        )

    def ask(self, *words: object) -> str:
        """Return the answer to a line of words; end the run where there is none."""
        assert self.process.stdin and self.process.stdout
        answer = ""
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"The side {self.name!r} ended: see its error above.")
        return answer

    def close(self) -> None:
        """Let the process end, and wait for that."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


def take_turns(
    names: Iterable[str], take: Callable[[str], T], rounds: int
) -> list[dict[str, T]]:
    """Return what ``take`` gives for each name, round by round.

    Each round begins with another name; one round before them warms up.
    """
    order, taken = list(names), []
    for _turn in range(rounds + 1):
        taken.append({name: take(name) for name in order})
        order.append(order.pop(0))
    return taken[1:]
