# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.tests import BaseCase, tagged

from odoo.addons.queue_job.job import Job

from ..database import lost_database_names
from ..models.queue_job.postponed import LOST_DATABASE_TRIES
from .common import TestConnectorCase

CLOSED = {
    "exc_name": "psycopg2.InterfaceError",
    "exc_message": "cursor already closed",
    "exc_info": "Traceback",
}


class TestLostDatabaseNames(BaseCase):
    def test_each_way_to_lose_the_connection_has_its_name(self):
        self.assertLessEqual(
            {
                "psycopg2.InterfaceError",
                "psycopg2.OperationalError",
                "psycopg2.errors.AdminShutdown",
                "psycopg2.errors.CrashShutdown",
                "psycopg2.errors.CannotConnectNow",
                "psycopg2.errors.ConnectionFailure",
            },
            lost_database_names(),
        )

    def test_errors_of_a_running_database_are_not_among_them(self):
        for error in (
            psycopg2.errors.DiskFull,
            psycopg2.errors.SerializationFailure,
            psycopg2.errors.UniqueViolation,
            psycopg2.errors.QueryCanceled,
        ):
            name = f"{error.__module__}.{error.__name__}"
            self.assertNotIn(name, lost_database_names())


@tagged("post_install", "-at_install")
class TestJobLostDatabase(TestConnectorCase):
    __test__ = True

    def start(self, delayed=None):
        """Return a job that a worker has begun."""
        if delayed is None:
            model = self.env["test.res.partner"]
            delayed = model.with_delay().import_record(self.backend, 1)
        job = Job.load(self.env, delayed.uuid)
        job.set_started()
        job.retry = 1
        job.store()
        return job

    def fail(self, job, **failure):
        """Store a failure as the job runner does, and return the record of the job."""
        job.set_failed(**(CLOSED | failure))
        job.store()
        return job.db_record()

    def test_a_job_that_lost_the_database_is_tried_again(self):
        before = fields.Datetime.now()
        record = self.fail(self.start())
        self.assertEqual(record.state, "pending")
        self.assertGreaterEqual(record.eta, before + timedelta(seconds=10))
        self.assertIn("cursor already closed", record.result)
        self.assertFalse(record.exc_name or record.exc_info or record.worker_pid)

    def test_it_does_not_count_as_a_try_of_the_job(self):
        self.assertEqual(self.fail(self.start()).retry, 0)

    def test_nobody_is_notified_of_a_failure(self):
        job = self.start()
        messages = job.db_record().message_ids
        self.assertEqual(self.fail(job).message_ids, messages)

    def test_a_job_loses_the_database_so_often_and_then_fails(self):
        job = self.start()
        for count in range(1, LOST_DATABASE_TRIES + 1):
            record = self.fail(job)
            self.assertEqual(
                (record.state, record.sync_lost_database_count), ("pending", count)
            )
            job = self.start(record)
        record = self.fail(job)
        self.assertEqual((record.state, record.exc_name), ("failed", job.exc_name))
        self.assertEqual(record.sync_lost_database_count, LOST_DATABASE_TRIES)

    def test_another_failure_stays_one(self):
        for name in ("odoo.exceptions.UserError", "psycopg2.errors.UniqueViolation"):
            record = self.fail(self.start(), exc_name=name)
            self.assertEqual((record.state, record.exc_name), ("failed", name))

    def test_a_job_of_others_is_not_touched(self):
        delayed = self.env.user.partner_id.with_delay().write({"comment": "x"})
        self.assertEqual(self.fail(self.start(delayed)).state, "failed")

    def test_a_job_of_a_binding_without_a_backend_belongs_to_connectors(self):
        delayed = self.env["test.res.partner"].with_delay().resync()
        record = self.fail(self.start(delayed))
        self.assertFalse(record.sync_backend_model)
        self.assertEqual(record.state, "pending")

    def test_a_job_that_another_worker_has_is_left_to_it(self):
        job = self.start()
        job.db_record().worker_pid = job.worker_pid + 1
        record = self.fail(job)
        self.assertEqual((record.state, record.exc_name), ("started", False))

    def test_a_job_that_was_cancelled_meanwhile_stays_so(self):
        job = self.start()
        job.db_record().state = "cancelled"
        self.assertEqual(self.fail(job).state, "cancelled")

    def test_a_job_whose_commit_was_all_that_happened_is_done_again(self):
        job = self.start()
        job.db_record().state = "done"
        self.assertEqual(self.fail(job).state, "pending")
