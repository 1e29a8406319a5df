# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The run of the day: exports of single edits of one model.

An edit is exported by a job without a run. Its outcome is added to the run of the day
of its backend and model. No job waits for another one to create this run::

    job                       the run is visible ──► it is used
     └ no run is visible      the lock is free ────► this transaction creates the run
                              another job has it ──► the history of this job has no run
    after the commit          history of the day without a run ──► its run, if visible

The lock is held until the transaction ends. After a commit, one of the two transactions
sees what the other one has left.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.modules.registry import Registry

from ..database import pg_try_advisory_lock
from ..jobs.lifecycle import company_of

_logger = logging.getLogger(__name__)

#: history of this age gets the run of the day
_ADOPTED = timedelta(days=1)


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    day = fields.Date(
        readonly=True, help="The run collects the exports of single edits of this day"
    )

    _day_uniq = models.UniqueIndex(
        "(backend_id, backend_model, model_name, day) WHERE day IS NOT NULL",
        "There is a run of this day already.",
    )

    @api.model
    def _of_day(self, backend: models.BaseModel, model_name: str) -> models.BaseModel:
        """Return the run of today's edits, empty if another transaction creates it."""
        day = fields.Date.context_today(self)
        found = self._find_of_day(backend._name, backend.id, model_name, day)
        if found:
            return found
        created = self.browse()
        lock = f"run of the day {backend._name} {backend.id} {model_name} {day}"
        if pg_try_advisory_lock(self.env, lock):
            created = self._create_of_day(backend, model_name, day)
        self.env.cr.postcommit.add(
            partial(
                _adopt,
                self.env.cr.dbname,
                (backend._name, backend.id, model_name, day),
            )
        )
        return created

    @api.model
    def _find_of_day(
        self, backend_model: str, backend_id: int, model_name: str, day: date
    ) -> models.BaseModel:
        """Return the run of a day that this transaction sees, in one query."""
        self.env.cr.execute(
            """
            SELECT id FROM connector_sync_run
            WHERE backend_id = %s AND backend_model = %s AND model_name = %s
                AND day = %s
            """,
            [backend_id, backend_model, model_name, day],
        )
        return self.browse([run_id for (run_id,) in self.env.cr.fetchall()])

    @api.model
    def _create_of_day(self, backend, model_name: str, day: date) -> models.BaseModel:
        """Create the run; it is empty if another transaction has just done so."""
        values = [backend._name, backend.id, model_name, day]
        values += [company_of(backend.sudo()).id or None, self.env.uid, self.env.uid]
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    """
                    INSERT INTO connector_sync_run (
                        backend_model, backend_id, model_name, day, company_id,
                        create_uid, write_uid, create_date, write_date, direction,
                        searched, found_count
                    )
                    VALUES (
                        %s, %s, %s, %s, %s, %s, %s, now() at time zone 'UTC',
                        now() at time zone 'UTC', 'export', TRUE, 0
                    )
                    RETURNING id
                    """,
                    values,
                    log_exceptions=False,
                )
                return self.browse([self.env.cr.fetchone()[0]])
        except (psycopg2.errors.UniqueViolation, psycopg2.errors.SerializationFailure):
            return self.browse()  # committed since this transaction began

    def _adopt_history(self) -> None:
        """Add the history of the day that has no run, and its outcomes."""
        self.ensure_one()
        self.env.cr.execute(
            """
            WITH adopted AS (
                UPDATE connector_sync_change SET run_id = %s
                WHERE run_id IS NULL AND backend_id = %s AND backend_model = %s
                    AND model_name = %s AND direction IN ('export', 'deletion')
                    AND at >= %s
                RETURNING outcome, at
            )
            SELECT outcome, COUNT(*), EXTRACT(EPOCH FROM MIN(at) AT TIME ZONE 'UTC')
            FROM adopted GROUP BY outcome
            """,
            [
                self.id,
                self.backend_id,
                self.backend_model,
                self.model_name,
                fields.Datetime.now() - _ADOPTED,
            ],
        )
        for outcome, count, at in self.env.cr.fetchall():
            self._note_outcome({outcome: count}, float(at))


def _adopt(dbname: str, key: tuple[str, int, str, date]) -> None:
    """Give the history of a day its run, in a transaction that sees all commits.

    Nothing depends on it: a failure is logged.
    """
    try:
        with Registry(dbname).cursor() as cr:
            runs = api.Environment(cr, SUPERUSER_ID, {})["connector.sync.run"]
            if run := runs._find_of_day(*key):
                run._adopt_history()
    except psycopg2.Error as error:
        _logger.info("History of the day %s has no run: %s", key, error)
