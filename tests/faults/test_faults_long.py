# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The long form: 2,000 records a scenario, more than 200 faults in all."""

import pytest
from fault_harness.plan import LOST_ANSWERS, NETWORK, Fault, Kind, plan_faults
from fault_harness.records import make_partners
from fault_harness.scenarios import (
    Scenario,
    add_bad_partners,
    bad_partners,
    both_ways_through,
    create_here,
    delete_here,
    edit_here,
    export_through,
    import_through,
)
from fault_harness.world import running_world

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

#: requests of an import of 2,000 records, about
IMPORT = 320
#: of the source that is down for longer than a worker waits
OUTAGE_RECORDS, OUTAGE_SECONDS = 200, 30.0
#: edits of ten records on both sides
TURNS = 30
#: name → kinds of faults, how many, among how many requests, more
IMPORTS = {
    "network": (NETWORK, 44, IMPORT, {}),
    "workers killed": ((Kind.KILL_WORKER,), 16, IMPORT, {}),
    "runner and server killed": (
        (Kind.KILL_RUNNER, Kind.KILL_RUNNER, Kind.KILL_TARGET),
        9,
        IMPORT,
        {},
    ),
    "PostgreSQL restarted": (
        (Kind.RESTART_POSTGRES, Kind.CRASH_POSTGRES),
        6,
        IMPORT,
        {},
    ),
    "remote killed and down": ((Kind.KILL_SOURCE, Kind.DOWN), 10, IMPORT, {}),
    "deadlocks, serialization failures": ((Kind.RIVAL,), 20, 3 * IMPORT, {}),
    "two backends, two schedulers": (
        (Kind.SCHEDULERS, Kind.DELAY, Kind.CUT_AFTER, Kind.STATUS_503),
        20,
        2 * IMPORT,
        {"backends": 2},
    ),
    "four workers, shared parents": (
        (Kind.KILL_WORKER, Kind.RIVAL, Kind.CUT_AFTER, Kind.DELAY),
        20,
        IMPORT,
        {"workers": 4},
    ),
    "deleted, hidden, in a circle": (
        (Kind.DELETE_REMOTE,),
        16,
        IMPORT // 2,
        {
            "prepare": add_bad_partners,
            "excused": bad_partners,
            "allowed_failures": ("Nothing is bound to", "circle"),
        },
    ),
    "addon upgraded": ((Kind.UPGRADE, Kind.CUT_AFTER, Kind.DELAY), 9, IMPORT, {}),
}


@pytest.fixture(scope="module")
def full_source(cluster, records):
    """A source with all the records, to be copied."""
    with running_world(cluster) as world:
        make_partners(world.call_source, records)
        name = world.source.database
        world.source.stop()
        yield name


@pytest.mark.parametrize("name", IMPORTS)
def test_import_loses_nothing(cluster, full_source, seed, report, name):
    kinds, count, horizon, more = IMPORTS[name]
    workers = more.get("workers", 2)
    faults = plan_faults(f"{name} {seed}", kinds, count, horizon)
    more = {key: value for key, value in more.items() if key != "workers"}
    scenario = Scenario(f"import: {name}", faults, **more)
    with running_world(cluster, workers, full_source) as world:
        report(import_through(world, scenario, seed))


def test_an_outage_is_one_error_while_it_lasts(cluster, seed, report):
    """Longer than the retries of a worker: every job fails for the same reason."""
    faults = (Fault(8, Kind.DOWN, OUTAGE_SECONDS),)
    with running_world(cluster) as world:
        make_partners(world.call_source, OUTAGE_RECORDS)
        outcome = import_through(world, Scenario("import: outage", faults), seed)
    report(outcome)
    assert outcome.most_errors == 1


def test_both_databases_finally_agree(cluster, full_source, seed, report):
    kinds = (Kind.DELAY, Kind.CUT_AFTER, Kind.KILL_WORKER, Kind.STATUS_503)
    faults = plan_faults(f"both {seed}", kinds, 12, 2 * IMPORT)
    scenario = Scenario("both ways: concurrent edits in both databases", faults)
    with running_world(cluster, source_template=full_source) as world:
        report(both_ways_through(world, scenario, TURNS, seed))


def test_export_makes_nothing_twice(cluster, seed, records, report):
    kills = (Kind.KILL_WORKER, Kind.KILL_RUNNER, Kind.CRASH_POSTGRES, Kind.KILL_TARGET)
    creations = ("create", "load")

    def plan(name, kinds, count, horizon, methods=()):
        return plan_faults(f"{name} {seed}", kinds, count, horizon, methods)

    phases = [
        (
            Scenario(
                "export: create, answers lost",
                plan("create", LOST_ANSWERS, 40, 2 * records, creations),
            ),
            create_here(records),
        ),
        (
            Scenario(
                "export: write, answers lost", plan("write", LOST_ANSWERS, 20, records)
            ),
            edit_here,
        ),
        (
            Scenario(
                "export: unlink, answers lost",
                plan("unlink", LOST_ANSWERS, 20, records // 4, ("unlink",)),
            ),
            delete_here(records // 2),
        ),
        (
            Scenario("export: processes killed", plan("kill", kills, 8, records)),
            edit_here,
        ),
    ]
    with running_world(cluster) as world:
        for outcome in export_through(world, phases, seed):
            report(outcome)
