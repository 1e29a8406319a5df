# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delete rows that are older than the retention settings of the backends.

Each ``_gc_…`` method deletes at most ``_batch`` rows of one backend, and says whether
more are left. Odoo's autovacuum commits after each call, and calls it again until
nothing is left or its time is over; the next day it continues.

====================  ===================  ==========================================
setting               table                what happens
====================  ===================  ==========================================
keep_history_days     sync.change          deleted
keep_outcomes_days    sync.outcome         the rows of a run become one, with its sums
keep_runs_days        sync.run, batch      deleted, with their outcomes
keep_events_days      webhook.event        deleted, except those that wait
keep_payloads_days    kept.records         deleted; values of resolved errors cleared
keep_errors_days      sync.error           resolved ones are deleted
====================  ===================  ==========================================

0 days: forever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: scheduled searches that found nothing are deleted after this time
EMPTY_BATCH = timedelta(days=2)

Prune = Callable[[models.BaseModel, datetime], int]

#: replace outcomes of a run by their sum; overlapping times of jobs count once
_SUM = """
    WITH old AS (
        DELETE FROM connector_sync_outcome WHERE id IN (
            SELECT id FROM connector_sync_outcome
            WHERE run_id = %(run)s AND is_in_totals
            ORDER BY id LIMIT %(batch)s
        )
        RETURNING *
    ), spans AS (
        SELECT *, MAX(finished_at) OVER (
            ORDER BY started_at, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS busy_until FROM old
    )
    INSERT INTO connector_sync_outcome (
        run_id, is_in_totals, created, updated, unchanged, removed, skipped, failed,
        started_at, finished_at
    )
    SELECT run_id, TRUE, SUM(created), SUM(updated), SUM(unchanged), SUM(removed),
        SUM(skipped), SUM(failed), MIN(started_at),
        MIN(started_at) + SUM(GREATEST(
            finished_at - GREATEST(started_at, busy_until), 0
        ))
    FROM spans GROUP BY run_id
"""
#: note that a run has at most one outcome left
_NOTE_SUMMED = """
    UPDATE connector_sync_run SET is_summed = TRUE WHERE id = %(run)s AND 2 > (
        SELECT COUNT(*) FROM (
            SELECT FROM connector_sync_outcome WHERE run_id = %(run)s LIMIT 2
        ) AS left_rows
    )
"""


class ConnectorRetention(models.AbstractModel):
    """Deletion of old rows, in batches."""

    _name = "connector.retention"
    _description = "Retention of Synchronization Data"

    #: rows that one transaction deletes
    _batch = 2000

    @api.autovacuum
    def _gc_history(self) -> tuple[int, bool]:
        """Delete old history."""
        return self._prune("keep_history_days", self._delete_history)

    @api.autovacuum
    def _gc_outcomes(self) -> tuple[int, bool]:
        """Replace the outcomes of the jobs of old runs by their sums."""
        return self._prune("keep_outcomes_days", self._sum_outcomes)

    @api.autovacuum
    def _gc_runs(self) -> tuple[int, bool]:
        """Delete old runs, with their outcomes."""
        return self._prune("keep_runs_days", self._delete_runs)

    @api.autovacuum
    def _gc_events(self) -> tuple[int, bool]:
        """Delete old webhook events, except those that wait."""
        return self._prune("keep_events_days", self._delete_events)

    @api.autovacuum
    def _gc_payloads(self) -> tuple[int, bool]:
        """Delete records that jobs have read, and clear values of resolved errors."""
        return self._prune("keep_payloads_days", self._delete_payloads)

    @api.autovacuum
    def _gc_errors(self) -> tuple[int, bool]:
        """Delete errors that were resolved long ago."""
        return self._prune("keep_errors_days", self._delete_errors)

    # -- one batch ----------------------------------------------------------------

    def _prune(self, setting: str, prune: Prune) -> tuple[int, bool]:
        """Prune a batch of the first backend that has old rows.

        :return: the number of rows, and whether more may be left
        """
        now = fields.Datetime.now()
        for backend in self._find_backends():
            days = self._days_of(backend, setting)
            done = prune(backend, now - timedelta(days=days)) if days > 0 else 0
            if done:
                return done, True
        return 0, False

    def _days_of(self, backend: models.BaseModel, setting: str) -> int:
        """Return a setting of a backend, the default if it has no settings."""
        if setting in backend._fields:
            return backend[setting]
        field = self.env["connector.backend.mixin"]._fields[setting]
        return field.default(self.env["connector.backend.mixin"])

    def _find_backends(self) -> Iterator[models.BaseModel]:
        """Yield the backends of all models, archived ones too."""
        names = self.pool.descendants(["connector.backend"], "_inherit")
        for name in sorted(names):
            model = self.env[name]
            if model._auto and not model._abstract:
                yield from model.sudo().with_context(active_test=False).search([])

    def _run(self, query: SQL) -> int:
        """Run a statement, and return the number of its rows."""
        self.env.flush_all()
        self.env.cr.execute(SQL("%s", query))
        self.env.invalidate_all()
        return self.env.cr.rowcount

    def _of(self, backend: models.BaseModel) -> SQL:
        return SQL("backend_id = %s AND backend_model = %s", backend.id, backend._name)

    def _delete_history(self, backend: models.BaseModel, before: datetime) -> int:
        return self._run(
            SQL(
                """
                DELETE FROM connector_sync_change WHERE id IN (
                    SELECT id FROM connector_sync_change
                    WHERE %s AND at < %s ORDER BY at LIMIT %s
                )
                """,
                self._of(backend),
                before,
                self._batch,
            )
        )

    def _find_runs(self, backend: models.BaseModel, before: datetime, more: SQL) -> SQL:
        return SQL(
            "SELECT id FROM connector_sync_run WHERE %s AND create_date < %s AND %s",
            self._of(backend),
            before,
            more,
        )

    def _sum_outcomes(self, backend: models.BaseModel, before: datetime) -> int:
        """Replace up to a batch of the outcomes of one run by one row.

        The time of the row is the time in which the jobs worked. Only outcomes that
        are in the totals (``sync_total.py``) are replaced, and the sum is, too.
        """
        self.env["connector.sync.total"].sudo()._add_up()
        self.env.cr.execute(
            SQL(
                "%s LIMIT 1",
                self._find_runs(backend, before, SQL("is_summed IS NOT TRUE")),
            )
        )
        run = self.env.cr.fetchone()
        if not run:
            return 0
        done = self._run(SQL(_SUM, run=run[0], batch=self._batch))
        self.env.cr.execute(_NOTE_SUMMED, {"run": run[0]})
        return self.env.cr.rowcount or done

    def _delete_runs(self, backend: models.BaseModel, before: datetime) -> int:
        """Delete the outcomes of old runs, then the runs, then batches."""
        old = self._find_runs(backend, before, SQL("question IS NULL"))
        for table, change in (
            ("connector_sync_outcome", SQL("DELETE FROM connector_sync_outcome")),
            (
                "connector_sync_change",
                SQL("UPDATE connector_sync_change SET run_id = NULL"),
            ),
        ):
            done = self._run(
                SQL(
                    "%s WHERE id IN (SELECT id FROM %s WHERE run_id IN (%s) LIMIT %s)",
                    change,
                    SQL.identifier(table),
                    old,
                    self._batch,
                )
            )
            if done:
                return done
        runs = self.env["connector.sync.run"].sudo()
        self.env.cr.execute(SQL("%s ORDER BY id LIMIT 500", old))
        runs = runs.browse([run_id for (run_id,) in self.env.cr.fetchall()])
        count = len(runs)
        runs.unlink()
        return count or self._delete_batches(backend, before)

    def _delete_batches(self, backend: models.BaseModel, before: datetime) -> int:
        """Delete old batches, and earlier those of schedules without any run."""
        empty_before = fields.Datetime.now() - EMPTY_BATCH
        return self._run(
            SQL(
                """
                DELETE FROM connector_sync_batch WHERE id IN (
                    SELECT id FROM connector_sync_batch AS batch
                    WHERE %s AND create_date < %s AND NOT EXISTS (
                        SELECT FROM connector_sync_run WHERE batch_id = batch.id
                    ) AND (create_date < %s OR trigger = 'schedule')
                    ORDER BY id LIMIT %s
                )
                """,
                self._of(backend),
                max(empty_before, before),
                before,
                self._batch,
            )
        )

    def _delete_events(self, backend: models.BaseModel, before: datetime) -> int:
        return self._unlink(
            "connector.webhook.event",
            backend,
            [("received_at", "<", before), ("state", "!=", "received")],
        )

    def _delete_payloads(self, backend: models.BaseModel, before: datetime) -> int:
        done = self._unlink(
            "connector.kept.records", backend, [("create_date", "<", before)]
        )
        return done or self._run(
            SQL(
                """
                UPDATE connector_sync_error SET values_text = NULL WHERE id IN (
                    SELECT id FROM connector_sync_error
                    WHERE %s AND state = 'resolved' AND resolved_at < %s
                        AND values_text IS NOT NULL
                    LIMIT %s
                )
                """,
                self._of(backend),
                before,
                self._batch,
            )
        )

    def _delete_errors(self, backend: models.BaseModel, before: datetime) -> int:
        return self._unlink(
            "connector.sync.error",
            backend,
            [("state", "=", "resolved"), ("resolved_at", "<", before)],
        )

    def _unlink(self, model_name: str, backend: models.BaseModel, domain: list) -> int:
        of_backend = [
            ("backend_model", "=", backend._name),
            ("backend_id", "=", backend.id),
        ]
        rows = self.env[model_name].sudo()
        old = rows.search([*of_backend, *domain], limit=min(self._batch, 1000))
        count = len(old)
        old.unlink()
        return count
