# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure the screens of operations in a large database.

A copy of a database with connector_odoo is filled by SQL: a million outcomes of the
last 24 hours, failed jobs, and open errors of five causes. Then the methods that the
screens call are timed in one process: the time of the server, without HTTP and the
browser.

``dashboard``       ``connector.dashboard.get_data()``, before and after the sums of
                    outcomes were made (``connector.sync.rollup``)
``errors``          the groups of the errors screen, and the records of one group
``retry``           the click that retries all errors
``pruning``         the longest batch of each kind that retention deletes
"""

from __future__ import annotations

import argparse
import json

from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database
from devtools.odoo_server import run_in_shell
from devtools.progress import step

SCRIPT = """
import sys
sys.path.insert(0, {clone!r})
from benchmarks.operations import measure
measure.main(env, {options!r})
"""
#: seconds of the server
TARGETS = {"dashboard": 0.3, "errors": 1.0, "retry": 30.0, "pruning": 1.0}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 if a target was missed."""
    options = parse(arguments)
    environment = Environment.current()
    wanted = close_over(find_addons(environment.clone), ["connector_odoo"])
    databases = Databases(environment)
    name = databases.name("bench_operations")
    with addons_database(environment, wanted) as template:
        databases.create(name, template)
    try:
        script = SCRIPT.format(clone=str(environment.clone), options=vars(options))
        with step("fill the database and measure"):
            output = run_in_shell(environment, name, script)
    finally:
        databases.drop(name)
    return report(json.loads(output.strip().splitlines()[-1]), options)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench operations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--outcomes", type=int, default=1_000_000, help="%(default)s")
    parser.add_argument("--errors", type=int, default=10_000, help="%(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="%(default)s")
    options = parser.parse_args(arguments)
    if min(options.outcomes, options.errors, options.rounds) < 1:
        parser.error("outcomes, errors and rounds are at least 1")
    return options


def report(figures: list[dict], options: argparse.Namespace) -> int:
    """Print a line for each figure; return 1 if one misses its target."""
    print(
        f"operations, {options.outcomes} outcomes of 24 hours, {options.errors} open "
        f"errors (medians of {options.rounds} rounds)\n"
    )
    missed = False
    width = max(len(figure["case"]) for figure in figures)
    for figure in figures:
        target = TARGETS[figure["target"]] if figure["target"] else None
        is_missed = target is not None and figure["seconds"] > target
        missed |= is_missed
        shown = "" if target is None else f"  <= {target * 1000:.0f} ms"
        print(
            f"{figure['case']:<{width}}  {figure['seconds'] * 1000:>8.1f} ms{shown}"
            f"{' MISSED' if is_missed else ''}{figure.get('note', '')}"
        )
    return int(missed)
