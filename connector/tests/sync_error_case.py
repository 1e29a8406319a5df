# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of errors of synchronizations."""

from .common import TestConnectorCase
from .import_common import PARTNER, partner
from .job_runs import JobRuns


class SyncErrorCase(JobRuns, TestConnectorCase):
    __test__ = False

    def setUp(self):
        super().setUp()
        self.model = self.env[PARTNER]

    def put(self, *records):
        self.system.put(PARTNER, *records)

    def put_bad(self, external_id=1):
        self.put(partner(external_id, email="\0"))

    def errors(self, **values):
        return self.env["connector.sync.error"].search(
            [
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", self.backend.id),
                *((name, "=", value) for name, value in values.items()),
            ]
        )

    def open_errors(self):
        return self.errors(state="open")

    def unresolved(self):
        return self.errors().filtered(lambda error: error.state != "resolved")

    def jobs(self, *states):
        return self.env["queue.job"].search(
            [
                ("sync_backend_model", "=", self.backend._name),
                ("sync_backend_id", "=", self.backend.id),
                ("state", "in", states),
            ]
        )

    def run_import(self, external_id=1, **kwargs):
        return self.run_stored(
            self.model.with_delay().import_record(self.backend, external_id, **kwargs)
        )

    def run_chunk(self, external_ids, **kwargs):
        """Import a chunk, and run the jobs that it delays."""
        job = self.model.with_delay().import_chunk(self.backend, external_ids, **kwargs)
        self.run_stored(job)
        for delayed in self.jobs("pending"):
            self.run_stored(delayed)
        return job.db_record()
