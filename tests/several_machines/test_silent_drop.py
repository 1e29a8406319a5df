# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Packets between the job runner and PostgreSQL are lost, without a reset.

The workers use PgBouncer on another machine, and go on.
"""

import json
import random
import time
import urllib.error
import urllib.request

import pytest
from fault_harness.reading import check_import, check_jobs
from machines_harness.imports import CHUNK_SIZE, count_done, run_to_end, start_import
from machines_harness.site import wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

#: with the documented settings; a busy machine is late
SOON_SECONDS = 120
LOST = "exception: sleeping"


@pytest.fixture
def ask_health():
    """Return what the health says about the runner, by the load balancer."""

    def make(site):
        call = site.world.call_target
        (settings,) = call("connector.monitoring", "create", [{}])
        action = call("connector.monitoring", "action_create_token", [settings])
        token = action["context"]["default_token"]
        request = urllib.request.Request(
            f"{site.world.target.url}/connector/health",
            headers={"Authorization": f"Bearer {token}"},
        )

        def ask():
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)["runner"]
            except urllib.error.HTTPError as error:
                assert error.code == 503, error.read()
                return json.load(error)["runner"]

        return ask

    return make


def test_the_other_runner_takes_over(
    start_site, full_source, records, seed, say, ask_health
):
    share = random.Random(f"drop {seed}").uniform(0.15, 0.6)
    with start_site(source_template=full_source) as site:
        leader = site.wait_for_leader()
        other = site.other(leader)
        runner = ask_health(site)
        wait_until(lambda: runner()["status"] == "ok", 60)
        before = start_import(site)
        enough = int(records / CHUNK_SIZE * share)
        wait_until(lambda: count_done(site) >= enough, 900, site.hosts)
        lost_before = leader.log.count(LOST)
        say(f"seed {seed}: packets dropped after {count_done(site)} jobs")
        site.network.drop(leader.machine, "db")
        dropped_at = time.monotonic()
        seen = {}

        def note(name, is_true):
            if name not in seen and is_true():
                seen[name] = time.monotonic() - dropped_at
                say(f"{name} after {seen[name]:.1f} s")
            return name in seen

        def all_noted():
            return all(
                [
                    # Before the lock is free: the runner is connected.
                    "other runner has the lock" in seen
                    or note("health: error", lambda: runner()["status"] != "ok"),
                    note(
                        "other runner has the lock", lambda: site.find_leader() is other
                    ),
                    note(
                        "first runner noticed",
                        lambda: leader.log.count(LOST) > lost_before,
                    ),
                    "other runner has the lock" in seen
                    and note("health: ok", lambda: runner()["status"] == "ok"),
                ]
            )

        wait_until(all_noted, SOON_SECONDS, site.hosts)
        run_to_end(site)
        say(f"all done {time.monotonic() - dropped_at:.1f} s after the drop")
        site.network.deliver(leader.machine, "db")
        time.sleep(15)
        assert site.find_leader() is other
        assert runner()["status"] == "ok"
        verdict = check_import(site.world, before)
        verdict.other += check_jobs(site.world)
    say(f"checked {records} records: {verdict}")
    assert verdict.problems == []
