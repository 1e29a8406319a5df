# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Start an import on the machines, and follow its jobs to their end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from fault_harness.reading import SETTLED, DatabaseReader

from .site import Site

CHUNK_SIZE = 25
#: seconds without any progress after which the test fails
STUCK_SECONDS = 200


def start_import(site: Site, **values: Any) -> dict[str, int]:
    """Make a backend that imports in small chunks, and search.

    Return the highest ids before.
    """
    world = site.world
    before = DatabaseReader(world, world.target.database).last_ids()
    backend_id = world.make_backend(**{"chunk_size": CHUNK_SIZE, **values})
    world.call_target("odoo.backend", "import_changes", [backend_id])
    return before


def count_done(site: Site) -> int:
    return site.query("SELECT count(*) FROM queue_job WHERE state = 'done'")[0][0]


def running_jobs(site: Site) -> list[str]:
    rows = site.query(
        "SELECT uuid FROM queue_job WHERE state IN ('enqueued', 'started')"
    )
    return [uuid for (uuid,) in rows]


def count_open(site: Site, uuids: Sequence[str] | None = None) -> int:
    """Return how many jobs are not settled, of these or of all."""
    return site.query(
        "SELECT count(*) FROM queue_job WHERE state != ALL(%s) "
        "AND (%s::text[] IS NULL OR uuid = ANY(%s))",
        (list(SETTLED), uuids, uuids),
    )[0][0]


def run_to_end(site: Site) -> None:
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
