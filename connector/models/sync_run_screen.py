# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a user sees and does on the screens of runs and dry runs.

Each number opens the records, jobs or dry run lines that it counts.
"""

from __future__ import annotations

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..backend_company import in_own_company
from ..jobs.lifecycle import BULK_PRIORITY
from ..outcome import Outcome
from .sync_run import PENDING_STATES

#: states of a job that ended without success
BROKEN_STATES = ("failed", "cancelled")
#: days for which dry runs are kept
KEPT_DAYS = 7


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    last_error = fields.Text(
        compute="_compute_last_error", help="Message of the last failed job"
    )
    waiting_text = fields.Text(
        compute="_compute_waiting_text",
        help="Until when the backend asks to wait, and why",
    )

    @api.depends("job_ids")
    def _compute_waiting_text(self):
        pauses = self.env["connector.backend.pause"].sudo()
        for run in self:
            backend = None
            if run.pending_job_count and run.backend_model in self.env:
                backend = run._get_backend().sudo().exists()
            run.waiting_text = backend and pauses._describe(backend)

    @api.depends("job_ids")
    def _compute_last_error(self):
        for run in self:
            failed = [("sync_run_id", "=", run.id), ("state", "=", "failed")]
            job = self.env["queue.job"].search(failed, order="id desc", limit=1)
            run.last_error = job.exc_message

    def _find_records(self, outcome: str) -> models.BaseModel:
        """Return the existing records that had an outcome.

        They are the wrapped records, or the bindings if these wrap nothing.
        """
        if self.model_name not in self.env:
            return self.env["base"]
        ledger = self.env["connector.sync.outcome"].search_fetch(
            [("run_id", "in", self.ids), (outcome, "!=", 0)], ["binding_ids"]
        )
        binding_ids = {
            binding_id
            for entry in ledger
            for binding_id in (entry.binding_ids or {}).get(outcome, ())
        }
        bindings = self.env[self.model_name].browse(sorted(binding_ids)).exists()
        return bindings.odoo_id if "odoo_id" in bindings._fields else bindings

    def action_open_records(self) -> dict:
        """Open the records with the outcome ``connector_outcome`` of the context.

        For failed records, open their jobs, which hold the reasons.
        """
        self.ensure_one()
        self.check_access("read")
        outcome = self.env.context.get("connector_outcome")
        if outcome not in tuple(Outcome):
            raise ValueError(
                f"Which records to open? Expected connector_outcome in the context "
                f"to be one of {', '.join(Outcome)}; found {outcome!r}."
            )
        if self.direction == "dry_run" and outcome != "unchanged":
            return self._action_dry_run_lines([("outcome", "=", outcome)])
        if outcome == "failed":
            return self._action_jobs(
                self.env._("Failed"),
                [("state", "in", (*PENDING_STATES, *BROKEN_STATES))]
                + ["|", ("sync_had_failed", ">", 0), ("state", "in", BROKEN_STATES)],
            )
        records = self._find_records(outcome)
        labels = {
            name: self._fields[f"{name}_count"]._description_string(self.env)
            for name in Outcome
        }
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.display_name}: {labels[outcome]}",
            "res_model": records._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
            "context": {"active_test": False, "create": False},
        }

    def action_open_dry_run(self) -> dict:
        """Open the lines of the dry run."""
        return self._action_dry_run_lines([])

    def _action_dry_run_lines(self, domain: list) -> dict:
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry run: %s", self.display_name),
            "res_model": "connector.dry.run.line",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("run_id", "in", self.ids), *domain],
        }

    def _graph_values(self) -> dict:
        """Return the run as a bar of the dashboard's graph."""
        return {
            "id": self.id,
            "label": format_datetime(self.env, self.create_date, dt_format="short"),
            "rate": round(self.records_per_second, 1),
            **{outcome: max(self[f"{outcome}_count"], 0) for outcome in Outcome},
        }

    def _action_open(self) -> dict:
        """Open the runs."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Runs"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }

    def action_open_jobs(self) -> dict:
        """Open the jobs of the run."""
        return self._action_jobs(self.env._("Jobs"), Domain.TRUE)

    def action_open_pending_jobs(self) -> dict:
        """Open the jobs of the run that are still to be performed."""
        return self._action_jobs(
            self.env._("Pending jobs"), [("state", "in", PENDING_STATES)]
        )

    def action_open_failed_jobs(self) -> dict:
        """Open the jobs of the run that failed."""
        return self._action_jobs(self.env._("Failed jobs"), [("state", "=", "failed")])

    def _action_jobs(self, name: str, domain) -> dict:
        return self.env["queue.job"]._action_of(
            f"{self.display_name}: {name}",
            Domain("sync_run_id", "in", self.ids) & Domain(domain),
        )

    def action_confirm_removal(self) -> bool:
        """Remove the records that were deleted remotely, however many they are."""
        self.ensure_one()
        self.check_access("read")
        if not self.question:
            raise UserError(self.env._("%s asks nothing.", self.display_name))
        backend = self._get_backend()
        backend.check_access("write")
        backend._check_is_on()
        self.sudo().question = False
        self.sudo()._delay_import_removed(backend, confirmed=True)
        return True

    def _delay_import_removed(self, backend, confirmed: bool = False, **options):
        """Delay the search for records that were deleted remotely."""
        in_own_company(backend).env[self.model_name].with_delay(
            **{"priority": BULK_PRIORITY, **options},
            description=self.env._("Find removed records: %s", self.display_name),
        ).import_removed(backend, run=self, confirmed=confirmed)

    def action_retry_failed_jobs(self) -> bool:
        """Requeue the failed jobs that the user may manage."""
        self.check_access("read")
        for run in self:
            run._get_backend()._check_is_on()
        return (
            self.env["queue.job"]
            .search([("sync_run_id", "in", self.ids), ("state", "=", "failed")])
            .requeue()
        )


class ConnectorDryRunLine(models.Model):
    """What an import would do to one record. Kept for a week."""

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
            ("unchanged", "Would keep its edits"),
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
