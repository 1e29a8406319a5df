# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run the jobs of a world to their end while its faults come."""

from __future__ import annotations

import time

import psycopg2

from .acts import Acts
from .injector import Injector
from .reading import SETTLED, count_errors
from .world import World

POLL_SECONDS = 0.2
#: the runner looks for dead jobs once a minute when nothing else wakes it
STUCK_SECONDS = 200
#: without progress, until `Scenario.wakes_runner` wakes it
WAKE_SECONDS = 5


class StuckError(AssertionError):
    """Jobs that nobody runs any more."""


def run_to_end(
    world: World, injector: Injector, acts: Acts, wakes_runner: bool = False
) -> int:
    """Act on due faults until every job is settled.

    Return the largest number of errors that were not resolved at the same time.

    A fault without an effect by then is left to the injector.

    :param wakes_runner: let the runner look for dead jobs after seconds
    :raises StuckError: if nothing has changed for a long time
    """
    seen: object = None
    most_errors = 0
    changed_at = woken_at = time.monotonic()
    while True:
        act_on_due(injector, acts)
        states = job_states(world)
        most_errors = max(most_errors, errors_now(world))
        if states and set(states) <= set(SETTLED):
            acts.finish()
            return most_errors
        progress = (states, injector.request_count)
        if progress != seen:
            seen, changed_at = progress, time.monotonic()
        elif (
            wakes_runner and time.monotonic() - max(changed_at, woken_at) > WAKE_SECONDS
        ):
            woken_at = time.monotonic()
            world.target_query("NOTIFY queue_job")
        elif time.monotonic() - changed_at > STUCK_SECONDS:
            raise StuckError(f"no job has moved for {STUCK_SECONDS} s: {states}")
        world.check_alive()
        time.sleep(POLL_SECONDS)


def act_on_due(injector: Injector, acts: Acts) -> None:
    """Act on each fault that is due; a fault without an effect waits."""
    later = []
    while fault := injector.next_to_act():
        if acts.act(fault):
            injector.note(fault)
        else:
            later.append(fault)
    for fault in later:
        injector.act_later(fault)


def errors_now(world: World) -> int:
    """Return how many errors are not resolved, 0 while the database is down."""
    try:
        return count_errors(world)
    except psycopg2.OperationalError:
        return 0


def job_states(world: World) -> dict[str, int]:
    while True:
        try:
            rows = world.target_query(
                "SELECT state, count(*) FROM queue_job GROUP BY state"
            )
            return dict(rows)
        except psycopg2.OperationalError:
            time.sleep(POLL_SECONDS)
