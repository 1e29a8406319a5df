# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A batch: the runs of all models of a backend that were started together.

::

    Import changes (button, schedule) ─► batch ─► a search job for each model
                                                   ├ finds records ─► a run of it
                                                   └ finds nothing ─► no run

The batch is created with its jobs, by one INSERT for each backend; the jobs run no
query for it. They know it by their context (``BATCH``), which reaches the run. A batch
whose searches all wait already, in another batch, is deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..jobs.lifecycle import PENDING_STATES, TRIGGER
from ..outcome import Outcome
from .sync_run import TRIGGERS


class ConnectorSyncBatch(models.Model):
    """Runs of a backend that were started together."""

    _name = "connector.sync.batch"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Batch"
    _order = "id desc"

    # a batch has the models of its runs
    model_name = fields.Char(required=False)
    direction = fields.Selection(
        [
            ("changes", "Import of changes"),
            ("import", "Import of all records"),
            ("export", "Export"),
            ("removal", "Deletions"),
            ("dry_run", "Dry run"),
        ],
        string="Kind",
        required=True,
        readonly=True,
    )
    trigger = fields.Selection(TRIGGERS, string="Started by", readonly=True)
    model_count = fields.Integer(
        string="Models", readonly=True, help="Models that it searches"
    )
    run_ids = fields.One2many("connector.sync.run", "batch_id", readonly=True)
    job_ids = fields.One2many("queue.job", "sync_batch_id", readonly=True)
    summary = fields.Char(compute="_compute_summary")
    is_live = fields.Boolean(compute="_compute_summary")
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Done with failures")],
        compute="_compute_summary",
    )

    @api.depends("backend_name", "direction", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["direction"]._description_selection(self.env))
        for batch in self:
            started = batch.create_date or fields.Datetime.now()
            batch.display_name = self.env._(
                "%(kind)s, %(backend)s, %(date)s",
                kind=kinds.get(batch.direction, ""),
                backend=batch.backend_name,
                date=format_datetime(self.env, started, dt_format="d MMM HH:mm"),
            )

    @api.depends("run_ids", "job_ids.state", "model_count")
    @api.depends_context("lang")
    def _compute_summary(self):
        searches = self._read_searches()
        for batch in self:
            jobs, runs = searches.get(batch.id, Counter()), batch.run_ids
            pending = sum(jobs[state] for state in PENDING_STATES)
            batch.is_live = bool(pending) or any(runs.mapped("is_live"))
            has_failed = jobs["failed"] or "failed" in runs.mapped("state")
            state = "failed" if has_failed else "done"
            batch.state = "running" if batch.is_live else state
            batch.summary = batch._describe(jobs["failed"], pending)

    def _read_searches(self) -> dict[int, Counter]:
        """Return ``{state: number}`` of the search jobs of each batch."""
        groups = (
            self.env["queue.job"]
            .sudo()
            ._read_group(
                [
                    ("sync_batch_id", "in", self.ids),
                    ("method_name", "=", "import_changes"),
                ],
                ["sync_batch_id", "state"],
                ["__count"],
            )
        )
        found: dict[int, Counter] = {}
        for batch, state, count in groups:
            found.setdefault(batch.id, Counter())[state] = count
        return found

    def _describe(self, failed: int, pending: int) -> str:
        """Return the progress of the searches and the outcomes of the runs."""
        checked = max(self.model_count - failed - pending, 0)
        if pending:
            parts = [
                self.env._(
                    "Checked models: %(checked)s of %(models)s",
                    checked=checked,
                    models=self.model_count,
                )
            ]
        else:
            parts = [self.env._("Checked models: %s", checked)]
        if failed:
            parts.append(self.env._("models that could not be checked: %s", failed))
        if not self.run_ids and not pending:
            parts.append(self.env._("no changes"))
        labels = self.env["connector.sync.run"]._label_outcomes()
        for outcome in Outcome:
            count = sum(self.run_ids.mapped(f"{outcome}_count"))
            if count:
                parts.append(f"{count} {labels[outcome].lower()}")
        return ", ".join(parts)

    @api.model
    def _start(
        self, backend: models.BaseModel, direction: str, model_count: int
    ) -> models.BaseModel:
        """Return a new batch."""
        return self.sudo().create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "direction": direction,
                "trigger": self.env.context.get(TRIGGER, "user"),
                "model_count": model_count,
            }
        )

    def _keep_new(self, jobs: Iterable[Any]) -> models.BaseModel:
        """Return the batch, or those of the equal jobs that wait already.

        :param jobs: results of ``with_delay``: new jobs, or records of waiting ones
        """
        jobs = list(jobs)
        waiting = [job for job in jobs if isinstance(job, models.BaseModel)]
        if len(waiting) == len(jobs):
            self.unlink()
            batches = [job.sudo().sync_batch_id for job in waiting]
            return self.browse().union(*batches)
        if waiting:
            self.model_count = len(jobs) - len(waiting)
        return self

    def _action_open(self) -> dict:
        """Open the batch, or the list of several."""
        action = self._open_list(
            self.env._("Synchronizations"), self._name, [("id", "in", self.ids)]
        )
        if len(self) == 1:
            action.update(
                res_id=self.id, views=[(False, "form")], view_mode="form", name=""
            )
        return action

    def action_open_runs(self) -> dict:
        """Open the runs of the batch."""
        self.check_access("read")
        return self._open_list(
            self.env._("Runs"), "connector.sync.run", [("batch_id", "in", self.ids)]
        )


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    batch_id = fields.Many2one(
        "connector.sync.batch",
        string="Batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )


class QueueJob(models.Model):
    _inherit = "queue.job"

    sync_batch_id = fields.Many2one(
        "connector.sync.batch",
        string="Batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
