# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure libs/vodoo against a bare httpx2 loop and against other clients.

All sides call the same Odoo, in processes of their own that take turns round by round;
ratios are taken within a round, and their median is reported. The other clients
(odoorpc, odooly and the documented vodoo) live in a virtual environment of their own,
made on the first run; ``--no-peers`` leaves them out.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.client_peers import PEERS, ensure_peers
from benchmarks.client_sides import CONCURRENCY, CONCURRENT_CALLS, CREATES, FIRST_CALLS

CLONE = Path(__file__).resolve().parent.parent
SIDES_PROGRAM = Path(__file__).with_name("client_sides.py")
SIDES = ("floor", "ours", "ours-web", "odoorpc", "odooly", "vodoo 4.3.2")
IMPORT_TARGET_MS = 50


class Process:
    """A side's process, as the run sees it."""

    def __init__(self, name: str, python: str, server: dict[str, str]) -> None:
        environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
        if name in PEERS:
            environ.pop("PYTHONPATH", None)
        else:
            environ["PYTHONPATH"] = source_path()
        self.name = name
        self.process = subprocess.Popen(
            [python, SIDES_PROGRAM, name, json.dumps(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        )

    def measure(self, measure: str, wire: str) -> float:
        assert self.process.stdin and self.process.stdout
        print(measure, wire, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"The side {self.name!r} ended: see its error above.")
        return float(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class Run:
    """Measure, print, and remember whether a target was missed."""

    def __init__(self, processes: dict[str, Process], rounds: int) -> None:
        self.processes = processes
        self.rounds = rounds
        self.missed = False

    def compare(
        self,
        title: str,
        measure: str,
        wire: str,
        sides: Iterable[str],
        *,
        rounds: int | None = None,
        target: float | None = None,
        unit: float = 1e3,
    ) -> None:
        """Print a measure of several sides as multiples of the first one's."""
        names = [name for name in sides if name in self.processes]
        self.report(
            title,
            names,
            lambda name: self.processes[name].measure(measure, wire),
            rounds or self.rounds,
            target,
            unit,
        )

    def report(
        self,
        title: str,
        names: list[str],
        take: Callable[[str], float],
        rounds: int,
        target: float | None,
        unit: float = 1e3,
    ) -> None:
        figures: dict[str, list[float]] = {name: [] for name in names}
        order = list(names)
        for turn in range(rounds + 1):
            for name in order:
                figure = take(name)
                if turn:  # the first round warms up
                    figures[name].append(figure)
            order.append(order.pop(0))
        print(f"\n{title}")
        base = figures[names[0]]
        for name in names:
            ratio = statistics.median(
                own / floor for own, floor in zip(figures[name], base, strict=True)
            )
            verdict = ""
            if name == "ours" and target is not None:
                verdict = f"  target <= {target:g}"
                if ratio > target:
                    self.missed = True
                    verdict += "  MISSED"
            median = statistics.median(figures[name]) * unit
            print(f"  {name:12} {median:9.3f} ms  x {ratio:6.3f}{verdict}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(arguments)
    sys.path[:0] = [str(CLONE / "libs/vodoo/tests"), str(CLONE / "libs/vodoo/src")]
    from vodoo_support.odoo_server import running_odoo

    peers = None if options.no_peers else ensure_peers()
    with running_odoo() as odoo:
        server = {
            "url": odoo.url,
            "database": odoo.database,
            "password": odoo.password,
            "key": odoo.api_key(),
        }
        processes = {
            name: Process(name, peers if name in PEERS else sys.executable, server)
            for name in SIDES
            if name not in PEERS or peers
        }
        try:
            return run(Run(processes, options.rounds), peers)
        finally:
            for process in processes.values():
                process.close()


def run(run: Run, peers: str | None) -> int:
    """Measure everything; return 1 if a target was missed."""
    on_json2 = ("floor", "ours", "vodoo 4.3.2")
    on_legacy = ("floor", "ours", "ours-web", "odoorpc", "odooly", "vodoo 4.3.2")
    run.compare("CPU of a small call, JSON-2", "cpu", "json2", on_json2, target=1.15)
    run.compare("CPU of a small call, legacy", "cpu", "legacy", on_legacy, target=1.15)
    run.compare("Time of a small call, JSON-2", "wall", "json2", on_json2)
    run.compare("Time of a small call, legacy and session", "wall", "legacy", on_legacy)
    run.compare(
        f"{CONCURRENT_CALLS} small calls at concurrency {CONCURRENCY}, JSON-2",
        "concurrent",
        "json2",
        on_json2,
        rounds=max(3, run.rounds // 2),
        target=1.05,
    )
    run.compare(
        f"{FIRST_CALLS} concurrent first calls, legacy (published: one login each)",
        "first_calls",
        "legacy",
        ("ours", "vodoo 4.3.2"),
        rounds=3,
    )
    measures = {"one by one": "create_one_by_one", "ours": "create_many"}
    run.report(
        f"A record of {CREATES} by create_many, beside create",
        list(measures),
        lambda name: run.processes["ours"].measure(measures[name], "json2"),
        3,
        target=1 / 20,
    )
    imports = {"httpx2": (sys.executable, "httpx2"), "ours": (sys.executable, "vodoo")}
    if peers:
        imports["vodoo 4.3.2"] = (peers, "vodoo")
    run.report(
        "Import",
        list(imports),
        lambda name: import_seconds(*imports[name]),
        run.rounds,
        None,
    )
    beyond_ms = 1e3 * statistics.median(
        import_seconds(*imports["ours"]) - import_seconds(*imports["httpx2"])
        for _ in range(run.rounds)
    )
    missed = beyond_ms > IMPORT_TARGET_MS
    verdict = "  MISSED" if missed else ""
    print(f"  beyond httpx2 {beyond_ms:7.1f} ms  target <= {IMPORT_TARGET_MS}{verdict}")
    return 1 if run.missed or missed else 0


def import_seconds(python: str, module: str) -> float:
    """Return how long a fresh interpreter takes to import a module."""
    script = (
        "import time; started = time.perf_counter(); "
        f"import {module}; print(time.perf_counter() - started)"
    )
    environ = {**os.environ, "PYTHONPATH": source_path()}
    if python != sys.executable:
        environ.pop("PYTHONPATH")
    done = subprocess.run(
        [python, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def source_path() -> str:
    own = str(CLONE / "libs" / "vodoo" / "src")
    return os.pathsep.join(filter(None, [own, os.environ.get("PYTHONPATH")]))


if __name__ == "__main__":
    sys.exit(main())
