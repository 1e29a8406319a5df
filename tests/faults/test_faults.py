# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The short form: an import and an export through a little of everything."""

import pytest
from fault_harness.plan import LOST_ANSWERS, NETWORK, Kind, plan_faults
from fault_harness.records import make_partners
from fault_harness.scenarios import (
    Scenario,
    create_here,
    export_through,
    import_through,
)
from fault_harness.world import running_world

IMPORTED, EXPORTED = 200, 40


@pytest.fixture(scope="module")
def world(cluster):
    with running_world(cluster) as world:
        yield world


def test_import_loses_nothing(world, seed, report):
    kinds = (*NETWORK, Kind.KILL_WORKER, Kind.KILL_RUNNER)
    faults = plan_faults(seed, kinds, len(kinds), horizon=50)
    make_partners(world.call_source, IMPORTED)
    scenario = Scenario("short import", faults, wakes_runner=True)
    report(import_through(world, scenario, seed))


# connector/tests/test_bulk_failures.py and test_idempotency_keys.py have lost answers
@pytest.mark.long
def test_export_makes_nothing_twice(world, seed, report):
    faults = plan_faults(seed, LOST_ANSWERS, 8, horizon=60, methods=("create", "load"))
    phase = Scenario("short export", faults), create_here(EXPORTED)
    for outcome in export_through(world, [phase], seed):
        report(outcome)
