# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A host dies in the middle of an import: the other one continues.

All processes are killed, which closes their connections, or the machine loses its
power, which closes none.
"""

import random
import time

import pytest
from fault_harness.reading import check_import, check_jobs
from machines_harness.imports import (
    CHUNK_SIZE,
    count_done,
    count_open,
    run_to_end,
    running_jobs,
    start_import,
)
from machines_harness.site import wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("way", ["kill", "lose_power"])
def test_the_other_host_continues(start_site, full_source, records, seed, say, way):
    chance = random.Random(f"{way} {seed}")
    share = chance.uniform(0.15, 0.75)
    with start_site(source_template=full_source) as site:
        leader = site.wait_for_leader()
        other = site.other(leader)
        before = start_import(site)
        started_at = time.monotonic()
        enough = int(records / CHUNK_SIZE * share)
        wait_until(lambda: count_done(site) >= enough, 900, site.hosts)
        done, running = count_done(site), running_jobs(site)
        say(f"seed {seed}, {records} records, {way} after {done} jobs")
        getattr(leader, way)()
        killed_at = time.monotonic()

        def passed():
            return f"{time.monotonic() - killed_at:.1f} s"

        wait_until(lambda: site.find_leader() is other, 90, site.hosts)
        say(f"the other runner has the lock after {passed()}")
        done = count_done(site)
        wait_until(lambda: count_done(site) > done, 120, site.hosts)
        say(f"its first job is done after {passed()}")
        wait_until(lambda: not count_open(site, running), 240, site.hosts)
        say(f"{len(running)} interrupted jobs are done after {passed()}")
        run_to_end(site)
        say(f"all done after {time.monotonic() - started_at:.1f} s")
        verdict = check_import(site.world, before)
        verdict.other += check_jobs(site.world)
    say(f"checked {records} records: {verdict}")
    assert verdict.problems == []
