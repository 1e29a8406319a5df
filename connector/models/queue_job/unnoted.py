# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Failures that no transaction has noted.

The job runner fails a job whose worker died too often by SQL. A failure that could not
be noted has no error, either.
"""

from __future__ import annotations

from odoo import api, models
from odoo.tools import SQL

#: jobs in one transaction
_BATCH = 200


class QueueJob(models.Model):
    _inherit = "queue.job"

    @api.model
    def _note_unnoted(self) -> None:
        """Open the errors of failed jobs that have none."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT job.id FROM queue_job AS job
                WHERE job.state = 'failed' AND job.sync_subject IS NOT NULL
                  AND job.sync_behind IS NULL AND job.exc_name IS NOT NULL
                  AND NOT EXISTS (
                    SELECT FROM connector_sync_error AS error
                    WHERE error.state <> 'resolved'
                      AND error.backend_model = job.sync_backend_model
                      AND error.backend_id = job.sync_backend_id
                      AND error.subject = job.sync_subject
                  )
                LIMIT %s
                """,
                _BATCH,
            )
        )
        for job in self.sudo().browse([job_id for (job_id,) in rows]):
            values = {
                "exc_name": job.exc_name,
                "exc_message": job.exc_message or job.exc_info,
                "exc_info": job.exc_info,
            }
            job._note_failure(values)
            if values.get("sync_behind"):
                job.sync_behind = values["sync_behind"]
