# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let two Odoos work for a while, and watch memory, connections and queue."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from statistics import mean
from typing import Any

import psutil

from .acts import Acts
from .drive import run_to_end
from .injector import Injector
from .invariants import Verdict
from .reading import DatabaseReader, check_import, check_jobs
from .records import edit_partners, make_partners
from .scenarios import start_import
from .world import World

EDITS_AT_ONCE = 5
SECONDS_BETWEEN_EDITS = 3.0
EDITS_BETWEEN_IMPORTS = 5


@dataclass(frozen=True)
class Sample:
    """State of the target at one time."""

    seconds: float
    memory_megabytes: float
    connections: int
    pending_jobs: int


@dataclass
class Soaked:
    """Result of a soak."""

    minutes: float
    samples: list[Sample]
    edits: int
    jobs: int
    verdict: Verdict
    stuck_runs: list[dict]

    def _mean(self, part: list[Sample], name: str) -> float:
        return mean(getattr(sample, name) for sample in part)

    @property
    def parts(self) -> tuple[list[Sample], list[Sample]]:
        """Return the second and the last quarter: the first one warms up."""
        quarter = max(1, len(self.samples) // 4)
        return self.samples[quarter : 2 * quarter], self.samples[-quarter:]

    @property
    def memory_growth(self) -> float:
        """Return by which share the memory grew from the one to the other."""
        before, after = (self._mean(part, "memory_megabytes") for part in self.parts)
        return after / before - 1

    @property
    def first_connections(self) -> float:
        return self._mean(self.parts[0], "connections")

    @property
    def last_connections(self) -> float:
        return self._mean(self.parts[1], "connections")

    def describe(self) -> dict[str, Any]:
        return {
            "scenario": "soak",
            "minutes": self.minutes,
            "edits": self.edits,
            "jobs": self.jobs,
            "memory_megabytes": [
                round(self._mean(part, "memory_megabytes")) for part in self.parts
            ],
            "connections": [
                round(self.first_connections, 1),
                round(self.last_connections, 1),
            ],
            "most_pending_jobs": max(sample.pending_jobs for sample in self.samples),
            "records": self.verdict.records,
            "values": self.verdict.values,
            "problems": len(self.verdict.problems),
        }


def soak(world: World, minutes: float, partners: int, seed: int | str) -> Soaked:
    """Edit one half of the partners there, the other here, and keep both in step."""
    chance = random.Random(f"soak {seed}")
    acts, injector = Acts(world, seed), Injector()
    world.inject(injector)
    before = DatabaseReader(world, world.target.database).last_ids()
    ids_there = sorted(make_partners(world.call_source, partners))
    world.make_backend(sync_partners="both", conflict_policy="newest")
    start_import(world)
    run_to_end(world, injector, acts)
    edited_there = ids_there[::2]
    edited_here = find_imported(world, ids_there[1::2])
    samples, edits = [], 0
    started_at = time.monotonic()
    while time.monotonic() - started_at < 60 * minutes:
        mark = str(edits)
        for call, ids in (
            (world.call_source, edited_there),
            (world.call_target, edited_here),
        ):
            chosen = chance.sample(ids, min(EDITS_AT_ONCE, len(ids)))
            edit_partners(call, chosen, chance, mark)
        if edits % EDITS_BETWEEN_IMPORTS == 0:
            start_import(world)
        edits += 1
        samples.append(take_sample(world, time.monotonic() - started_at))
        time.sleep(SECONDS_BETWEEN_EDITS)
    run_to_end(world, injector, acts)
    start_import(world)
    run_to_end(world, injector, acts)
    samples.append(take_sample(world, time.monotonic() - started_at))
    verdict = check_import(world, before)
    verdict.other += check_jobs(world)
    ((jobs,),) = world.target_query("SELECT count(*) FROM queue_job")
    edited = 2 * EDITS_AT_ONCE * edits
    return Soaked(minutes, samples, edited, jobs, verdict, find_stuck_runs(world))


def find_imported(world: World, ids_there: list[int]) -> list[int]:
    """Return the ids here of partners of the source."""
    rows = world.target_query(
        "SELECT odoo_id FROM odoo_res_partner WHERE external_id::int = ANY(%s)",
        (ids_there,),
    )
    return [record_id for (record_id,) in rows]


def find_stuck_runs(world: World) -> list[dict]:
    """Return the runs whose screens do not say that they are done."""
    fields = ["state", "pending_job_count", "is_live"]
    runs = world.call_target("connector.sync.run", "search_read", [], fields=fields)
    return [run for run in runs if run["state"] != "done" or run["pending_job_count"]]


def take_sample(world: World, seconds: float) -> Sample:
    """Measure what is held by the workers alone: memory that they do not share."""
    server = psutil.Process(world.target.pid)
    used = 0
    for child in server.children(recursive=True):
        try:
            used += child.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    ((connections,),) = world.postgres.query(
        "postgres",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s",
        (world.target.database,),
    )
    ((pending,),) = world.target_query(
        "SELECT count(*) FROM queue_job "
        "WHERE state NOT IN ('done', 'failed', 'cancelled')"
    )
    return Sample(seconds, used / 2**20, connections, pending)
