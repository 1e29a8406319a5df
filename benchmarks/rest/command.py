# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure an import of contacts from a real HTTP server, whose pages hold the records.

``floor``   a loop as it is written by hand: ``requests``, a page a request, ``create``
            of its records in one call, ``write`` of the changed ones, a commit a page,
            no bindings
``suite``   ``generic.rest.adapter`` with ``_pages_hold_records``, default components
``peer``    a connector in the usual style, a job for each record, on the published OCA
            addons; with fewer of the same contacts, because the time per record counts

Each side has a process and a database. A round imports new contacts, imports them again
unchanged, and again after each tenth was changed; first contacts alone, then contacts
with one tag and one image each. Jobs are performed one after the other. Where other
programs use the machine, compare the CPU times.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.progress import note

from ..common import PEER_VARIABLE
from ..report import Figures, format_results, summarise
from ..turns import SideProcess
from .databases import ARGUMENTS, URL, SideDatabase

SIDES = ("floor", "suite", "peer")
STEPS = ("new", "unchanged", "one in ten changed")
KINDS = {False: "alone", True: "with tag and image"}
WARM_UP = 100
MAX_TIMES_FLOOR = 1.5


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if a target was missed."""
    options = parse(arguments)
    environment = Environment.current()
    names = SIDES[:2] if options.no_peer else SIDES
    with ExitStack() as stack:
        url = stack.enter_context(running_service())
        sides = {
            name: stack.enter_context(running_side(environment, name, url))
            for name in names
        }
        rounds = Rounds(sides, url, options)
        rounds.take_all()
    return report(rounds, options)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench rest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=int, default=2000, help="%(default)s")
    parser.add_argument(
        "--peer-records",
        type=int,
        default=200,
        help="how many of them the peer imports (%(default)s)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--no-peer", action="store_true", help="leave out the peer")
    parser.add_argument("--alone", action="store_true", help="no tags and images")
    parser.add_argument("--json", action="store_true", help="figures for a machine")
    options = parser.parse_args(arguments)
    if min(options.records, options.peer_records, options.rounds) < 1:
        parser.error("records and rounds are at least 1")
    return options


@contextmanager
def running_service() -> Iterator[str]:
    """Serve contacts in a process; yield the address."""
    service = SideProcess(
        "service", [sys.executable, "-m", "benchmarks.rest.service"], os.environ
    )
    try:
        yield service.process.stdout.readline().strip()
    finally:
        service.close()


@contextmanager
def running_side(
    environment: Environment, name: str, url: str
) -> Iterator[SideProcess]:
    """Start a side with a new database."""
    folder = os.environ.get(PEER_VARIABLE) or ""
    if name == "peer" and not Path(folder).is_dir():
        raise SetupError(f"{PEER_VARIABLE} names no folder: {folder!r}")
    with SideDatabase(environment, name, Path(folder)).created() as arguments:
        environ = {**os.environ, ARGUMENTS: json.dumps(arguments), URL: url}
        command = [sys.executable, "-m", "benchmarks.rest.side", name]
        side = SideProcess(name, command, environ)
        try:
            yield side
        finally:
            side.close()


class Rounds:
    """The measurements: seconds, queries and requests of each side and step."""

    def __init__(
        self, sides: dict[str, SideProcess], url: str, options: argparse.Namespace
    ) -> None:
        self._sides, self._url, self._options = sides, url, options
        self._next_id = 1
        #: ``{case: [{side: seconds of a record}]}``
        self.seconds: dict[str, list[Figures]] = defaultdict(list)
        #: the same of the CPU time
        self.cpu: dict[str, list[Figures]] = defaultdict(list)
        #: ``{case: {side: (requests, queries) of the last round}}``
        self.counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)

    def take_all(self) -> None:
        order = list(self._sides)
        kinds = [False] if self._options.alone else list(KINDS)
        for is_full in kinds:
            self._take(order, is_full, WARM_UP)
        self.seconds.clear()
        self.cpu.clear()
        for turn in range(self._options.rounds):
            for is_full in kinds:
                self._take(order, is_full, self._options.records)
            note(f"round {turn + 1} of {self._options.rounds}")
            order.append(order.pop(0))

    def _take(self, order: list[str], is_full: bool, count: int) -> None:
        """Import new contacts on each side, again, and after a change."""
        for step in STEPS:
            case = f"{step}, {KINDS[is_full]}"
            self.seconds[case].append({})
            self.cpu[case].append({})
        for name in order:
            number = min(count, self._options.peer_records if name == "peer" else count)
            for step in STEPS:
                self._take_step(name, is_full, step, number)
        self._next_id += count

    def _take_step(self, name: str, is_full: bool, step: str, count: int) -> None:
        case = f"{step}, {KINDS[is_full]}"
        self._set_state(count, is_full, is_later=step == STEPS[2])
        answer = json.loads(self._sides[name].ask(is_full))
        sent = self._set_state(count, is_full, is_later=False)
        self.counts[case][name] = (sent, answer["queries"])
        self.seconds[case][-1][name] = answer["seconds"] / count
        self.cpu[case][-1][name] = answer["cpu"] / count

    def _set_state(self, count: int, is_full: bool, is_later: bool) -> int:
        """Set which contacts exist; return the number of requests before."""
        state = {"first": self._next_id, "count": count}
        state.update(is_full=is_full, is_later=is_later)
        answer = requests.post(f"{self._url}/state", json=state, timeout=60)
        return answer.json()["requests"]


def report(rounds: Rounds, options: argparse.Namespace) -> int:
    results, cpu = (
        [summarise(case, taken[case], target=MAX_TIMES_FLOOR) for case in taken]
        for taken in (rounds.seconds, rounds.cpu)
    )
    if options.json:
        figures = {"time": results, "cpu": cpu, "counts": rounds.counts}
        print(json.dumps(figures, indent=1))
    else:
        title = f"of a record of {options.records}"
        if not options.no_peer:
            title += f" (peer: of {options.peer_records})"
        has_peer = not options.no_peer
        print(f"\n{format_results(f'rest, time {title}', results, has_peer)}")
        title = f"rest, CPU time with PostgreSQL's, {title}"
        print(f"\n{format_results(title, cpu, has_peer)}")
        print(f"\n{format_counts(rounds.counts)}")
    return 1 if any(result["met"] is False for result in results) else 0


def format_counts(counts: dict[str, dict[str, tuple[int, int]]]) -> str:
    """Return a table of the requests and queries of the last round."""
    sides = list(next(iter(counts.values())))
    lines = ["requests and queries of all records, in the last round", ""]
    head = [f"{f'{name} req.':>12}  {f'{name} SQL':>12}" for name in sides]
    width = max(map(len, counts))
    lines.append("  ".join(["case".ljust(width), *head]))
    for case, of_sides in counts.items():
        cells = [f"{of_sides[s][0]:>12}  {of_sides[s][1]:>12}" for s in sides]
        lines.append("  ".join([case.ljust(width), *cells]))
    return "\n".join(lines)
