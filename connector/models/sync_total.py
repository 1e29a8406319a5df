# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Totals of all outcomes, which only grow, for counters of monitoring systems.

The dashboard needs the same numbers by time: these are in ``sync_rollup.py``.

::

    connector.sync.outcome   a row for each job, deleted after some days
            │ _add_up: each row is added once, and marked
            ▼
    connector.sync.total     a row for each backend, model and direction

A job only adds its outcome: it neither waits for another job nor makes a query for the
totals. A scheduled action adds them up, and so does each reading, some of them.
Sequence numbers do not follow the order of commits, so each outcome is marked, instead
of remembering the last one. Outcomes that are taken back, because a job runs again,
remain in the totals: a counter that decreases would be taken for a restart.
"""

from __future__ import annotations

import time

from psycopg2 import errors

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..database import pg_try_advisory_lock
from ..outcome import Outcome

#: outcomes that are added together
BATCH = 2000
#: and when totals are read; the seconds for which batches are added then
READ_BATCH, READ_SECONDS = 500, 0.02
_NUMBERS = (*Outcome, "jobs", "seconds")
#: mark outcomes, and add them to the totals
_ADD = """
    WITH found AS (
        SELECT id FROM connector_sync_outcome
        WHERE is_in_totals IS NOT TRUE AND id > %(after_id)s
        ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), added AS (
        UPDATE connector_sync_outcome AS outcome SET is_in_totals = true
        FROM found WHERE outcome.id = found.id RETURNING outcome.*
    ), total AS (
        INSERT INTO connector_sync_total AS total (
            backend_model, backend_id, model_name, direction, company_id,
            %(columns)s, last_success_at
        )
        SELECT backend_model, backend_id, model_name, direction,
               max(company_id), %(sums)s,
               to_timestamp(max(finished_at) FILTER (
                   WHERE greatest(created, updated, unchanged, removed) > 0
               )) AT TIME ZONE 'UTC'
        FROM added JOIN connector_sync_run AS run ON run.id = added.run_id
        GROUP BY backend_model, backend_id, model_name, direction
        ON CONFLICT (backend_model, backend_id, model_name, direction)
        DO UPDATE SET %(updates)s, last_success_at = greatest(
            total.last_success_at, excluded.last_success_at
        )
    )
    SELECT count(*), max(id) FROM added
"""


class ConnectorSyncOutcome(models.Model):
    _inherit = "connector.sync.outcome"

    is_in_totals = fields.Boolean(readonly=True)

    _not_in_totals_index = models.Index("(id) WHERE is_in_totals IS NOT TRUE")


class ConnectorSyncTotal(models.Model):
    """All outcomes of one model, backend and direction since the installation."""

    _name = "connector.sync.total"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Total"
    _log_access = False

    direction = fields.Char(required=True, readonly=True)
    # floats: an integer ends at 2³¹
    created = fields.Float(digits=0, readonly=True)
    updated = fields.Float(digits=0, readonly=True)
    unchanged = fields.Float(digits=0, readonly=True)
    removed = fields.Float(digits=0, readonly=True)
    skipped = fields.Float(digits=0, readonly=True)
    failed = fields.Float(digits=0, readonly=True)
    jobs = fields.Float(digits=0, readonly=True)
    seconds = fields.Float(digits=0, readonly=True)
    last_success_at = fields.Datetime(readonly=True)

    _subject_uniq = models.UniqueIndex(
        "(backend_model, backend_id, model_name, direction)", "This total exists."
    )

    @api.model
    def _add_up(self, limit: int = BATCH, seconds: float = 0) -> int:
        """Add outcomes that are not in the totals yet; return their number.

        :param seconds: for which batches are added; at least one is
        """
        end, total, last = time.monotonic() + seconds, 0, 0
        if not pg_try_advisory_lock(self.env, "connector totals"):
            return 0
        try:
            with self.env.cr.savepoint():
                while True:
                    added, last = self._add_batch(limit, last)
                    total += added
                    if added < limit or time.monotonic() >= end:
                        break
        except errors.SerializationFailure:
            return 0  # another transaction has just added them
        finally:
            self.invalidate_model()
        return total

    @api.model
    def _add_batch(self, limit: int, after_id: int) -> tuple[int, int]:
        """Add some outcomes in one statement; return their number and the last id."""
        columns = [SQL.identifier(name) for name in _NUMBERS]
        rows = self.env.execute_query(
            SQL(
                _ADD,
                limit=limit,
                after_id=after_id,
                columns=SQL(", ").join(columns),
                sums=SQL(", ").join(map(_sum, _NUMBERS)),
                updates=SQL(", ").join(
                    SQL("%s = total.%s + excluded.%s", each, each, each)
                    for each in columns
                ),
            )
        )
        return rows[0]

    @api.model
    def _read_totals(self) -> models.BaseModel:
        """Return the totals, with the outcomes of the last jobs."""
        self.env["connector.sync.outcome"].flush_model()
        self._add_up(READ_BATCH, READ_SECONDS)
        return self.search(Domain.TRUE)


def _sum(name: str) -> SQL:
    if name == "jobs":
        return SQL("count(*)")
    if name == "seconds":
        return SQL("coalesce(sum(greatest(finished_at - started_at, 0)), 0)")
    # a failure that is taken back is negative
    return SQL("coalesce(sum(greatest(%s, 0)), 0)", SQL.identifier(name))
