# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fill a database with outcomes, failed jobs and errors, by SQL.

The first error of each cause, with its job, is made as a failing job makes it. The
others are copies of it that differ in their external id.
"""

from __future__ import annotations

import time
from typing import Any

MODELS = ("odoo.res.partner", "odoo.product.template", "odoo.product.product")
BACKENDS = 5
RUNS = 20_000
CAUSES = 5
#: the id of the record that copies replace
FIRST_ID = 770000000


def make_backends(env: Any) -> Any:
    """Return active backends with a schedule."""
    env["odoo.backend"].search([]).unlink()
    backends = env["odoo.backend"].create(
        [
            {
                "name": f"Backend {number}",
                "url": "http://127.0.0.1:9",
                "database": "none",
                "login": "none",
                "user_id": env.ref("base.user_admin").id,
            }
            for number in range(BACKENDS)
        ]
    )
    backends.write({"state": "production", "import_interval_minutes": 15})
    return backends


def add_outcomes(env: Any, backends: Any, count: int, seconds: int) -> None:
    """Add outcomes with times in the last seconds, of runs of all backends."""
    env.cr.execute(
        """
        INSERT INTO connector_sync_run (
            backend_model, backend_id, model_name, direction, searched, found_count,
            create_date
        )
        SELECT 'odoo.backend', (%(backends)s::int[])[1 + number %% %(backend_count)s],
               (%(models)s::text[])[1 + number %% 3],
               CASE WHEN number %% 2 = 0 THEN 'import' ELSE 'export' END, true, 100,
               now() at time zone 'UTC'
        FROM generate_series(1, %(runs)s) AS number
        """,
        {
            "backends": backends.ids,
            "backend_count": len(backends),
            "models": list(MODELS),
            "runs": RUNS,
        },
    )
    env.cr.execute(
        """
        INSERT INTO connector_sync_outcome (
            run_id, created, updated, unchanged, removed, skipped, failed,
            started_at, finished_at
        )
        SELECT run.first + number %% %(runs)s,
               number %% 3, number %% 5, number %% 7, 0, 0,
               CASE WHEN number %% 50 = 0 THEN 1 ELSE 0 END,
               %(now)s - %(seconds)s * (1 - number::float / %(count)s) - 1,
               %(now)s - %(seconds)s * (1 - number::float / %(count)s)
        FROM generate_series(1, %(count)s) AS number,
             (SELECT min(id) AS first FROM connector_sync_run) AS run
        """,
        {"runs": RUNS, "now": time.time(), "seconds": seconds, "count": count},
    )


def make_old(env: Any) -> None:
    """Make half of the runs and all errors old, and add an old history."""
    env.cr.execute(
        "UPDATE connector_sync_run SET create_date = now() - interval '400 days'"
        " WHERE id % 2 = 0"
    )
    env.cr.execute(
        "UPDATE connector_sync_error SET state = 'resolved',"
        " resolved_at = now() - interval '400 days'"
    )
    env.cr.execute(
        """
        INSERT INTO connector_sync_change (
            at, run_id, backend_model, backend_id, model_name, direction, outcome,
            external_id, record_name, changes
        )
        SELECT now() - interval '400 days', run.id, run.backend_model, run.backend_id,
               run.model_name, run.direction, 'updated', number::text, 'A product',
               '{"name": ["Old", "New"], "list_price": [1, 2]}'
        FROM connector_sync_run run, generate_series(1, 5) AS number
        """
    )
    env.invalidate_all()


def add_errors(env: Any, backend: Any, count: int) -> None:
    """Add failed jobs and their open errors, of a few causes."""
    for cause in range(CAUSES):
        first = FIRST_ID + cause
        model = env[MODELS[cause % len(MODELS)]]
        uuid = model.with_delay().import_record(backend, str(first)).uuid
        job = env["queue.job"].search([("uuid", "=", uuid)])
        job.write(
            {
                "state": "failed",
                "exc_name": "odoo.exceptions.UserError",
                "exc_message": f"Setting {'ABCDE'[cause]} is missing in the company.",
            }
        )
        env.flush_all()
        copies = {"first": str(first), "count": count // CAUSES - 1}
        ids = {**copies, "base": (cause + 1) * 1_000_000}
        copy_row(env, "queue_job", job.id, ids, ("sync_subject", "args", "func_string"))
        error = env["connector.sync.error"].search([("job_uuid", "=", uuid)])
        copy_row(env, "connector_sync_error", error.id, ids, ("subject", "external_id"))
    env.invalidate_all()


def copy_row(
    env: Any, table: str, row_id: int, ids: dict, replaced: tuple[str, ...]
) -> None:
    """Copy a row many times; the external id in some columns differs."""
    env.cr.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name != 'id'",
        [table],
    )
    columns, values = [], []
    for name, kind in env.cr.fetchall():
        columns.append(f'"{name}"')
        if name == "uuid":
            values.append("gen_random_uuid()::text")
        elif name in replaced:
            replacement = "(%(base)s + number)::text"
            values.append(f'replace("{name}"::text, %(first)s, {replacement})::{kind}')
        elif name == "identity_key":
            values.append("NULL")
        else:
            values.append(f'"{name}"')
    env.cr.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {table}, generate_series(1, %(count)s) AS number WHERE id = %(id)s",
        {**ids, "id": row_id},
    )
