# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure an import of partners from another Odoo, through real jobs.

The source is a real Odoo on the same machine. Three others import its partners, each
with a job runner and two workers, one after the other, round by round:

``floor``   a plain ORM create in batches of a thousand, of given values
``suite``   connector_odoo, as the button *Import all* does it
``peer``    a connector in the usual style, a job for each record, on the published OCA
            addons; with fewer of the same partners, because the time per record counts

A round imports new partners, and imports them again, unchanged. Times are per record,
from the call that enqueues to the end of the last job.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import vodoo
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.odoo_server import OdooServer
from devtools.progress import note
from two_odoos.databases import SourceDatabase
from two_odoos.scenario import connect

from ..common import PEER_VARIABLE
from ..report import Figures, format_results, summarise
from .scale import measure_scale
from .sides import CONNECTOR, Floor, Peer, Side, SuiteSide
from .source import BATCH, ensure_partners

WARM_UP = 200
NEW, AGAIN = "import of new partners", "import again, unchanged"
MAX_TIMES_FLOOR = 1.6
MIN_TIMES_PEER = {NEW: 10, AGAIN: 15}
SCALE = (1000, 10_000, 50_000)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if a target was missed."""
    options = parse(arguments)
    environment = Environment.current()
    source = SourceDatabase(environment, "bench_sync_source", [CONNECTOR])
    first = BATCH  # the partners before it are for warming up
    wanted = first + options.rounds * options.records
    if options.long:
        wanted = max(wanted, first + sum(SCALE))
    with running_source(environment, source, wanted) as client:
        if options.long:
            return measure_scale(SuiteSide(environment, client), first, SCALE)
        sides = make_sides(environment, client, options)
        with running(sides):
            figures = measure(sides, options, first)
    return report(figures, options)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench sync",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--records",
        type=int,
        default=5000,
        help="new partners of a round (%(default)s)",
    )
    parser.add_argument(
        "--peer-records",
        type=int,
        default=300,
        help="how many of them the peer imports (%(default)s)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--no-peer", action="store_true", help="leave out the peer")
    parser.add_argument(
        "--long",
        action="store_true",
        help="instead, measure time and the memory of a worker from "
        f"{SCALE[0]} to {SCALE[-1]} records, this suite only",
    )
    parser.add_argument("--json", action="store_true", help="figures for a machine")
    options = parser.parse_args(arguments)
    if min(options.records, options.peer_records, options.rounds) < 1:
        parser.error("records and rounds are at least 1")
    if options.records % BATCH:
        parser.error(f"--records is a multiple of {BATCH}: got {options.records}")
    return options


@contextmanager
def running_source(
    environment: Environment, source: SourceDatabase, wanted: int
) -> Iterator[vodoo.OdooClient]:
    """Serve an Odoo that has so many partners."""
    source.ensure()
    ensure_partners(environment, source, wanted)
    key = source.ensure_key()
    with OdooServer(environment, source.name) as server:
        with connect(server, key) as client:
            client.get_uid()
            yield client


def make_sides(
    environment: Environment, client: vodoo.OdooClient, options: argparse.Namespace
) -> list[Side]:
    sides: list[Side] = [Floor(environment, client), SuiteSide(environment, client)]
    if not options.no_peer:
        folder = os.environ.get(PEER_VARIABLE)
        if not folder or not Path(folder).is_dir():
            raise SetupError(f"{PEER_VARIABLE} names no folder: {folder!r}")
        sides.append(Peer(environment, client, Path(folder)))
    return sides


@contextmanager
def running(sides: list[Side]) -> Iterator[None]:
    """Start each side with a new database and a running server."""
    with ExitStack() as stack:
        for side in sides:
            stack.callback(side.close)
            side.start()
        yield


def measure(
    sides: list[Side], options: argparse.Namespace, first: int
) -> dict[str, list[Figures]]:
    """Return ``{case: [{side: seconds of a record}]}``, an entry a round."""
    for side in sides:
        side.take(0, WARM_UP)
        if side.name != "floor":
            side.take(0, WARM_UP)
    rounds: dict[str, list[Figures]] = defaultdict(list)
    order = list(sides)
    for turn in range(options.rounds):
        start = first + turn * options.records
        new, again = {}, {}
        for side in order:
            count = options.records
            if side.name == "peer":
                count = min(count, options.peer_records)
            new[side.name] = side.take(start, count) / count
            arrived = side.count_partners(start, count)
            if arrived != count:
                raise SetupError(f"{side.name}: {arrived} of {count} partners arrived")
            if side.name != "floor":
                again[side.name] = side.take(start, count) / count
        rounds[NEW].append(new)
        rounds[AGAIN].append(again)
        shown = ", ".join(f"{name} {1 / new[name]:.0f}/s" for name in sorted(new))
        note(f"round {turn + 1}: {shown}")
        order.append(order.pop(0))
    return rounds


def report(rounds: dict[str, list[Figures]], options: argparse.Namespace) -> int:
    results = [summarise(NEW, rounds[NEW], target=MAX_TIMES_FLOOR)]
    if not options.no_peer:
        results += [
            summarise(case, rounds[case], target=1 / times, against="peer")
            for case, times in MIN_TIMES_PEER.items()
        ]
    if options.json:
        print(json.dumps(results, indent=1))
    else:
        title = f"sync, time of a record of {options.records}"
        if not options.no_peer:
            title += f" (peer: of {options.peer_records})"
        print(f"\n{format_results(title, results, not options.no_peer)}")
    return 1 if any(result["met"] is False for result in results) else 0
