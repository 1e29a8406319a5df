# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job, identity_exact

from ..components.exporter.queue import delay_export
from ..exception import RetryableJobError
from .export_common import ExportCase

PARTNER = "test.export.partner"


@tagged("post_install", "-at_install")
class TestDelayedAgain(ExportCase):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()

    def delay(self, **options):
        model = self.env[PARTNER].with_delay(identity_key=identity_exact, **options)
        job = model.import_record(self.backend, 1)
        return job if isinstance(job, type(self.env["queue.job"])) else job.db_record()

    def test_a_wish_for_now_starts_a_job_that_waits(self):
        waiting = self.delay(eta=self.now + timedelta(days=9000))
        self.assertEqual(self.delay(), waiting)
        self.assertFalse(waiting.eta)

    def test_a_wish_for_an_earlier_time_brings_it_forward(self):
        waiting = self.delay(eta=timedelta(days=9))
        for eta in (timedelta(days=3), 2 * 24 * 3600, self.now + timedelta(days=1)):
            self.delay(eta=eta)
            if isinstance(eta, int):
                eta = timedelta(seconds=eta)
            wished = eta if not isinstance(eta, timedelta) else self.now + eta
            self.assertLess(abs(waiting.eta - wished), timedelta(minutes=1))

    def test_a_wish_for_later_changes_nothing(self):
        waiting = self.delay(eta=60)
        eta = waiting.eta
        self.delay(eta=3600)
        self.assertEqual(waiting.eta, eta)
        started = self.delay()
        started.eta = False
        self.delay(eta=3600)
        self.assertFalse(started.eta)

    def test_a_more_urgent_wish_makes_it_urgent(self):
        waiting = self.delay(priority=20)
        self.delay(priority=30)
        self.assertEqual(waiting.priority, 20)
        self.delay(priority=3)
        self.assertEqual(waiting.priority, 3)

    def test_a_job_that_failed_keeps_the_time_of_its_next_try(self):
        waiting = self.delay(eta=600)
        waiting.retry = 1
        eta = waiting.eta
        self.delay()
        self.assertEqual(waiting.eta, eta)

    def test_a_next_try_that_no_pattern_asks_for_is_brought_forward(self):
        waiting = self.delay(eta=self.now + timedelta(days=300))
        waiting.retry = 1
        self.delay()
        self.assertFalse(waiting.eta)

    def test_a_job_that_runs_already_is_left_alone(self):
        waiting = self.delay(eta=600)
        waiting.state = "enqueued"
        eta = waiting.eta
        self.assertEqual(self.delay(), waiting)
        self.assertEqual(waiting.eta, eta)

    def test_an_export_is_brought_forward(self):
        binding = self.make_binding()
        waiting = delay_export(binding, ["name"], eta=3600).db_record()
        self.assertEqual(delay_export(binding, ["name"]).uuid, waiting.uuid)
        self.assertFalse(waiting.eta)

    def test_the_schedule_is_not_swallowed_by_an_import_that_waits_for_ages(self):
        self.backend.import_changes()
        jobs = self.env["queue.job"].search([("method_name", "=", "import_changes")])
        jobs = jobs.filtered(lambda job: job.args[0] == self.backend)
        jobs.eta = self.now + timedelta(days=365 * 32)
        self.backend.import_interval_minutes = 5
        self.backend._run_schedule()
        self.assertEqual(jobs.mapped("eta"), [False] * len(jobs))


@tagged("post_install", "-at_install")
class TestLongestWait(ExportCase):
    """No error makes a job wait forever."""

    def perform(self, seconds, **kwargs):
        """Return the job after a try that asks to be tried again in some seconds."""
        job = self.env[PARTNER].with_delay().import_record(self.backend, 1)
        job = Job.load(self.env, job.uuid)
        importer_class = type(self.component("record.importer", PARTNER))

        def fail(importer, external_ids):
            raise RetryableJobError("later", seconds=seconds, **kwargs)

        with patch.object(importer_class, "_read_many", fail):
            with self.assertRaises(RetryableJobError) as caught:
                job.perform()
        job.postpone(result=str(caught.exception), seconds=caught.exception.seconds)
        job.set_pending(reset_retry=False)
        job.store()
        return job.db_record()

    def test_a_job_waits_an_hour_at_most(self):
        latest = fields.Datetime.now() + timedelta(seconds=3700)
        for seconds in (10**9, 10**20, 10**400, float("inf"), 7200):
            for ignore_retry in (False, True):
                record = self.perform(seconds, ignore_retry=ignore_retry)
                self.assertEqual(record.state, "pending")
                self.assertLess(record.eta, latest, str(seconds)[:20])
                self.assertGreater(record.eta, fields.Datetime.now())

    def test_an_invalid_time_is_left_to_the_retry_pattern(self):
        for seconds in (float("nan"), "soon", -5):
            began = fields.Datetime.now()
            waits_from = self.perform(seconds).eta - timedelta(seconds=10)
            self.assertGreaterEqual(waits_from, began, seconds)
            self.assertLess(waits_from, fields.Datetime.now() + timedelta(seconds=1))
