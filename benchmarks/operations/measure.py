# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time the methods that the screens of operations call."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from . import fill

DAY = 24 * 60 * 60
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
        return {"case": case, "target": target, "seconds": median_time(env, call, n)}

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
    return figures


def median_time(env: Any, call: Callable[[], Any], rounds: int) -> float:
    """Return the median seconds of a call, each with an empty cache of records."""
    seconds = []
    for _ in range(rounds):
        env.invalidate_all()
        start = time.perf_counter()
        call()
        env.flush_all()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


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
