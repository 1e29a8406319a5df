# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A worker that performs the jobs of one backend, as the runner starts them."""

import time

import psycopg2

from odoo.addons.queue_job.controllers.main import RunJobController


def next_job(env, backend_id):
    """Take the next job that is due, as the runner does; return its uuid."""
    env.cr.execute(
        "UPDATE queue_job SET state = 'enqueued', date_enqueued = now() WHERE id = ("
        " SELECT id FROM queue_job WHERE state = 'pending'"
        " AND sync_backend_model = 'test.export.backend' AND sync_backend_id = %s"
        " AND (eta IS NULL OR eta <= clock_timestamp() AT TIME ZONE 'UTC')"
        " ORDER BY priority, date_created, id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ") RETURNING uuid",
        (backend_id,),
    )
    found = env.cr.fetchone()
    env.cr.commit()
    env.invalidate_all()
    return found and found[0]


def count_unfinished(env, backend_id):
    env.cr.execute(
        "SELECT count(*) FROM queue_job WHERE sync_backend_id = %s"
        " AND sync_backend_model = 'test.export.backend'"
        " AND state NOT IN ('done', 'failed', 'cancelled')",
        (backend_id,),
    )
    (count,) = env.cr.fetchone()
    env.cr.commit()
    return count


def perform_next(env, backend_id):
    """Perform the next job that is due; return how many were performed."""
    try:
        uuid = next_job(env, backend_id)
    except psycopg2.OperationalError:  # another worker took it
        env.cr.rollback()
        return 0
    if uuid is None:
        time.sleep(0.1)
        return 0
    job = RunJobController._acquire_job(env, uuid)
    RunJobController._runjob(env, job)
    env.cr.commit()
    return 1
