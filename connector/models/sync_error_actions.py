# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person does with errors: retry, ignore, assign, and open the records.

::

    action_retry ──► state retrying, failed jobs run again
    action_ignore ─► state ignored, failed jobs are cancelled

Each button checks the rights of the user, and then works as superuser: users without
rights for the job queue may press it.
"""

from __future__ import annotations

from odoo import models

from odoo.addons.queue_job.job import CANCELLED

from .sync_error import IGNORED, OPEN, OPEN_STATES, RETRYING


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    def _check_may_act(self) -> None:
        """Check that the user may handle errors, and may read these ones."""
        self.env["connector.access"]._check_is_operator()
        self.check_access("read")

    def action_retry(self) -> bool:
        """Run the failed jobs of the errors again."""
        self._check_may_act()
        errors = self.sudo().filtered(lambda error: error.state in (OPEN, IGNORED))
        errors.state = RETRYING
        errors._find_jobs().requeue()
        return True

    def action_ignore(self) -> bool:
        """Leave the errors as they are: they are not counted, their jobs end."""
        self._check_may_act()
        errors = self.sudo().filtered(lambda error: error.state in OPEN_STATES)
        errors.state = IGNORED
        errors._find_jobs()._end_unasked(
            CANCELLED, self.env._("Ignored by %s", self.env.user.name)
        )
        return True

    def action_assign(self, user_id: int | None = None) -> bool:
        """Assign the errors to a user, by default to the current one."""
        self._check_may_act()
        self.sudo().user_id = user_id or self.env.uid
        return True

    def _find_jobs(self) -> models.BaseModel:
        """Return the failed jobs of the errors."""
        jobs = self.env["queue.job"].sudo()
        for (backend_model, backend_id), errors in self.grouped(
            lambda error: (error.backend_model, error.backend_id)
        ).items():
            jobs |= jobs.search(
                [
                    ("state", "=", "failed"),
                    ("sync_backend_model", "=", backend_model),
                    ("sync_backend_id", "=", backend_id),
                    ("sync_subject", "in", errors.mapped("subject")),
                ]
            )
        return jobs
