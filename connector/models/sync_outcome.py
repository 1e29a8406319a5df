# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger of a run: a row for each job; the run adds them up (``sync_run.py``)."""

from __future__ import annotations

from odoo import api, fields, models


class ConnectorSyncOutcome(models.Model):
    """Outcomes of the records of one job. Rows are only added."""

    _name = "connector.sync.outcome"
    _description = "Synchronization Outcome"
    _order = "id desc"
    _log_access = False

    run_id = fields.Many2one(
        "connector.sync.run", required=True, index=True, ondelete="cascade"
    )
    job_uuid = fields.Char(default=lambda self: self.env.context.get("job_uuid"))
    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()
    removed = fields.Integer(
        help="Deleted in the backend; archived, deleted or unbound in Odoo"
    )
    skipped = fields.Integer()
    failed = fields.Integer(help="Negative where a failed record succeeded later")
    binding_ids = fields.Json(help="{outcome: ids of the bindings}")
    started_at = fields.Float(aggregator="min", help="Seconds since 1970, UTC")
    finished_at = fields.Float(
        aggregator="max", index=True, help="Seconds since 1970, UTC"
    )
    duration_seconds = fields.Float(string="Seconds", compute="_compute_duration")

    _failed_index = models.Index("(run_id) WHERE failed <> 0")

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for outcome in self:
            outcome.duration_seconds = outcome.finished_at - outcome.started_at
