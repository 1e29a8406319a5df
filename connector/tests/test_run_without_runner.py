# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheduled action runs the jobs of connectors where no job runner is alive."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.controllers import main
from odoo.addons.queue_job.job import Job

from ..models.health import liveness
from ..models.health.runner import WITHOUT_RUNNER
from . import job_runs
from .test_health_runner import RunnerCase

MODEL = "test.export.partner"


@tagged("post_install", "-at_install")
class TestRunWithoutRunner(RunnerCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()  # other cursors see the test's records
        with self.registry.cursor() as cr:
            self.cursor_class = type(cr)
        self.jobs = self.env["queue.job"]
        self.jobs.search([("state", "=", "pending")]).write({"state": "cancelled"})

    def delay_export(self, priority=10, name="Ada", eta=None):
        delayable = self.make_binding(name=name).with_delay(priority=priority, eta=eta)
        return delayable.export_record().db_record()

    def run_jobs(self, **kwargs):
        """Run the scheduled action; return the jobs that it performed, in order."""
        performed = []
        original = type(self.jobs)._perform

        def perform(jobs, uuid):
            performed.append(uuid)
            return original(jobs, uuid)

        self.env.flush_all()
        with (
            patch.object(type(self.jobs), "_perform", perform),
            patch.object(Job, "in_temporary_env", job_runs._same_transaction),
            patch.object(self.cursor_class, "rollback", lambda _cr: None),
            mute_logger(main.__name__),
        ):
            count = self.jobs._run_without_runner(**kwargs)
        self.env.invalidate_all()
        self.assertEqual(count, len(performed))
        return performed

    def test_jobs_run_by_priority(self):
        later = self.delay_export(priority=20)
        bulk = self.delay_export(priority=20)
        edit = self.delay_export(priority=4)
        self.assertEqual(self.run_jobs(), [edit.uuid, later.uuid, bulk.uuid])
        self.assertEqual(set((later | bulk | edit).mapped("state")), {"done"})
        self.assertEqual(self.run_jobs(), [])

    def test_jobs_that_must_wait_do_not_run(self):
        postponed = self.delay_export(eta=3600)
        waiting = self.delay_export()
        waiting.write({"state": "wait_dependencies"})
        foreign = self.env["res.partner"].with_delay().exists().db_record()
        self.assertEqual(self.run_jobs(), [])
        states = (postponed | waiting | foreign).mapped("state")
        self.assertEqual(states, ["pending", "wait_dependencies", "pending"])

    def test_jobs_of_a_paused_backend_are_parked(self):
        job = self.delay_export()
        self.backend.button_pause()
        self.assertEqual(self.run_jobs(), [job.uuid])
        self.assertEqual((job.state, job.sync_is_parked), ("pending", True))
        self.assertEqual(self.run_jobs(), [])

    def test_it_steps_aside_for_a_runner(self):
        job = self.delay_export()
        with self.connected_runner():
            self.assertEqual(self.run_jobs(), [])
            self.assertEqual(job.state, "pending")
            with patch.object(liveness, "QUIET_SECONDS", 0):
                self.assertEqual(self.run_jobs(), [job.uuid], "It does not react")

    def test_the_time_ends_it(self):
        self.delay_export()
        self.assertEqual(self.run_jobs(seconds=0), [])

    def test_a_job_whose_worker_died_runs_again(self):
        job = self.delay_export()
        long_ago = fields.Datetime.now() - timedelta(minutes=5)
        job.write(
            {"state": "started", "date_enqueued": long_ago, "date_started": long_ago}
        )
        self.assertEqual(self.run_jobs(), [job.uuid])
        self.assertEqual(job.state, "done")

    def test_health_says_what_runs_the_jobs(self):
        cron = self.env.ref(WITHOUT_RUNNER)
        self.assertFalse(cron.active)
        self.assertTrue(self.find("runner"))
        self.assertIsNone(self.health._find_kind_of_runner())
        cron.write({"active": True, "nextcall": fields.Datetime.now()})
        self.assertEqual(self.find("runner"), [])
        self.assertEqual(self.health._find_kind_of_runner(), "scheduled action")
        with self.connected_runner():
            self.assertEqual(self.health._find_kind_of_runner(), "job runner")

    def test_one_that_is_not_run_is_a_condition(self):
        cron = self.env.ref(WITHOUT_RUNNER)
        cron.write({"active": True})
        late = fields.Datetime.now() - timedelta(minutes=5)
        self.env.cr.execute(
            "UPDATE ir_cron SET nextcall = %s WHERE id = %s", [late, cron.id]
        )
        self.env.invalidate_all()
        with patch(
            "odoo.addons.connector.models.health.cron.starts_when_notified"
        ) as s:
            s.return_value = False
            (found,) = self.find("cron")
        self.assertEqual((found.key, found.since), ("cron:stopped", late))
