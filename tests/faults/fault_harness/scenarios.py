# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scenarios: synchronizations during faults, which return their outcome."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from .acts import Acts
from .drive import act_on_due, run_to_end
from .injector import Injector
from .invariants import Verdict
from .plan import Fault
from .reading import DatabaseReader, check_export, check_import, check_jobs
from .records import edit_partners, make_partners
from .world import World

#: changes records of the target; takes and returns the ids of partners
Change = Callable[[World, list[int]], list[int]]

EDITED_ON_BOTH_SIDES = 10
#: longer than written records are read again
SETTLING_SECONDS = 8
#: edits and imports again while faults are left
MOST_ROUNDS = 8


@dataclass
class Outcome:
    """A line of the table: injected faults, and checked invariants."""

    name: str
    planned: int
    injected: dict[str, int]
    requests: int
    seconds: float
    verdict: Verdict
    failed_jobs: int = 0
    #: that were not resolved at the same time, of an import
    most_errors: int = 0

    @property
    def injected_count(self) -> int:
        return sum(self.injected.values())


@dataclass
class Scenario:
    """A name, and its faults.

    :param prepare: called with the world before the first import
    :param excused: function of the world that returns partners without an import
    :param allowed_failures: patterns of the causes of expected failures
    :param wakes_runner: let the runner look for dead jobs after seconds, not a minute
    """

    name: str
    faults: tuple[Fault, ...]
    chunk_size: int = 25
    backends: int = 1
    prepare: Callable[[World], None] | None = None
    excused: Callable[[World], set[int]] = field(default=lambda world: set())
    allowed_failures: tuple[str, ...] = ()
    wakes_runner: bool = False


def import_through(world: World, scenario: Scenario, seed: int | str) -> Outcome:
    """Import all of the source, then edits of it until every fault was made."""
    chance = random.Random(f"{scenario.name} {seed}")
    before = DatabaseReader(world, world.target.database).last_ids()
    for number in range(scenario.backends):
        world.make_backend(f"Source {number}", chunk_size=scenario.chunk_size)
    if scenario.prepare:
        scenario.prepare(world)
    injector, acts = Injector(scenario.faults), Acts(world, seed)
    world.inject(injector)
    started_at = time.monotonic()
    start_import(world)
    most_errors = run_to_end(world, injector, acts, scenario.wakes_runner)
    for turn in range(MOST_ROUNDS):
        if not injector.has_more:
            break
        edit_source(world, chance, f"{turn}")
        start_import(world)
        errors = run_to_end(world, injector, acts, scenario.wakes_runner)
        most_errors = max(most_errors, errors)
    seconds = time.monotonic() - started_at
    verdict = check_import(world, before, scenario.excused(world))
    verdict.other += check_jobs(world, scenario.allowed_failures)
    outcome = outcome_of(world, scenario, injector, seconds, verdict)
    outcome.most_errors = most_errors
    return outcome


def start_import(world: World) -> None:
    """Look for changes, as the schedule does."""
    world.insist(
        lambda: world.call_target("odoo.backend", "import_changes", world.backend_ids)
    )


def edit_source(world: World, chance: random.Random, mark: str) -> None:
    rows = world.source_query("SELECT id FROM res_partner WHERE ref LIKE 'DEMO-%%'")
    ids = sorted(record_id for (record_id,) in rows)
    world.insist(lambda: edit_partners(world.call_source, ids, chance, mark))


def export_through(
    world: World, phases: Sequence[tuple[Scenario, Change]], seed: int | str
) -> Iterator[Outcome]:
    """Change records here, phase by phase, and have each exported to its end.

    A change is given the ids of the partners that the ones before made. These are
    edited again until every fault of the phase was made.
    """
    here = DatabaseReader(world, world.target.database)
    there = DatabaseReader(world, world.source.database)
    backend_id = world.make_backend(
        "Destination", sync_partners="export", export_new=True, export_deletions=True
    )
    before_here, before_there = here.last_ids(), there.last_ids()
    ids: list[int] = []
    for scenario, change in phases:
        injector, acts = Injector(scenario.faults), Acts(world, seed)
        world.inject(injector)
        started_at = time.monotonic()
        ids = change(world, ids)
        run_to_end(world, injector, acts)
        for turn in range(MOST_ROUNDS):
            if not injector.has_more:
                break
            edit_here(world, ids, f"again {turn}")
            run_to_end(world, injector, acts)
        seconds = time.monotonic() - started_at
        verdict = check_export(world, backend_id, before_here, before_there)
        verdict.other += check_jobs(world, scenario.allowed_failures)
        yield outcome_of(world, scenario, injector, seconds, verdict)


def both_ways_through(
    world: World, scenario: Scenario, turns: int, seed: int | str
) -> Outcome:
    """Edit the same records in both databases, each in other fields, during jobs.

    Both databases must finally agree.
    """
    chance = random.Random(f"{scenario.name} {seed}")
    before = DatabaseReader(world, world.target.database).last_ids()
    world.make_backend(
        sync_partners="both", conflict_policy="remote", chunk_size=scenario.chunk_size
    )
    start_import(world)
    run_to_end(world, Injector(), Acts(world, seed))
    rows = world.target_query(
        "SELECT external_id::int, odoo_id FROM odoo_res_partner b "
        "JOIN res_partner p ON p.id = b.odoo_id WHERE p.ref LIKE 'DEMO-%%' ORDER BY 1"
    )
    injector, acts = Injector(scenario.faults), Acts(world, seed)
    world.inject(injector)
    started_at = time.monotonic()
    for turn in range(turns):
        chosen = chance.sample(rows, min(EDITED_ON_BOTH_SIDES, len(rows)))
        for there, here in chosen:
            edits = [
                (world.call_source, there, {"street2": f"there {turn}"}),
                (world.call_target, here, {"function": f"here {turn}"}),
            ]
            for call, record_id, values in chance.sample(edits, 2):
                world.insist(partial(call, "res.partner", "write", [record_id], values))
        start_import(world)
        act_on_due(injector, acts)
    run_to_end(world, injector, acts)
    # recent changes are read again when they have settled
    time.sleep(SETTLING_SECONDS)
    start_import(world)
    run_to_end(world, injector, acts)
    seconds = time.monotonic() - started_at
    verdict = check_import(world, before)
    verdict.other += check_jobs(world, scenario.allowed_failures)
    return outcome_of(world, scenario, injector, seconds, verdict)


def create_here(count: int) -> Change:
    return lambda world, ids: make_partners(world.call_target, count, first=100_000)


def edit_here(world: World, ids: list[int], mark: str = "here") -> list[int]:
    """Edit partners; again from the start where the server is killed meanwhile."""
    world.insist(
        lambda: edit_partners(world.call_target, ids, random.Random(mark), mark)
    )
    return ids


def delete_here(count: int) -> Change:
    """Delete partners that are not the company of others."""

    def delete(world: World, ids: list[int]) -> list[int]:
        rows = world.target_query(
            "SELECT id FROM res_partner WHERE id = ANY(%s) AND NOT is_company "
            "ORDER BY id LIMIT %s",
            (ids, count),
        )
        chosen = [record_id for (record_id,) in rows]
        world.call_target("res.partner", "unlink", chosen)
        return [record_id for record_id in ids if record_id not in set(chosen)]

    return delete


def add_bad_partners(world: World) -> None:
    """Add what cannot be imported: a parent out of sight, parents in a circle."""
    names = ("hidden", "child of hidden", "circle 1", "circle 2")
    hidden, child, one, other = world.call_source(
        "res.partner", "create", [{"name": n, "ref": f"BAD-{n}"} for n in names]
    )
    world.call_source("res.partner", "write", [child], {"parent_id": hidden})
    world.call_source("res.partner", "write", [one], {"parent_id": other})
    world.source_query(
        "UPDATE res_partner SET parent_id = %s WHERE id = %s", (one, other)
    )
    (model_id,) = world.call_source(
        "ir.model", "search", [("model", "=", "res.partner")]
    )
    rule = {"name": "Hidden", "model_id": model_id}
    rule["domain_force"] = "[('ref', '!=', 'BAD-hidden')]"
    world.call_source("ir.rule", "create", [rule])


def bad_partners(world: World) -> set[int]:
    rows = world.source_query("SELECT id FROM res_partner WHERE ref LIKE 'BAD-%%'")
    return {record_id for (record_id,) in rows}


def outcome_of(
    world: World,
    scenario: Scenario,
    injector: Injector,
    seconds: float,
    verdict: Verdict,
) -> Outcome:
    ((failed,),) = world.target_query(
        "SELECT count(*) FROM queue_job WHERE state = 'failed'"
    )
    return Outcome(
        scenario.name,
        injector.planned,
        {kind.value: count for kind, count in injector.injected.items()},
        injector.request_count,
        seconds,
        verdict,
        failed,
    )
