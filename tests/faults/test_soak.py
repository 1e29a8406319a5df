# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Steady edits in both databases, for the minutes of --soak."""

import pytest
from fault_harness.soak import soak
from fault_harness.world import running_world

MINUTES = 30
PARTNERS = 400

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600 * 3)]


def test_memory_connections_and_queue_stay_flat(cluster, seed, request, soak_report):
    minutes = request.config.getoption("--soak", default=None) or MINUTES
    with running_world(cluster) as world:
        found = soak(world, minutes, PARTNERS, seed)
    soak_report(found)
    assert found.verdict.problems == []
    assert found.memory_growth < 0.10
    assert found.last_connections <= found.first_connections + 4
    assert found.stuck_runs == []
