# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields of errors on screens: name, suggested action and traceback; their jobs."""

from __future__ import annotations

from odoo import api, models


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    @api.depends("backend_name", "model_description", "record_name", "cause")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for error in self:
            what = [error.model_description, error.record_name or error.external_id]
            of_record = error.model_name and " ".join(filter(None, what))
            name = of_record or causes.get(error.cause, "")
            error.display_name = f"{error.backend_name}: {name}"

    @api.depends("cause_id", "cause")
    @api.depends_context("lang")
    def _compute_suggested_fix(self):
        for error in self:
            cause = error.sudo().cause_id or self.env["connector.sync.cause"].new(
                {
                    "code": error.cause,
                    "backend_model": error.backend_model,
                    "backend_id": error.backend_id,
                }
            )
            error.suggested_fix = cause.fix

    @api.depends("job_uuid")
    def _compute_traceback(self):
        jobs = self.env["queue.job"].sudo()
        found = jobs.search_fetch(
            [("uuid", "in", self.filtered("job_uuid").mapped("job_uuid"))],
            ["uuid", "exc_info"],
        )
        texts = {job.uuid: job.exc_info for job in found}
        for error in self:
            error.traceback = texts.get(error.job_uuid)

    # -- buttons --------------------------------------------------------------

    def action_open_jobs(self) -> dict:
        """Open the jobs of the error; of a backend's error, those behind it."""
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("sync_backend_model", "=", self.backend_model),
            ("sync_backend_id", "=", self.backend_id),
            "|",
            "|",
            ("sync_subject", "=", self.subject),
            ("sync_behind", "=", self.subject),
            ("uuid", "=", self.job_uuid),
        ]
        return self._open_jobs(self.env._("Jobs of the error"), domain)
