# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sums of outcomes by quarter of an hour, so that a dashboard reads few rows.

A busy database adds a million outcomes a day. Workers only add outcomes; a scheduled
action sums up the quarters that have ended, and adds one row for each backend, model
and direction::

    connector.sync.outcome   ──────────────────────────────┬──────────► finished_at
                               summed up, never read again │ read
    connector.sync.rollup    ▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌▌┘

Everything before the end of the last quarter with a row is in the rollup, and the
outcomes after it are summed up when they are read. So the numbers are right even if the
scheduled action does not run; they are only slower. A quarter is summed up five minutes
after its end: a job adds its outcome at its end, and commits it within seconds.

A quarter, and not an hour: hours of the time zones of India or Nepal begin in between.
Failures that were corrected later (negative numbers) are not subtracted: the sums show
the failures of that time.

``sync_total.py`` adds up the same outcomes, but for counters: a total has no time, only
grows, and counts each outcome once, even one that is committed late. The sums of a
quarter are deleted after two days, and an outcome that is committed after its quarter
was summed up is missing in them.
"""

from __future__ import annotations

import time
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

QUARTER_SECONDS = 15 * 60
#: after the end of a quarter, before it is summed up
SETTLING_SECONDS = 5 * 60
#: rows are kept for this time, and longer if they have the last change of a model
KEPT_SECONDS = 48 * 60 * 60

_KEY = SQL("backend_model, backend_id, model_name, direction")


class ConnectorSyncRollup(models.Model):
    """Outcomes of one backend, model and direction in a quarter of an hour."""

    _name = "connector.sync.rollup"
    _description = "Synchronizations in a Quarter of an Hour"
    _log_access = False
    _order = "quarter desc, id desc"

    backend_model = fields.Char(required=True)
    backend_id = fields.Many2oneReference(model_field="backend_model", required=True)
    model_name = fields.Char(required=True)
    direction = fields.Selection(
        [("import", "Import"), ("export", "Export")], required=True
    )
    quarter = fields.Integer(required=True, help="Since 1970, UTC")
    changed = fields.Integer(help="Records that were created, updated or removed")
    unchanged = fields.Integer()
    skipped = fields.Integer()
    failed = fields.Integer()
    changed_at = fields.Float(help="Last change, in seconds since 1970, UTC")
    succeeded_at = fields.Float(help="Last success, in seconds since 1970, UTC")

    _quarter_uniq = models.UniqueIndex(
        "(quarter, backend_model, backend_id, model_name, direction)"
    )

    @api.model
    def _read_sums(self, since: float) -> list[dict[str, Any]]:
        """Return the sums of each backend, model, direction and hour.

        :param since: start of the first hour, in seconds since 1970, UTC. Earlier sums
            have the hour -1; only their times count.
        """
        self.flush_model()
        summed_up = self._find_end() * QUARTER_SECONDS
        return self.env.execute_query_dict(
            SQL(
                """
            SELECT %(key)s,
                   greatest(floor((quarter * %(seconds)s - %(since)s) / 3600), -1)::int
                       AS hour,
                   sum(changed)::int AS changed, sum(unchanged)::int AS unchanged,
                   sum(skipped)::int AS skipped, sum(failed)::int AS failed,
                   max(changed_at) AS changed_at, max(succeeded_at) AS succeeded_at
            FROM (
                SELECT %(key)s, quarter, changed, unchanged, skipped, failed,
                       changed_at, succeeded_at
                FROM connector_sync_rollup
                UNION ALL
                %(live)s
            ) AS part
            GROUP BY %(key)s, hour
            """,
                key=_KEY,
                seconds=QUARTER_SECONDS,
                since=since,
                live=self._sum_outcomes(SQL("finished_at >= %s", summed_up)),
            )
        )

    def _find_end(self) -> int:
        """Return the quarter after the last one that was summed up, 0 for none."""
        self.env.cr.execute("SELECT max(quarter) + 1 FROM connector_sync_rollup")
        return self.env.cr.fetchone()[0] or 0

    def _sum_outcomes(self, condition: SQL) -> SQL:
        """Return the query of the sums of the outcomes that match a condition."""
        self.env["connector.sync.outcome"].flush_model()
        return SQL(
            """
            SELECT run.backend_model, run.backend_id, run.model_name,
                   CASE WHEN run.direction IN ('export', 'deletion') THEN 'export'
                        ELSE 'import' END AS direction,
                   floor(finished_at / %(seconds)s)::int AS quarter,
                   coalesce(sum(changed), 0) AS changed,
                   coalesce(sum(unchanged), 0) AS unchanged,
                   coalesce(sum(skipped), 0) AS skipped,
                   coalesce(sum(greatest(failed, 0)), 0) AS failed,
                   max(finished_at) FILTER (WHERE changed > 0) AS changed_at,
                   max(finished_at) FILTER (WHERE coalesce(failed, 0) <= 0)
                       AS succeeded_at
            FROM connector_sync_outcome
            CROSS JOIN LATERAL (
                SELECT coalesce(created, 0) + coalesce(updated, 0)
                    + coalesce(removed, 0) AS changed
            ) AS total
            JOIN connector_sync_run run ON run.id = run_id
            WHERE %(condition)s AND run.direction != 'dry_run'
            GROUP BY 1, 2, 3, 4, 5
            """,
            seconds=QUARTER_SECONDS,
            condition=condition,
        )

    # -- the scheduled action ---------------------------------------------------

    @api.model
    def _roll_up(self) -> None:
        """Add the rows of the quarters that have ended."""
        start = self._find_end()
        end = int((time.time() - SETTLING_SECONDS) // QUARTER_SECONDS)
        if end <= start:
            return
        condition = SQL(
            "finished_at >= %s AND finished_at < %s",
            start * QUARTER_SECONDS,
            end * QUARTER_SECONDS,
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO connector_sync_rollup (
                    %s, quarter, changed, unchanged, skipped, failed, changed_at,
                    succeeded_at
                )
                %s
                ON CONFLICT DO NOTHING
                """,
                _KEY,
                self._sum_outcomes(condition),
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _gc_old(self) -> None:
        """Delete old rows; keep those with the last change or success of a model.

        The last quarter says up to where outcomes were summed up.
        """
        limit = int((time.time() - KEPT_SECONDS) // QUARTER_SECONDS)
        later = SQL(
            """
            SELECT FROM connector_sync_rollup AS later
            WHERE later.quarter > old.quarter
              AND later.backend_model = old.backend_model
              AND later.backend_id = old.backend_id
              AND later.model_name = old.model_name
              AND later.direction = old.direction
            """
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM connector_sync_rollup AS old
                WHERE quarter < %(limit)s
                  AND quarter < (SELECT max(quarter) FROM connector_sync_rollup)
                  AND (changed_at IS NULL
                       OR EXISTS (%(later)s AND later.changed_at IS NOT NULL))
                  AND (succeeded_at IS NULL
                       OR EXISTS (%(later)s AND later.succeeded_at IS NOT NULL))
                """,
                limit=limit,
                later=later,
            )
        )
        self.invalidate_model()
