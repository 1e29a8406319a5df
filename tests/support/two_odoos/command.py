# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev demo [--records N] [--source SERIES] [--fresh] [--serve]"""

from __future__ import annotations

import argparse

from devtools.environment import Environment
from devtools.postgres import running_postgres
from devtools.progress import note, step, wait_for_interrupt

from .databases import LOGIN, PASSWORD, SourceDatabase, TargetDatabase
from .odoo_14 import ensure_odoo_14
from .report import explain_skipped, find_problems, format_runs
from .scenario import WORKERS, Scenario, running_scenario
from .source_records import ensure_extra_partners

SHOWN_DIFFERENCES = 20


def main(environment: Environment, arguments: list[str]) -> int:
    options = make_parser().parse_args(arguments)
    source, target = choose_databases(environment, options.source)
    print(
        "Import contacts, products and sale orders of one Odoo into another by jobs,\n"
        "then export edits of them."
    )
    with running_postgres(environment):
        if options.fresh:
            source.drop()
            target.drop()
        scenarios = running_scenario(
            environment,
            source,
            target,
            for_people=options.serve,
            workers=WORKERS if options.records else 0,
        )
        with scenarios as scenario:
            if options.records:
                with step(f"{options.records} more contacts in the source"):
                    ensure_extra_partners(scenario.source.client, options.records)
            code = import_and_compare(scenario) or edit_and_compare(scenario)
            if options.serve:
                serve(scenario)
            return code


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev demo",
        description="Import contacts, products and sale orders of one Odoo into "
        "another by jobs, and compare both databases. Then edit some records in the "
        "target, export them, and compare again. Both databases are kept: the next "
        "run finds all records unchanged, except those that you edit in the source.",
    )
    parser.add_argument(
        "--records",
        type=record_count,
        default=0,
        metavar="N",
        help="create N contacts in the source, in addition to Odoo's demo data",
    )
    parser.add_argument(
        "--source",
        choices=("14", "19"),
        default="19",
        metavar="SERIES",
        help="which Odoo to import from: 14 or 19 (default: 19)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start with two new databases"
    )
    parser.add_argument(
        "--serve", action="store_true", help="leave both servers running until Ctrl-C"
    )
    return parser


def record_count(word: str) -> int:
    """Return the number that an argument of ``--records`` names."""
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{word!r} is not a number of contacts, such as 20000"
        )
    return int(word)


def choose_databases(
    environment: Environment, series: str
) -> tuple[SourceDatabase, TargetDatabase]:
    """Return the two databases; each series of the source has a separate target."""
    if series == "14":
        return (
            SourceDatabase(ensure_odoo_14(environment), "demo_source_14"),
            TargetDatabase(environment, "demo_target_14"),
        )
    return SourceDatabase(environment), TargetDatabase(environment)


def import_and_compare(scenario: Scenario) -> int:
    note(f"connection: {scenario.check_connection()}")
    result = scenario.import_now()
    print(f"\n{format_runs(result.runs)}\n")
    explanation = explain_skipped(result.runs)
    if explanation:
        print(explanation)
    problems = find_problems(result.runs, result.failures)
    return compare(scenario, "the target equals the source", problems)


def edit_and_compare(scenario: Scenario) -> int:
    result = scenario.edit_here()
    print(f"\nchanged in the target: {', '.join(result.edits)}")
    print(f"exported by {result.job_count} jobs within {result.seconds:.0f} s")
    problems = [f"job failed: {failure}" for failure in result.failures]
    return compare(scenario, "the source equals the target", problems)


def compare(scenario: Scenario, claim: str, problems: list[str]) -> int:
    """Compare both databases value by value, print the problems, return the code."""
    value_count, differences = scenario.compare()
    problems = problems + [f"differs: {difference}" for difference in differences]
    for problem in problems[:SHOWN_DIFFERENCES]:
        print(f"  {problem}")
    if len(problems) > SHOWN_DIFFERENCES:
        print(f"  ... and {len(problems) - SHOWN_DIFFERENCES} more")
    verdict = f"{len(problems)} problems" if problems else "no difference"
    print(f"{claim}: {value_count} values compared, {verdict}", flush=True)
    return 1 if problems else 0


def serve(scenario: Scenario) -> None:
    print("\nBoth servers run until Ctrl-C:")
    for title, party in (("source", scenario.source), ("target", scenario.target)):
        print(
            f"  {title}  {party.server.url}  login {LOGIN}, password {PASSWORD}\n"
            f"          log: {party.server.log_path}"
        )
    wait_for_interrupt(scenario.check_alive)
