# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A host dies in the middle of an import: the other one continues.

All processes are killed, which closes their connections, or the machine loses its
power, which closes none.
"""

import random
import time

import pytest
from fault_harness.reading import SETTLED, DatabaseReader, check_import, check_jobs
from machines_harness.site import wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

CHUNK_SIZE = 25
#: seconds without any progress after which the test fails
STUCK_SECONDS = 200


def start_import(site, **values):
    """Make a backend that imports in small chunks, and search."""
    world = site.world
    before = DatabaseReader(world, world.target.database).last_ids()
    backend_id = world.make_backend(chunk_size=CHUNK_SIZE, **values)
    world.call_target("odoo.backend", "import_changes", [backend_id])
    return before


def count_done(site):
    return site.query("SELECT count(*) FROM queue_job WHERE state = 'done'")[0][0]


def running_jobs(site):
    rows = site.query(
        "SELECT uuid FROM queue_job WHERE state IN ('enqueued', 'started')"
    )
    return [uuid for (uuid,) in rows]


def count_open(site, uuids=None):
    """Return how many jobs are not settled, of these or of all."""
    return site.query(
        "SELECT count(*) FROM queue_job WHERE state != ALL(%s) "
        "AND (%s::text[] IS NULL OR uuid = ANY(%s))",
        (list(SETTLED), uuids, uuids),
    )[0][0]


def run_to_end(site):
    seen, changed_at = None, time.monotonic()
    while is_open := count_open(site):
        done = count_done(site), is_open
        if done != seen:
            seen, changed_at = done, time.monotonic()
        assert time.monotonic() - changed_at < STUCK_SECONDS, site.query(
            "SELECT state, count(*) FROM queue_job GROUP BY state"
        )
        for host in site.hosts:
            host.check_alive()
        time.sleep(0.2)


@pytest.mark.parametrize("way", ["kill", "lose_power"])
def test_the_other_host_continues(start_site, full_source, records, seed, say, way):
    chance = random.Random(f"{way} {seed}")
    moment = chance.uniform(0.15, 0.75)
    with start_site(source_template=full_source) as site:
        leader = site.wait_for_leader()
        other = site.other(leader)
        before = start_import(site)
        started_at = time.monotonic()
        enough = int(records / CHUNK_SIZE * moment)
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
