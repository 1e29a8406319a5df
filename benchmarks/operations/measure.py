# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time the methods that the screens of operations call."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import fill

DAY = 24 * 60 * 60
BATCHES = 10
ERRORS = "connector.sync.error"


def main(env: Any, options: dict) -> None:
    """Fill the database, measure, and print the figures as JSON."""
    backends = fill.make_backends(env)
    fill.add_outcomes(env, backends, options["outcomes"], DAY)
    fill.add_errors(env, backends[0], options["errors"])
    env.cr.commit()
    with env.registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr.execute("ANALYZE")
    user = env.ref("base.user_admin")
    figures = measure(env(user=user), options["rounds"])
    print(json.dumps(figures))


def measure(env: Any, rounds: int) -> list[dict]:
    dashboard = env["connector.dashboard"]

    def figure(case: str, target: str | None, call: Callable[[], Any], n=rounds):
        return {"case": case, "target": target, **measure_call(env, call, n)}

    figures = [figure("dashboard, no sums yet", None, dashboard.get_data)]
    rollup = env["connector.sync.rollup"].sudo()
    figures.append(figure("sums of 24 hours", None, rollup._roll_up, 1))
    env.cr.commit()
    figures.append(figure("dashboard", "dashboard", dashboard.get_data))
    figures += [
        figure("errors, groups", "errors", lambda: read_groups(env)),
        figure("errors, a group of 80", "errors", lambda: read_group(env)),
        figure("retry all errors", "retry", lambda: retry_all(env), 1),
    ]
    env.cr.commit()
    return figures + list(measure_pruning(env(su=True)))


def measure_pruning(env: Any) -> Iterator[dict]:
    """Yield the longest batch of each kind of old rows, of at most ten batches."""
    fill.make_old(env)
    env.cr.commit()
    retention = env["connector.retention"]
    for name in ("_gc_history", "_gc_outcomes", "_gc_runs", "_gc_errors"):
        longest, rows = 0.0, 0
        for _ in range(BATCHES):
            start = time.perf_counter()
            done, has_more = getattr(retention, name)()
            env.cr.commit()
            longest = max(longest, time.perf_counter() - start)
            rows += done
            if not has_more:
                break
        case = f"pruning, longest batch of {name.removeprefix('_gc_')}"
        note = f"  ({rows} rows)"
        yield {"case": case, "target": "pruning", "seconds": longest, "note": note}


def measure_call(env: Any, call: Callable[[], Any], rounds: int) -> dict:
    """Return the median seconds of a call, each with an empty cache of records.

    The seconds of CPU, of this process and of its database session, are those that the
    call takes on a machine with nothing else to do.
    """
    seconds = []
    env.invalidate_all()
    cpu = cpu_seconds(env)
    for _ in range(rounds):
        env.invalidate_all()
        start = time.perf_counter()
        call()
        env.flush_all()
        seconds.append(time.perf_counter() - start)
    cpu = (cpu_seconds(env) - cpu) / rounds
    note = f"  ({cpu * 1000:.0f} ms of CPU)" if cpu > 0 else ""
    return {"seconds": statistics.median(seconds), "note": note}


def cpu_seconds(env: Any) -> float:
    """Return the CPU seconds so far; 0 if the database is on another machine."""
    env.cr.execute("SELECT pg_backend_pid()")
    path = Path(f"/proc/{env.cr.fetchone()[0]}/stat")
    if not path.exists():
        return 0.0
    fields = path.read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # in user and in system mode
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def open_errors() -> list:
    return [("state", "in", ("open", "retrying"))]


def read_groups(env: Any) -> None:
    """Read the causes, as the screen does."""
    result = env[ERRORS].web_read_group(open_errors(), ["cause_id"], ["__count"])
    causes = env["connector.sync.cause"].browse(
        [group["cause_id"][0] for group in result["groups"]]
    )
    causes.read(["summary", "fix", "error_count", "model_counts_text", "since"])


def read_group(env: Any) -> None:
    """Read the first records of a cause."""
    cause = env["connector.sync.cause"].search([], limit=1)
    names = ("record_name", "backend_name", "direction", "reason", "attempts", "state")
    env[ERRORS].web_search_read(
        [*open_errors(), ("cause_id", "=", cause.id)],
        {name: {} for name in names},
        limit=80,
    )


def retry_all(env: Any) -> None:
    """Press *Retry* with all errors selected."""
    env[ERRORS].search(open_errors()).action_retry()
