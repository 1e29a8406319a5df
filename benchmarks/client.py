# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure libs/vodoo against a bare httpx2 loop and against other clients.

All sides call the same Odoo, in separate processes that take turns round by round;
ratios are computed within a round, and their median is reported. The other clients
(odoorpc, odooly and the documented vodoo) are in a separate virtual environment, which
is created on the first run; ``--no-peers`` excludes them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from .client_peers import PEERS, ensure_peers
from .client_sides import CONCURRENCY, CONCURRENT_CALLS, CREATES, FIRST_CALLS
from .report import Figures, median_ratio
from .turns import SideProcess, take_turns

CLONE = Path(__file__).resolve().parent.parent
SIDES_PROGRAM = Path(__file__).with_name("client_sides.py")
SIDES = ("floor", "suite", "suite-web", "odoorpc", "odooly", "vodoo 4.3.2")


class Run:
    """Measure, print, and remember whether a target was missed."""

    def __init__(self, processes: dict[str, SideProcess], rounds: int) -> None:
        self.processes = processes
        self.rounds = rounds
        self.missed = False

    def measure(self, side: str, measure: str, wire: str) -> float:
        """Return a figure of one side, taken once."""
        return float(self.processes[side].ask(measure, wire))

    def compare(
        self,
        title: str,
        measure: str,
        wire: str,
        sides: Iterable[str],
        *,
        rounds: int | None = None,
        target: float | None = None,
    ) -> None:
        """Print a measure of several sides as multiples of the first one's."""
        self.report(
            title,
            [name for name in sides if name in self.processes],
            lambda side: self.measure(side, measure, wire),
            rounds=rounds,
            target=target,
        )

    def report(
        self,
        title: str,
        names: list[str],
        take: Callable[[str], float],
        *,
        rounds: int | None = None,
        target: float | None = None,
    ) -> list[Figures]:
        """Print the results of ``take`` for each name; return them by round.

        :param target: maximum ratio of ``suite`` to the first side
        """
        taken = take_turns(names, take, rounds or self.rounds)
        print(f"\n{title}")
        for name in names:
            milliseconds = 1e3 * statistics.median(figures[name] for figures in taken)
            ratio = median_ratio(taken, name, names[0])
            verdict = ""
            if name == "suite" and target is not None:
                verdict = f"  target <= {target:g}{self._check(ratio <= target)}"
            print(f"  {name:12} {milliseconds:9.3f} ms  x {ratio:6.3f}{verdict}")
        return taken

    def compare_calls(self) -> None:
        """Compare small calls, sequential and concurrent."""
        on_json2 = ("floor", "suite", "vodoo 4.3.2")
        on_legacy = ("floor", "suite", "suite-web", "odoorpc", "odooly", "vodoo 4.3.2")
        for title, wire, sides in (
            ("JSON-2", "json2", on_json2),
            ("legacy", "legacy", on_legacy),
        ):
            call = f"of a small call, {title}"
            self.compare(f"CPU {call}", "cpu", wire, sides, target=1.05)
            self.compare(f"Time {call}", "wall", wire, sides)
        self.compare(
            f"{CONCURRENT_CALLS} small calls at concurrency {CONCURRENCY}, JSON-2",
            "concurrent",
            "json2",
            on_json2,
            rounds=max(3, self.rounds // 2),
            target=1.05,
        )
        self.compare(
            f"{FIRST_CALLS} concurrent first calls, legacy (published: one login each)",
            "first_calls",
            "legacy",
            ("suite", "vodoo 4.3.2"),
            rounds=3,
        )

    def compare_creations(self) -> None:
        """Compare creations in chunks with creations one by one."""
        measures = {"one by one": "create_one_by_one", "suite": "create_many"}
        self.report(
            f"A record of {CREATES} by create_many, beside create",
            list(measures),
            lambda name: self.measure("suite", measures[name], "json2"),
            rounds=3,
            target=1 / 50,
        )

    def compare_imports(self, peers: str | None) -> None:
        """Compare the imports of the modules, in fresh interpreters."""
        imports = {
            "httpx2": (sys.executable, "httpx2"),
            "suite": (sys.executable, "vodoo.client"),
        }
        if peers:
            imports["vodoo 4.3.2"] = (peers, "vodoo")
        self.report(
            "Import",
            list(imports),
            lambda name: import_seconds(*imports[name]),
            target=1.2,
        )

    def _check(self, met: bool) -> str:
        self.missed = self.missed or not met
        return "" if met else "  MISSED"


def main(arguments: list[str] | None = None) -> int:
    """Measure everything; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(arguments)
    sys.path[:0] = [str(CLONE / "libs/vodoo/tests"), str(CLONE / "libs/vodoo/src")]
    from vodoo_support.odoo_server import running_odoo

    peers = None if options.no_peers else ensure_peers()
    with running_odoo() as odoo, ExitStack() as stack:
        server = {
            "url": odoo.url,
            "database": odoo.database,
            "password": odoo.password,
            "key": odoo.api_key(),
        }
        processes = {}
        for name in SIDES:
            python = peers if name in PEERS else sys.executable
            if python:
                processes[name] = start(name, python, server)
                stack.callback(processes[name].close)
        run = Run(processes, options.rounds)
        run.compare_calls()
        run.compare_creations()
        run.compare_imports(peers)
    return int(run.missed)


def start(name: str, python: str, server: dict[str, str]) -> SideProcess:
    """Start the process of a side."""
    command = [python, SIDES_PROGRAM, name, json.dumps(server)]
    environ = environ_of(python)
    return SideProcess(name, command, {**environ, "PYTHONWARNINGS": "ignore"})


def import_seconds(python: str, module: str) -> float:
    """Return how long a fresh interpreter takes to import a module."""
    script = (
        "import time; started = time.perf_counter(); "
        f"import {module}; print(time.perf_counter() - started)"
    )
    done = subprocess.run(
        [python, "-c", script],
        env=environ_of(python),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def environ_of(python: str) -> dict[str, str]:
    """Return the variables of a Python; only the suite's gets this clone's library."""
    environ = dict(os.environ)
    inherited = environ.pop("PYTHONPATH", None)
    if python == sys.executable:
        own = str(CLONE / "libs" / "vodoo" / "src")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [own, inherited]))
    return environ


if __name__ == "__main__":
    sys.exit(main())
