# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run stored jobs in a test as the job runner does, within the test's transaction."""

from contextlib import contextmanager, suppress
from unittest.mock import patch

from odoo.tools import config, mute_logger

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import Job

RUNNER_LOGGERS = (
    "odoo.addons.connector.components.importer.retries",
    "odoo.addons.connector.models.backend_connection",
    "odoo.addons.connector.models.backend_schedule",
    "odoo.addons.queue_job.controllers.main",
    "odoo.sql_db",
)


@contextmanager
def _same_transaction(job):
    """Store a failure in the test's transaction, after the job was rolled back."""
    yield


class JobRuns:
    """Run stored jobs of a test case as the runner's HTTP route does.

    A failing job is rolled back to a savepoint; then its failure is stored.
    """

    def run_stored(self, job):
        """Run a job, and return its record as it is afterwards."""
        record = self.env["queue.job"].search([("uuid", "=", job.uuid)])
        record.write({"state": "enqueued", "eta": False})
        loaded = Job.load(self.env, record.uuid)
        loaded.set_started()
        loaded.store()
        self.env.flush_all()
        with (
            mute_logger(*RUNNER_LOGGERS),
            patch.object(Job, "in_temporary_env", _same_transaction),
            patch.dict(config.options, {"test_enable": True}),
            patch.object(self.env.cr, "rollback", lambda: None),
            suppress(Exception),
        ):
            RunJobController._runjob(self.env, loaded)
        self.env.flush_all()
        self.env.invalidate_all()
        return record
