# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A job runner or scheduled actions that do not run are found by any request.

The runners are those of ``queue_job``, with separate connections.
"""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.sql_db import connection_info_for, db_connect
from odoo.tests import tagged

from odoo.addons.queue_job.jobrunner.runner import Database, QueueJobRunner

from ..models.health import ERROR, WARNING, liveness
from .test_health import HealthCase


class RunnerCase(HealthCase):
    def setUp(self):
        super().setUp()
        for memory in (liveness._silent, liveness._unstarted):
            memory.clear()
            self.addCleanup(memory.clear)
        self.enterContext(patch.object(liveness, "ANSWER_SECONDS", 0.5))

    def find(self, *kinds, **kwargs):
        backends = {(self.backend._name, self.backend.id): self.backend}
        return [
            condition
            for condition in self.health._find_database_conditions(backends)
            if condition.kind in kinds
        ]

    def delay_job(self, **values):
        job = self.env["test.export.partner"].with_delay().import_changes(self.backend)
        stored = job.db_record()
        stored.write(values)
        self.env.flush_all()
        return stored

    @contextmanager
    def running_runner(self):
        """Run the job runner in a thread; it calls an address that nobody serves."""
        runner = QueueJobRunner(port=9, channel_config_string="root:1")
        thread = threading.Thread(target=runner.run)
        name = "odoo.addons.queue_job.jobrunner.runner"
        dbname = self.env.cr.dbname
        with (
            self.assertLogs(name),
            patch.object(runner, "get_db_names", lambda: [dbname]),
        ):
            thread.start()
            try:
                self.wait_for(lambda: liveness.find_runner(self.env.cr))
                yield runner
            finally:
                runner.stop()
                thread.join(60)
        self.wait_for(lambda: not liveness.find_runner(self.env.cr))

    @contextmanager
    def connected_runner(self):
        """Connect a runner that executes nothing, as a process that is stopped."""
        database = Database(self.env.cr.dbname)
        try:
            yield database
        finally:
            database.close()
            self.wait_for(lambda: not liveness.find_runner(self.env.cr))

    def wait_for(self, is_true):
        end = time.monotonic() + 60
        while not is_true():
            self.assertLess(time.monotonic(), end, "It did not happen")
            time.sleep(0.02)


@tagged("post_install", "-at_install")
class TestRunner(RunnerCase):
    def test_no_runner_is_connected(self):
        (found,) = self.find("runner")
        self.assertEqual((found.severity, found.key), (ERROR, "runner:absent"))
        self.assertEqual(found.count, 0)
        job = self.delay_job()
        (found,) = self.find("runner")
        self.assertEqual(found.count, 1)
        self.assertEqual(found.since, job.date_created.replace(microsecond=0))

    def test_jobs_of_tomorrow_do_not_wait(self):
        self.delay_job(eta=fields.Datetime.now() + timedelta(days=1))
        (found,) = self.find("runner")
        self.assertEqual(found.count, 0)

    def test_without_an_active_backend_no_runner_is_needed(self):
        self.backend.state = "draft"
        self.assertEqual(self.find("runner", "cron"), [])

    def test_a_runner_that_works_answers(self):
        with self.running_runner(), patch.object(liveness, "QUIET_SECONDS", 0):
            runner = liveness.find_runner(self.env.cr)
            self.assertTrue(liveness.answers(self.env.cr, runner))
            self.assertEqual(self.find("runner"), [])
            self.assertEqual(liveness._silent, {})

    def test_a_runner_with_full_channels_is_running(self):
        self.delay_job(
            state="started",
            date_enqueued=fields.Datetime.now() - timedelta(hours=1),
            date_started=fields.Datetime.now() - timedelta(hours=1),
        )
        waiting = self.delay_job()
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '1 hour' "
            "WHERE id = %s",
            [waiting.id],
        )
        with self.running_runner(), patch.object(liveness, "QUIET_SECONDS", 0):
            self.assertEqual(self.find("runner"), [])

    def test_a_runner_whose_connection_ended(self):
        with self.running_runner():
            pid = liveness.find_runner(self.env.cr).pid
            with db_connect(self.env.cr.dbname).cursor() as cr:
                cr.execute("SELECT pg_terminate_backend(%s)", [pid])
            self.wait_for(lambda: self.find("runner"))
            (found,) = self.find("runner")
            self.assertEqual(found.key, "runner:absent")

    def test_a_runner_that_does_not_react(self):
        with self.connected_runner(), patch.object(liveness, "QUIET_SECONDS", 0):
            acted_at = liveness.find_runner(self.env.cr).acted_at
            (found,) = self.find("runner")
            self.assertEqual((found.severity, found.key), (ERROR, "runner:silent"))
            self.assertEqual(found.since, acted_at.replace(microsecond=0))
            with patch.object(liveness, "_wait_until") as wait:
                self.assertTrue(self.find("runner"))
            wait.assert_not_called()  # it waits only once

    def test_a_runner_that_reacts_again(self):
        with self.connected_runner() as database:
            with patch.object(liveness, "QUIET_SECONDS", 0):
                self.assertTrue(self.find("runner"))
            database.keep_alive()
            self.assertEqual(self.find("runner"), [])

    def test_jobs_that_are_given_to_odoo_and_do_not_start(self):
        job = self.delay_job(state="enqueued", date_enqueued=fields.Datetime.now())
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '1 minute', "
            "date_enqueued = date_enqueued - interval '20 s' WHERE id = %s",
            [job.id],
        )
        self.env.invalidate_all()
        with self.connected_runner():
            (found,) = self.find("runner")
            self.assertEqual((found.key, found.count), ("runner:unstarted", 1))
            self.assertLess(found.since, fields.Datetime.now() - timedelta(seconds=30))
            other = self.delay_job(state="done", date_done=fields.Datetime.now())
            self.assertEqual(self.find("runner"), [], other)

    def test_jobs_that_are_not_given_to_odoo(self):
        job = self.delay_job()
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '11 minutes' "
            "WHERE id = %s",
            [job.id],
        )
        with self.connected_runner():
            (found,) = self.find("runner")
        self.assertEqual((found.key, found.severity), ("runner:late", WARNING))

    def test_a_runner_of_another_role_counts_as_running(self):
        with self.connected_runner(), patch.object(liveness, "QUIET_SECONDS", 0):
            hidden = liveness.find_runner(self.env.cr)._replace(acted_at=None)
            self.assertTrue(liveness.answers(self.env.cr, hidden))


@tagged("post_install", "-at_install")
class TestCron(RunnerCase):
    def test_a_scheduled_action_that_is_not_due(self):
        self.assertEqual(self.find("cron"), [])

    def test_a_scheduled_action_that_is_off(self):
        self.set_cron(active=False)
        (found,) = self.find("cron")
        self.assertEqual(found.key, "cron:inactive")
        self.assertEqual(found.action["res_id"], self.cron.id)

    def test_a_scheduled_action_that_fails(self):
        since = fields.Datetime.now() - timedelta(hours=1)
        self.set_cron(failure_count=3, first_failure_date=since)
        (found,) = self.find("cron")
        self.assertEqual((found.key, found.since), ("cron:failing", since))

    def test_a_scheduled_action_that_nobody_starts(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT nextcall FROM ir_cron WHERE id = %s", [self.cron.id])
            (due_at,) = cr.fetchone()
        if due_at > fields.Datetime.now() - timedelta(seconds=10):
            self.skipTest("The action of the database is not due")
        self.set_cron(nextcall=due_at)
        (found,) = self.find("cron")
        self.assertEqual((found.key, found.since), ("cron:stopped", due_at))
        with patch.object(liveness, "_wait_until") as wait:
            self.assertTrue(self.find("cron"))
        wait.assert_not_called()  # it waits only once

    def test_workers_that_cannot_be_notified_have_more_time(self):
        def notify():
            raise psycopg2.OperationalError("no access to postgres")

        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT nextcall FROM ir_cron WHERE id = %s", [self.cron.id])
            (due_at,) = cr.fetchone()
        late = abs(fields.Datetime.now() - due_at)
        cron = (self.env.cr.dbname, self.cron.id)
        with patch.object(liveness, "UNNOTIFIED", late + timedelta(minutes=1)):
            self.assertTrue(liveness.starts_when_notified(*cron, due_at, notify))
        with patch.object(liveness, "UNNOTIFIED", -late - timedelta(minutes=1)):
            self.assertFalse(liveness.starts_when_notified(*cron, due_at, notify))

    def test_workers_that_are_busy(self):
        due_at = fields.Datetime.now() - timedelta(minutes=5)
        self.set_cron(nextcall=due_at)
        with psycopg2.connect(**connection_info_for(self.env.cr.dbname)[1]) as other:
            other.cursor().execute(
                "SELECT FROM ir_cron WHERE id <> %s LIMIT 1 "
                "FOR NO KEY UPDATE SKIP LOCKED",
                [self.cron.id],
            )
            self.assertEqual(self.find("cron"), [])
            self.set_cron(nextcall=due_at - timedelta(minutes=6))
            (found,) = self.find("cron")
            self.assertEqual((found.key, found.severity), ("cron:late", WARNING))
            other.rollback()
        other.close()
