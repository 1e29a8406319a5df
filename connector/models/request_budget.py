# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The used part of the request budget of a backend, shared by all workers.

One row per budget. A worker locks it briefly, in a separate transaction with the
clock of the database, and commits before it sends the request::

    job's transaction    ────────────────────────────────────────────►
    budget's transaction     └ lock, claim, commit ┘ └ request … ┘

* no lock is held during a request, and none depends on the job;
* a rollback or a killed worker returns no calls: they come back with time;
* counters start again with 0 after 2³¹, as those of other systems do;
* the commit does not wait for the disk. After a crash of the database, the calls of the
  last second may be forgotten.

If the row cannot be locked within two seconds, jobs are postponed, and requests of
users are sent without it. If the table does not exist yet, because the addon must be
upgraded, requests are sent without a budget, and a warning is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED
from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS
from odoo.sql_db import BaseCursor, Cursor, PoolError

from odoo.addons.queue_job.job import DEFAULT_PRIORITY

from ..http.budget.spending import Spending
from ..http.budget.store import BudgetUnavailable, Caller, Change
from ..http.budget.usage import Budget, Usage
from ..http.budget.waits import WaitBudget
from ..jobs.lifecycle import company_of, running_job
from .backend_pause import MAX_SPREAD_SECONDS

LOCK_TIMEOUT = "2s"
#: in the order of _write
_COUNTERS = ("calls", "points", "waits", "wait_seconds", "postponed", "refused")


class ConnectorRequestBudget(models.Model):
    """Usage of one request budget, shared by all workers."""

    _name = "connector.request.budget"
    _description = "Request Budget"
    _log_access = False
    _order = "backend_model, backend_id, name"

    backend_model = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model",
        string="Backend ID",
        required=True,
        readonly=True,
        help="0: several backends share the budget of one account",
    )
    name = fields.Char(string="Budget", required=True, readonly=True)
    backend_name = fields.Char(string="Backend", compute="_compute_backend_name")
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", compute_sudo=True, store=True
    )
    limit_text = fields.Char(string="Limit", readonly=True)
    share = fields.Integer(
        string="Share (%)",
        default=100,
        required=True,
        help="Part of the limit that Odoo uses. Lower it if other programs use the "
        "same account.",
    )
    usage = fields.Json(groups=NO_ACCESS)
    calls = fields.Integer(readonly=True)
    points = fields.Float(readonly=True, help="Costs of the calls")
    waits = fields.Integer(readonly=True, help="Calls that waited in their worker")
    wait_seconds = fields.Float(string="Waits (s)", readonly=True)
    postponed = fields.Integer(
        string="Postponed jobs", readonly=True, help="How often a job was postponed"
    )
    refused = fields.Integer(
        string="Refused calls",
        readonly=True,
        help="Calls that the backend refused because of its limit",
    )

    _key_uniq = models.Constraint(
        "UNIQUE (backend_model, backend_id, name)", "This budget exists already."
    )
    _share_is_percent = models.Constraint(
        "CHECK (share BETWEEN 1 AND 100)",
        "The share of a request budget must be between 1 and 100 %.",
    )

    @api.depends("backend_model", "backend_id")
    def _compute_backend_name(self):
        for budget in self:
            backend = budget._find_backend()
            budget.backend_name = backend.display_name if backend else ""

    @api.depends("backend_model", "backend_id")
    def _compute_company_id(self):
        for budget in self:
            backend = budget._find_backend()
            budget.company_id = company_of(backend) if backend else False

    def write(self, vals):
        """Let users change the share only."""
        if not self.env.su and set(vals) - {"share"}:
            raise AccessError(
                self.env._("Only the share of a request budget can be changed.")
            )
        return super().write(vals)

    def _find_backend(self) -> models.BaseModel | None:
        """Return the backend; None if it is deleted, or there are several."""
        if not self.backend_id or self.backend_model not in self.env:
            return None
        return self.env[self.backend_model].sudo().browse(self.backend_id).exists()

    @api.model
    def _open(
        self,
        budget: Budget,
        backend: models.BaseModel,
        account: str | None,
        waits: WaitBudget,
    ) -> Spending:
        """Return the budget for a session with a backend; it makes no query.

        :param account: of several backends that share a budget
        :param waits: seconds that the job may wait in its worker
        """
        job = running_job(self.env)
        caller = Caller()
        if job is not None:
            is_urgent = job.priority < DEFAULT_PRIORITY
            caller = Caller(job.model_name, job.uuid, is_urgent)
        return Spending(BudgetStore(budget, backend, account), waits, caller)


class BudgetStore:
    """The row of one budget; any thread may use it."""

    def __init__(
        self, budget: Budget, backend: models.BaseModel, account: str | None
    ) -> None:
        self.budget = budget
        self.title = f"the request budget of {account or backend.display_name}"
        self.title += f" ({budget})"
        self._registry = backend.env.registry
        self._backend = (backend._name, backend.id)
        name = f"{account}: {budget.name}" if account else budget.name
        self._key = (backend._name, 0 if account else backend.id, name)

    def update(
        self, change: Change, counts: Callable[[Any], Mapping[str, float]]
    ) -> Any:
        """Apply a change while no other worker does; return its result."""
        with self._transaction() as cr:
            row = self._find(cr)
            if row is None:
                self._create()
                row = self._find(cr)
            if row is None:
                raise BudgetUnavailable("another process is deleting it")
            row_id, values, share, now = row
            usage = Usage.from_json(values).at(now)
            budget = self.budget.scaled(share)
            changed, result = change(budget, usage, now)
            added = counts(result)
            if changed != usage or added:
                self._write(cr, row_id, changed, added)
        return result

    def seconds_apart(self, caller: Caller) -> float:
        """Return the seconds over which postponed jobs of a caller are spread.

        Those of a model with few jobs come back soon.
        """
        try:
            with self._transaction() as cr:
                cr.execute(
                    "SELECT count(*) FROM queue_job WHERE sync_backend_model = %s"
                    " AND sync_backend_id = %s AND model_name = %s"
                    " AND state IN ('pending', 'enqueued', 'started')",
                    (*self._backend, caller.kind),
                )
                (waiting,) = cr.fetchone()
        except BudgetUnavailable:
            waiting = 20
        waiting /= 4 if caller.is_urgent else 1
        return min(self.budget.spread(Usage(), waiting), MAX_SPREAD_SECONDS)

    def _find(self, cr: BaseCursor) -> tuple | None:
        """Return id, usage and share of the row, which is locked, and the time."""
        cr.execute(
            """
            SET LOCAL lock_timeout = %s;
            SET LOCAL synchronous_commit = off;
            WITH budget AS MATERIALIZED (
                SELECT id, usage, share FROM connector_request_budget
                WHERE backend_model = %s AND backend_id = %s AND name = %s
                FOR UPDATE
            )
            -- the time after the row is locked
            SELECT id, usage, share, extract(epoch FROM clock_timestamp())::float8
            FROM budget
            """,
            (LOCK_TIMEOUT, *self._key),
            log_exceptions=False,
        )
        return cr.fetchone()

    def _write(
        self, cr: BaseCursor, row_id: int, usage: Usage, added: Mapping[str, float]
    ) -> None:
        numbers = [added.get(name, 0) for name in _COUNTERS]
        cr.execute(
            """
            UPDATE connector_request_budget SET
                usage = %s,
                limit_text = %s,
                calls = mod(coalesce(calls, 0)::numeric + %s, 2147483647),
                points = coalesce(points, 0) + %s,
                waits = mod(coalesce(waits, 0)::numeric + %s, 2147483647),
                wait_seconds = coalesce(wait_seconds, 0) + %s,
                postponed = mod(coalesce(postponed, 0)::numeric + %s, 2147483647),
                refused = mod(coalesce(refused, 0)::numeric + %s, 2147483647)
            WHERE id = %s
            """,
            (Json(usage.to_json()), str(self.budget), *numbers, row_id),
        )

    def _create(self) -> None:
        """Create the row, unless another worker does."""
        backend_model, backend_id, name = self._key
        values = {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "name": name,
        }
        with (
            suppress(errors.UniqueViolation),
            self._registry.cursor() as cr,
            cr.savepoint(),
        ):
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["connector.request.budget"].create(values)

    @contextmanager
    def _transaction(self) -> Iterator[BaseCursor]:
        """Yield a cursor of another transaction, which is committed at the end.

        :raise BudgetUnavailable: the database does not answer in time
        """
        try:
            with self._registry.cursor() as cr:
                if isinstance(cr, Cursor):
                    # a worker that has waited for the lock sees the last change
                    cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
                yield cr
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            raise BudgetUnavailable(
                "its table does not exist, upgrade the addon connector",
                is_permanent=True,
            ) from error
        except (psycopg2.OperationalError, PoolError) as error:
            raise BudgetUnavailable(str(error).strip()) from error
