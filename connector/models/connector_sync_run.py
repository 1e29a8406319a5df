# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from collections.abc import Mapping

from odoo import api, fields, models

OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")


class ConnectorSyncRun(models.Model):
    """One import or export of one model with one backend."""

    _name = "connector.sync.run"
    _description = "Synchronization Run"
    _order = "id desc"

    backend_model = fields.Char(required=True, index=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", required=True, index=True, readonly=True
    )
    model_name = fields.Char(string="Model", required=True, index=True, readonly=True)
    direction = fields.Selection(
        [("import", "Import"), ("export", "Export")],
        default="import",
        required=True,
        readonly=True,
    )
    searched = fields.Boolean(
        readonly=True, help="The records to synchronize are all known"
    )
    found_count = fields.Integer(string="Found", readonly=True)
    outcome_ids = fields.One2many("connector.sync.outcome", "run_id")
    created_count = fields.Integer(string="Created", compute="_compute_counts")
    updated_count = fields.Integer(string="Updated", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    progress = fields.Float(string="Progress (%)", compute="_compute_counts")
    duration_seconds = fields.Float(compute="_compute_counts")
    records_per_second = fields.Float(compute="_compute_counts")
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Done with failures"),
        ],
        compute="_compute_counts",
    )

    @api.depends("model_name", "backend_model", "backend_id")
    def _compute_display_name(self):
        for run in self:
            backend = self.env[run.backend_model].browse(run.backend_id).exists()
            description = self.env[run.model_name]._description
            run.display_name = f"{backend.display_name}: {description}"

    @api.depends("found_count", "searched", "outcome_ids")
    def _compute_counts(self):
        totals = self._read_totals()
        for run in self:
            total = totals.get(run.id, {})
            for outcome in OUTCOMES:
                run[f"{outcome}_count"] = total.get(outcome, 0)
            settled = sum(total.get(outcome, 0) for outcome in OUTCOMES)
            seconds = total.get("seconds", 0.0)
            run.duration_seconds = seconds
            run.records_per_second = settled / seconds if seconds else 0.0
            if not run.searched:
                run.state, run.progress = "queued", 0.0
                continue
            run.progress = 100.0 * settled / run.found_count if run.found_count else 100
            if settled < run.found_count:
                run.state = "running"
            else:
                run.state = "failed" if run.failed_count else "done"

    def _read_totals(self) -> dict[int, dict[str, float]]:
        """Return the counts and the seconds from first to last of each run."""
        self.env["connector.sync.outcome"].flush_model()
        groups = self.env["connector.sync.outcome"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            [f"{outcome}:sum" for outcome in OUTCOMES]
            + ["started_at:min", "finished_at:max"],
        )
        return {
            run.id: {
                **dict(zip(OUTCOMES, counts, strict=True)),
                "seconds": finished_at - started_at,
            }
            for run, *counts, started_at, finished_at in groups
        }

    @api.model
    def _start(self, backend, model_name: str, direction: str = "import"):
        """Return a new run."""
        return self.create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "model_name": model_name,
                "direction": direction,
            }
        )

    def _set_found(self, found_count: int) -> None:
        """Note how many records the run goes over; all their jobs are enqueued."""
        self.exists().write({"found_count": found_count, "searched": True})

    def _note_outcome(self, counts: Mapping[str, int], started_at: float) -> None:
        """Add what became of some records, since the moment ``started_at``.

        A row is added and none changed, so that workers never wait for one
        another.
        """
        if self.exists():
            self.env["connector.sync.outcome"].create(
                {
                    "run_id": self.id,
                    "started_at": started_at,
                    "finished_at": time.time(),
                    **counts,
                }
            )


class ConnectorSyncOutcome(models.Model):
    """What one job of a run did. Only ever added; the run adds them up."""

    _name = "connector.sync.outcome"
    _description = "Synchronization Outcome"
    _log_access = False

    run_id = fields.Many2one(
        "connector.sync.run", required=True, index=True, ondelete="cascade"
    )
    job_uuid = fields.Char(default=lambda self: self.env.context.get("job_uuid"))
    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()
    skipped = fields.Integer()
    failed = fields.Integer(help="Negative where a record that had failed was mended")
    started_at = fields.Float(aggregator="min", help="Seconds since 1970, UTC")
    finished_at = fields.Float(aggregator="max", help="Seconds since 1970, UTC")
