# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watch the jobs of queue_job until the last one is done.

They are read from the database: the target's workers are busy with the jobs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from devtools.databases import Databases
from devtools.errors import SetupError
from text_output import Bar

SETTLED = frozenset({"done", "failed", "cancelled"})
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 300


def last_job_id(databases: Databases, name: str) -> int:
    ((last_id,),) = databases.query(name, "SELECT coalesce(max(id), 0) FROM queue_job")
    return last_id


def count_states(databases: Databases, name: str, after_id: int) -> dict[str, int]:
    rows = databases.query(
        name,
        "SELECT state, count(*) FROM queue_job WHERE id > %s GROUP BY state",
        (after_id,),
    )
    return dict(rows)


def are_all_settled(states: Mapping[str, int]) -> bool:
    return bool(states) and SETTLED.issuperset(states)


def describe_states(states: Mapping[str, int]) -> str:
    shown = (f"{states[state]} {state}" for state in sorted(states) if state != "done")
    return ", ".join(shown)


def wait_for_jobs(
    databases: Databases, name: str, after_id: int, check_alive: Callable[[], None]
) -> dict[str, int]:
    """Show a bar over the jobs with an id above `after_id` until all are settled.

    :raises SetupError: when nothing happened for PATIENCE_SECONDS
    """
    bar = Bar("jobs")
    seen: dict[str, int] = {}
    changed_at = time.monotonic()
    try:
        while True:
            states = count_states(databases, name, after_id)
            settled = sum(states.get(state, 0) for state in SETTLED)
            bar.show(settled, sum(states.values()), describe_states(states))
            if are_all_settled(states):
                return states
            check_alive()
            if states != seen:
                seen, changed_at = states, time.monotonic()
            elif time.monotonic() - changed_at > PATIENCE_SECONDS:
                raise SetupError(
                    f"no job of {name} has changed its state for {PATIENCE_SECONDS} s: "
                    f"{describe_states(states) or 'there is none'}."
                )
            time.sleep(POLL_SECONDS)
    finally:
        bar.close()


def describe_failures(databases: Databases, name: str, after_id: int) -> list[str]:
    """Return a line for each job that failed."""
    rows = databases.query(
        name,
        "SELECT name, coalesce(exc_message, exc_name, '') FROM queue_job "
        "WHERE id > %s AND state = 'failed' ORDER BY id",
        (after_id,),
    )
    return [f"{title}: {message.strip()}" for title, message in rows]
