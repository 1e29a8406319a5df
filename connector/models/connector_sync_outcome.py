# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, fields, models

OUTCOMES = ("created", "updated", "unchanged", "removed", "skipped", "failed")


class ConnectorSyncOutcome(models.Model):
    """What one job of a run did. Only ever added; the run adds them up."""

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
    removed = fields.Integer(help="Archived, deleted or unbound: gone in the backend")
    skipped = fields.Integer()
    failed = fields.Integer(help="Negative where a record that had failed was mended")
    binding_ids = fields.Json(help="{outcome: ids of the bindings that it befell}")
    started_at = fields.Float(aggregator="min", help="Seconds since 1970, UTC")
    finished_at = fields.Float(aggregator="max", help="Seconds since 1970, UTC")
    duration_seconds = fields.Float(string="Seconds", compute="_compute_duration")

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for outcome in self:
            outcome.duration_seconds = outcome.finished_at - outcome.started_at
