# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cost of one job for the runner, the workers and PostgreSQL."""

import os
import time

import pytest
from devtools.odoo_server import run_in_shell
from machines_harness.imports import run_to_end, start_import
from machines_harness.usage import count_connections, measure

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

EMPTY_JOBS = 1000
DELAY_JOBS = """
import os
for number in range(int(os.environ["JOB_COUNT"])):
    env["res.lang"].with_delay().exists()
env.cr.commit()
"""


def describe(name, used, count, seconds):
    return (
        f"{name}: {count} jobs, {count / seconds:.1f}/s, of one job: "
        f"runner {1000 * used.runner / count:.1f} ms CPU, "
        f"Odoo {1000 * used.odoo / count:.0f} ms CPU, "
        f"PostgreSQL {1000 * used.postgres / count:.0f} ms CPU, "
        f"{used.queries / count:.0f} queries, "
        f"{used.transactions / count:.1f} transactions"
    )


def count_jobs(site):
    return site.query("SELECT count(*) FROM queue_job")[0][0]


def test_cost_of_a_job(start_site, full_source, cluster, records, say):
    load = os.getloadavg()[0]
    with start_site(source_template=full_source) as site:
        site.wait_for_leader()
        say(f"load of the machine before: {load:.1f}")
        variables = {**cluster.postgres.variables, "JOB_COUNT": str(EMPTY_JOBS)}
        run_in_shell(
            cluster.environment, site.world.target.database, DELAY_JOBS, **variables
        )
        before, started_at = measure(site), time.monotonic()
        done_before = site.query("SELECT count(*) FROM queue_job WHERE state='done'")
        run_to_end(site)
        count = count_jobs(site) - done_before[0][0]
        used, seconds = measure(site).since(before), time.monotonic() - started_at
        say(describe("empty jobs", used, count, seconds))
        assert count > 0

        jobs, before, started_at = count_jobs(site), measure(site), time.monotonic()
        start_import(site)
        run_to_end(site)
        count = count_jobs(site) - jobs
        used, seconds = measure(site).since(before), time.monotonic() - started_at
        say(describe("import in chunks of 25", used, count, seconds))
        say(f"{records / seconds:.0f} records/s, {count_connections(site)} connections")
        assert used.queries > 0
