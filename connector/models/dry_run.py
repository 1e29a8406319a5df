# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: days for which dry runs are kept
KEPT_DAYS = 7


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    dry_run_of = fields.Selection(
        [
            ("import", "Import"),
            ("export", "Export"),
            ("removal", "Deletions"),
        ],
        string="Dry run of",
        readonly=True,
    )


class ConnectorDryRunLine(models.Model):
    """The outcome that a synchronization would have for one record. Kept for a week."""

    _name = "connector.dry.run.line"
    _description = "Dry Run Line"
    _order = "run_id desc, id"
    _rec_name = "record_name"
    _log_access = False

    run_id = fields.Many2one(
        "connector.sync.run",
        string="Run",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    outcome = fields.Selection(
        [
            ("created", "Would be created"),
            ("updated", "Would be updated"),
            ("unchanged", "Would stay the same"),
            ("removed", "Would be removed"),
            ("skipped", "Would be skipped"),
            ("failed", "Would fail"),
        ],
        required=True,
        index=True,
        readonly=True,
    )
    external_id = fields.Char(string="ID in the backend", readonly=True)
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding", readonly=True
    )
    model_name = fields.Char(related="run_id.model_name")
    record_name = fields.Char(string="Record", readonly=True)
    changes = fields.Text(readonly=True, help="Field: old value → new value")
    reason = fields.Text(readonly=True, help="Why it would fail or be skipped")

    def action_open_record(self) -> dict:
        """Open the record as it is now."""
        self.ensure_one()
        self.check_access("read")
        if self.model_name not in self.env:
            raise UserError(
                self.env._("The connector of %s is not installed.", self.model_name)
            )
        record = self.env[self.model_name].browse(self.binding_id).exists()
        if "odoo_id" in record._fields:
            record = record.odoo_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @api.autovacuum
    def _gc_dry_runs(self) -> None:
        """Delete the dry runs that are older than a week."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env["connector.sync.run"].search(
            [("direction", "=", "dry_run"), ("create_date", "<", before)]
        ).unlink()
