# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record that needs more requests than the backend allows is exported."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from ..components.exporter.queue import delay_export
from ..exception import NetworkRetryableError
from .export_common import ExportCase

PARTNER = "test.export.partner"
CATEGORY = "test.export.category"


@tagged("post_install", "-at_install")
class TestExportRateLimit(ExportCase):
    def setUp(self):
        super().setUp()
        self.allowed = 0
        adapter_class = type(self.component("backend.adapter", PARTNER))

        for name in ("create", "write"):
            original = getattr(adapter_class, name)
            limited = self.limited(original)
            self.enterContext(patch.object(adapter_class, name, limited))
        tags = self.env["res.partner.category"].create(
            [{"name": f"Tag {number}"} for number in range(10)]
        )
        self.binding = self.make_binding(category_id=tags.ids)
        self.pending().state = "cancelled"

    def limited(self, method):
        def call(adapter, *args):
            if not self.allowed:
                raise NetworkRetryableError("429", seconds=60, ignore_retry=True)
            self.allowed -= 1
            return method(adapter, *args)

        return call

    def pending(self):
        jobs = self.env["queue.job"].search([("state", "=", "pending")])
        return jobs.filtered(lambda job: job.model_name == PARTNER)

    def perform(self, record, allowed):
        """Perform a job after a pause, with so many requests."""
        self.allowed = allowed
        self.env["connector.backend.pause"]._lift(self.backend)
        job = Job.load(self.env, record.uuid)
        job.set_started()
        job.store()
        try:
            job.perform()
        except NetworkRetryableError:
            job.set_pending(reset_retry=False)
            job.store()
            raise
        job.set_done()
        job.store()

    def test_exported_dependencies_are_not_exported_again(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "export")
        run._set_found(1)
        record = delay_export(self.binding, run=run, priority=21).db_record()
        rounds = 0
        while record:
            rounds += 1
            self.assertLess(rounds, 10)
            self.perform(record, allowed=4)
            record = self.pending()
            if record:
                self.assertTrue(record.eta)
                self.assertEqual(record.priority, 21)
                self.assertEqual(run.state, "running")
        self.assertEqual(rounds, 3)
        self.assertEqual(len(self.remote(self.binding)["tags"]), 10)
        self.assertEqual(len(self.system.ids(CATEGORY)), 10)
        writes = [call for call in self.system.calls if call.startswith("write")]
        self.assertEqual(writes, [])
        self.assertEqual((run.created_count, run.state), (1, "done"))

    def test_a_job_that_did_nothing_is_postponed(self):
        record = delay_export(self.binding).db_record()
        with self.assertRaises(NetworkRetryableError):
            self.perform(record, allowed=0)
        self.assertEqual(self.pending(), record)

    def test_a_record_that_was_refused_itself_keeps_its_dependencies(self):
        record = delay_export(self.binding).db_record()
        self.perform(record, allowed=10)
        self.perform(self.pending(), allowed=1)
        self.assertEqual(len(self.remote(self.binding)["tags"]), 10)
        self.assertFalse(self.pending())

    def test_a_record_that_sends_itself_in_several_requests_begins_again(self):
        def create(exporter, values):
            return exporter.backend_adapter.create(values)

        exporter_class = type(self.exporter())
        record = delay_export(self.binding).db_record()
        with patch.object(exporter_class, "_create", create):
            with self.assertRaises(NetworkRetryableError):
                self.perform(record, allowed=10)
        self.assertEqual(self.pending(), record)

    def test_a_dependency_with_a_receipt_is_not_created_twice(self):
        tags = self.binding.category_id
        bound = self.env[CATEGORY].create(
            [{"backend_id": self.backend.id, "odoo_id": tag.id} for tag in tags]
        )
        last = bound[-1]
        external_id = self.system.create(CATEGORY, {"name": "of a lost job"})
        self.env["connector.export.receipt"].create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": CATEGORY,
                "record_model": "res.partner.category",
                "record_id": last.odoo_id.id,
                "external_id": external_id,
            }
        )
        self.perform(delay_export(self.binding).db_record(), allowed=9)
        self.assertEqual(last.external_id, external_id)
        self.perform(self.pending(), allowed=9)
        self.assertEqual(len(self.system.ids(CATEGORY)), 10)
        self.assertEqual(len(self.remote(self.binding)["tags"]), 10)

    def test_an_export_outside_of_jobs_fails(self):
        self.allowed = 4
        with self.assertRaises(NetworkRetryableError):
            self.binding.export_record()
