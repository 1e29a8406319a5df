# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.job import Job

from ..components.exporter.queue import delay_export
from ..exception import InvalidDataError, RetryableJobError
from ..jobs.lifecycle import (
    BULK_PRIORITY,
    EDIT_PRIORITY,
    WEBHOOK_PRIORITY,
    running_priority,
)
from .export_common import ExportCase
from .import_common import IMPORTER_LOGGER, PARTNER, ImporterCase, partner

EXPORTED = "test.export.partner"


class JobCase:
    def perform(self, record):
        """Perform a stored job, and return the jobs that it delayed."""
        known = self.env["queue.job"].search([])
        job = Job.load(self.env, record.uuid)
        with mute_logger(IMPORTER_LOGGER):
            job.perform()
        job.set_done()
        job.store()
        self.env.cr.flush()
        return self.env["queue.job"].search([]) - known

    def delayed(self, delay, *args, **kwargs):
        """Return the jobs that a call delays."""
        known = self.env["queue.job"].search([])
        delay(*args, **kwargs)
        self.env.cr.flush()
        return (self.env["queue.job"].search([]) - known).sorted("id")


@tagged("post_install", "-at_install")
class TestImportPriorities(JobCase, ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*(partner(key) for key in range(1, 5)))
        self.backend.chunk_size = 2

    def start(self, priority, method="import_batch", *args):
        model = self.env[PARTNER].with_delay(priority=priority)
        return getattr(model, method)(self.backend, *args)

    def test_chunks_have_the_priority_of_their_search(self):
        for method in ("import_batch", "dry_run_batch"):
            run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
            job = self.start(23, method, None, run)
            chunks = self.perform(job)
            self.assertEqual(chunks.mapped("priority"), [23, 23], method)

    def test_the_priority_is_that_of_the_job_when_it_is_performed(self):
        job = self.start(23)
        job.db_record().priority = 1
        self.assertEqual(self.perform(job).mapped("priority"), [1, 1])

    def test_trapped_jobs_hand_it_on_too(self):
        with self.trap_jobs() as trap:
            self.start(23)
            trap.perform_enqueued_jobs()
            self.assertEqual([job.priority for job in trap.enqueued_jobs], [23, 23])

    def test_a_retried_job_keeps_it(self):
        job = self.start(23, "import_chunk", [1, 2, 3])
        with self.locked_elsewhere(1, 2):
            (again,) = self.perform(job)
        self.assertEqual((again.method_name, again.priority), ("import_chunk", 23))

    def test_a_record_that_is_imported_alone_keeps_it(self):
        self.put(partner(1, name=None))
        (alone,) = self.perform(self.start(23, "import_chunk", [1]))
        self.assertEqual((alone.method_name, alone.priority), ("import_record", 23))

    def test_options_of_the_search_win(self):
        job = (
            self.env[PARTNER]
            .with_delay(priority=23)
            .import_batch(self.backend, job_options={"priority": 7})
        )
        self.assertEqual(self.perform(job).mapped("priority"), [7, 7])

    def test_removals_have_the_priority_of_their_search(self):
        self.run_chunk([1, 2])
        self.system.remove(PARTNER, 1)
        self.system.remove(PARTNER, 2)
        importer_class = type(self.importer)
        with patch.object(importer_class, "_missing_record_policy", "archive"):
            job = (
                self.env[PARTNER]
                .with_delay(priority=24)
                .import_removed(self.backend, confirmed=True)
            )
            self.assertEqual(self.perform(job).mapped("priority"), [24])

    def test_outside_of_jobs_there_is_none_to_inherit(self):
        self.perform(self.start(23))
        self.assertIsNone(running_priority(self.env))
        (job,) = self.delayed(self.env[PARTNER].with_delay().import_batch, self.backend)
        self.assertEqual(job.priority, 10)

    def test_after_a_job_that_failed_there_is_none_to_inherit(self):
        job = Job.load(self.env, self.start(23, "import_record", 1).uuid)
        for error in (InvalidDataError("x"), RetryableJobError("x")):
            with self.hooked(_before_import=self.raising(error)):
                with self.assertRaises(type(error)):
                    job.perform()
            self.assertIsNone(running_priority(self.env))

    def raising(self, error):
        def fail(importer):
            raise error

        return fail

    def test_a_notification_comes_before_a_bulk_import(self):
        (job,) = self.delayed(self.backend._receive_webhook, PARTNER, {"id": 1})
        self.assertEqual(job.priority, WEBHOOK_PRIORITY)
        self.assertLess(job.priority, BULK_PRIORITY)

    def test_a_notification_makes_a_waiting_import_urgent(self):
        (job,) = self.delayed(self.backend._receive_webhook, PARTNER, {"id": 1})
        job.priority = 25
        self.assertFalse(
            self.delayed(self.backend._receive_webhook, PARTNER, {"id": 1})
        )
        self.assertEqual(job.priority, WEBHOOK_PRIORITY)


@tagged("post_install", "-at_install")
class TestBackendPriorities(JobCase, ExportCase):
    """Priorities in the order of the models, and higher ones."""

    def test_models_follow_in_their_order(self):
        for button in (
            self.backend.import_changes,
            self.backend.action_import_all,
            self.backend.button_dry_run,
            self.backend.import_removed,
            self.backend.export_all,
        ):
            jobs = self.delayed(button)
            self.assertEqual(
                jobs.mapped("priority"), [BULK_PRIORITY, BULK_PRIORITY + 1], button
            )

    def test_a_changed_record_of_the_second_model_waits_for_the_first(self):
        self.system.create(EXPORTED, {"name": "Ada"})
        search = self.delayed(self.backend.import_changes)[1]
        (chunk,) = self.perform(search)
        self.assertEqual(chunk.priority, BULK_PRIORITY + 1)

    def test_exports_have_the_priority_of_their_search(self):
        self.make_binding()
        self.env["queue.job"].search([("state", "=", "pending")]).state = "cancelled"
        search = self.delayed(self.backend.export_all)[1]
        (export,) = self.perform(search)
        self.assertEqual(
            (export.method_name, export.priority), ("export_record", BULK_PRIORITY + 1)
        )

    def test_an_export_that_is_asked_for_comes_before_a_bulk_export(self):
        binding = self.make_binding()
        self.env["queue.job"].search([("state", "=", "pending")]).state = "cancelled"
        (job,) = self.delayed(delay_export, binding)
        self.assertEqual(job.priority, EDIT_PRIORITY)
        self.assertLess(job.priority, BULK_PRIORITY)
