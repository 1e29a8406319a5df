# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure the sides of a case in one run: ``floor``, ``suite`` and, if given, ``peer``.

Each side runs in a separate process, so that two versions of the same addon can be
compared. The processes take turns, round by round; a ratio is computed within each
round, and the median of these ratios is reported, so that a busy machine slows all
sides equally.

A benchmark is a module::

    bench = Benchmark("benchmarks.component", "component")

    @bench.case("component(), same model", target=3)
    def same_model(side):
        work = make(side)                   # not measured
        return Run(lambda: work.component(usage="x"))

    def main(arguments=None):               # what ./dev bench calls
        bench.run(arguments)

    if __name__ == "__main__":              # one side
        main()

``side`` is ``"floor"`` (a minimal solution in plain Python), ``"suite"`` or
``"peer"``. The peer's addons are in the folder ``CONNECTOR_PEER_ADDONS``;
without it, the peer is left out.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .report import format_results, summarise
from .turns import SideProcess, take_turns

OWN_ADDONS = Path(__file__).resolve().parent.parent
PEER_VARIABLE = "CONNECTOR_PEER_ADDONS"
ROUND_SECONDS = 0.02


@dataclass
class Run:
    """Measurement of one side of a case.

    :param call: the timed function, or the function that returns the measure if the
        unit of the case is not the second
    :param operations: number of operations of one call
    :param before: called before each call, not measured; the call is then made once per
        round, and otherwise as often as necessary
    """

    call: Callable[[], object]
    operations: int = 1
    before: Callable[[], object] | None = None


@dataclass
class Case:
    """A case of a benchmark; see ``Benchmark.case``."""

    name: str
    prepare: Callable[[str], Run | None]
    target: float | None
    unit: str
    rounds: int
    against: str


class Benchmark:
    """The cases of a module, and the run over them.

    :param module: its whole name, by which each side's process runs it
    """

    def __init__(self, module: str, title: str):
        self.module = module
        self.title = title
        self.cases: list[Case] = []

    def case(
        self,
        name: str,
        *,
        target: float | None = None,
        unit: str = "s",
        rounds: int = 15,
        against: str = "floor",
    ) -> Callable:
        """Make a case of a function that takes a side and returns what to run there.

        :param target: how many times the floor it may take at most
        :param unit: "s", or what the function called returns ("B": bytes)
        :param against: the side that the target is relative to
        """

        def decorate(prepare: Callable[[str], Run | None]) -> Callable:
            self.cases.append(Case(name, prepare, target, unit, rounds, against))
            return prepare

        return decorate

    def run(self, arguments: list[str] | None = None) -> None:
        """Do what the arguments say: the run, or one side of it.

        :param arguments: those of the command line, by default
        """
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument("--side", help=argparse.SUPPRESS)
        parser.add_argument("--only", default="", help="cases whose name has this text")
        parser.add_argument("--json", action="store_true", help="figures for a machine")
        parser.add_argument(
            "--peer-addons",
            default=os.environ.get(PEER_VARIABLE),
            help=f"folder of the peer's addons (${PEER_VARIABLE})",
        )
        options = parser.parse_args(arguments)
        if options.side:
            _serve(self.cases, options.side)
            return
        results = self._run(options)
        if options.json:
            print(json.dumps(results, indent=1))
        else:
            print(format_results(self.title, results, bool(options.peer_addons)))
        if any(result["met"] is False for result in results):
            sys.exit(1)

    def _run(self, options: argparse.Namespace) -> list[dict]:
        sides = ["floor", "suite"]
        if options.peer_addons:
            if not Path(options.peer_addons).is_dir():
                sys.exit(f"{PEER_VARIABLE}: there is no folder {options.peer_addons}")
            sides.append("peer")
        processes = {
            side: _start(self.module, side, options.peer_addons) for side in sides
        }
        try:
            return [
                _measure(number, case, processes)
                for number, case in enumerate(self.cases)
                if options.only in case.name
            ]
        finally:
            for process in processes.values():
                process.close()


def _start(module: str, side: str, peer_addons: str | None) -> SideProcess:
    environ = dict(os.environ, PYTHONHASHSEED="0")
    if peer_addons:
        environ[PEER_VARIABLE] = peer_addons
    return SideProcess(side, [sys.executable, "-m", module, "--side", side], environ)


def _measure(number: int, case: Case, processes: Mapping[str, SideProcess]) -> dict:
    taken = take_turns(
        processes, lambda side: json.loads(processes[side].ask(number)), case.rounds
    )
    rounds = [
        {side: figure for side, figure in figures.items() if figure is not None}
        for figures in taken
    ]
    return summarise(case.name, rounds, case.unit, case.target, case.against)


def _serve(cases: list[Case], side: str) -> None:
    """Read numbers of cases and answer each with one measurement of this process."""
    if side != "floor":
        _put_addons_on_path(side)
    runs: dict[int, Run | None] = {}
    measures = sys.stdout
    sys.stdout = sys.stderr  # the measured code may print
    for line in sys.stdin:
        number = int(line)
        if number not in runs:
            runs[number] = cases[number].prepare(side)
        run = runs[number]
        figure = None
        if run is not None:
            figure = _take(run, cases[number].unit)
        print(json.dumps(figure), file=measures, flush=True)


def _put_addons_on_path(side: str) -> None:
    import odoo.addons

    if side == "suite":
        folder = str(OWN_ADDONS)
    else:
        folder = os.environ[PEER_VARIABLE]
        # the dependencies of the peer may be installed next to it
        sys.path.append(str(Path(folder).resolve().parent.parent))
    odoo.addons.__path__.append(folder)


def _take(run: Run, unit: str) -> float:
    if unit != "s":
        return float(run.call())  # type: ignore[arg-type]
    gc.collect()
    gc.disable()
    try:
        if run.before is not None:
            run.before()
            return _time(run.call, 1) / run.operations
        number = 1
        while True:
            seconds = _time(run.call, number)
            if seconds >= ROUND_SECONDS:
                return seconds / number / run.operations
            number = max(number * 2, int(number * ROUND_SECONDS / (seconds or 1e-9)))
    finally:
        gc.enable()


def _time(call: Callable[[], object], number: int) -> float:
    repeat = [None] * number
    start = time.perf_counter()
    for _none in repeat:
        call()
    return time.perf_counter() - start
