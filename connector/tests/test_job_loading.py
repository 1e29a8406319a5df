# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that cannot be loaded end, and delay no other job."""

import json
from itertools import count
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

LOGGERS = (
    "odoo.addons.connector.models.queue_job.unloadable",
    "odoo.addons.queue_job.controllers.main",
    "odoo.http",
)


class UnloadableJobs:
    """Create jobs that cannot be loaded, each for another reason."""

    numbers = count()
    ways = (
        "model",
        "backend_model",
        "method",
        "user",
        "arguments",
        "company",
        "company_of_superuser",
    )

    def make_job(self, way="nothing", **values):
        """Return the record of a job of a partner that cannot be loaded."""
        user = new_test_user(self.env, f"starter-{next(self.numbers)}")
        records = self.env["res.partner"].with_user(user).sudo()
        job = records.with_delay().create([{"name": "Made by a job"}]).db_record()
        job = job.with_env(self.env)
        self.env.flush_all()
        if way == "user":
            user.unlink()
        elif way == "model":
            lost = {"_type": "odoo_recordset", "model": "lost.model", "ids": [1]}
            self.store(job, model_name="lost.model", records=json.dumps(lost))
        elif way == "backend_model":
            lost = {"_type": "odoo_recordset", "model": "lost.backend", "ids": [1]}
            self.store(job, args=json.dumps([lost]))
        elif way == "method":
            self.store(job, method_name="no_such_method")
        elif way == "arguments":
            self.store(
                job, kwargs='{"a": {"_type": "datetime_isoformat", "value": "x"}}'
            )
        elif way.startswith("company"):
            records = {"_type": "odoo_recordset", "model": "res.partner", "ids": []}
            records |= {"uid": user.id, "su": way == "company_of_superuser"}
            context = {"allowed_company_ids": [2147483647]}
            self.store(
                job,
                records=json.dumps({**records, "context": context}),
                company_id=None,
            )
        self.store(job, **values)
        return job

    def store(self, job, **values):
        """Store values as an older version of an addon did."""
        for name, value in values.items():
            self.env.cr.execute(
                f"UPDATE queue_job SET {name} = %s WHERE id = %s", (value, job.id)
            )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestUnloadableJobs(UnloadableJobs, HttpCase):
    def run_job(self, job):
        """Run a job as the runner does."""
        self.store(job, state="enqueued")
        with mute_logger(*LOGGERS):
            response = self.url_open(
                f"/queue_job/runjob?db={self.env.cr.dbname}&job_uuid={job.uuid}"
            )
        self.env.invalidate_all()
        return response

    def test_it_fails_with_the_reason(self):
        reasons = {
            "model": "the model lost.model is not installed",
            "backend_model": "the model lost.backend of an argument is not installed",
            "method": "the model res.partner has no method no_such_method",
            "user": "the user who started it was deleted",
            "arguments": "ParserError",
            "company": "unauthorized or invalid companies",
            "company_of_superuser": "the company of the job was deleted",
        }
        for way, reason in reasons.items():
            with self.subTest(way):
                job = self.make_job(way)
                response = self.run_job(job)
                self.assertEqual((response.status_code, job.state), (200, "failed"))
                self.assertIn("The job cannot be loaded", job.exc_message)
                self.assertIn(reason, job.exc_message)
                self.assertTrue(job.exc_name)
                self.assertIn("Traceback", job.exc_info)
                self.assertFalse(job.date_enqueued or job.worker_pid)

    def test_a_job_that_can_be_loaded_is_performed(self):
        job = self.make_job()
        self.run_job(job)
        self.assertEqual((job.state, job.exc_message), ("done", False))

    def test_a_job_that_waits_for_an_unloadable_one_ends_too(self):
        job, other = self.make_job(), self.make_job("model")
        self.store(
            job,
            dependencies=json.dumps(
                {"depends_on": [], "reverse_depends_on": [other.uuid]}
            ),
        )
        self.run_job(job)
        self.assertEqual(job.state, "failed")

    def test_another_error_is_not_taken_for_an_unloadable_job(self):
        job = self.make_job()
        with (
            patch(
                "odoo.addons.queue_job.job.Job.set_started", side_effect=OSError("x")
            ),
            self.assertLogs("odoo.http", "ERROR"),
        ):
            self.run_job_loudly(job)
        self.assertEqual(job.state, "enqueued")

    def run_job_loudly(self, job):
        self.store(job, state="enqueued")
        self.url_open(f"/queue_job/runjob?db={self.env.cr.dbname}&job_uuid={job.uuid}")
        self.env.invalidate_all()

    def test_it_is_cancelled(self):
        for way in self.ways:
            for state in ("pending", "enqueued", "failed"):
                with self.subTest(way, state=state):
                    job = self.make_job(way, state=state)
                    job.button_cancelled()
                    self.assertEqual(job.state, "cancelled")
                    self.assertIn("Cancelled by", job.result)
                    self.assertTrue(job.date_cancelled)

    def test_it_is_set_to_done(self):
        for way in self.ways:
            with self.subTest(way):
                job = self.make_job(way, state="failed")
                job.button_done()
                self.assertEqual(job.state, "done")
                self.assertTrue(job.date_done)

    def test_a_connector_manager_cancels_it(self):
        manager = new_test_user(
            self.env,
            "manager of unloadable jobs",
            groups="base.group_user,connector.group_connector_manager",
        )
        for button, state in (
            ("button_cancelled", "cancelled"),
            ("button_done", "done"),
        ):
            job = self.make_job("model", state="failed", sync_backend_model="lost")
            getattr(job.with_user(manager), button)()
            self.assertEqual(job.state, state)

    def test_several_are_cancelled_by_the_wizard_with_others(self):
        jobs = self.make_job("model") + self.make_job() + self.make_job("user")
        self.env["queue.jobs.to.cancelled"].create(
            {"job_ids": jobs.ids}
        ).set_cancelled()
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})

    def test_requeued_it_fails_again_with_the_reason(self):
        job = self.make_job("model", state="failed")
        with mute_logger(*LOGGERS):
            job.requeue()
        self.assertEqual(job.state, "failed")
        self.assertIn("lost.model", job.exc_message)

    def test_jobs_that_wait_for_it_go_on_or_are_cancelled_with_it(self):
        for button, state in (
            ("button_done", "pending"),
            ("button_cancelled", "cancelled"),
        ):
            with self.subTest(button):
                job, waiting, last = (self.make_job() for _ in range(3))
                graph = {"graph_uuid": f"graph-{button}"}
                self.chain(job, waiting, last, **graph)
                self.store(job, model_name="lost.model", method_name="x", **graph)
                self.store(
                    job,
                    records='{"_type": "odoo_recordset", "model": "lost", "ids": []}',
                )
                getattr(job, button)()
                self.assertEqual(waiting.state, state)
                if state == "cancelled":
                    self.assertEqual(last.state, state)

    def chain(self, *jobs, **values):
        for before, job, after in zip(
            (None, *jobs), jobs, (*jobs[1:], None), strict=False
        ):
            self.store(
                job,
                dependencies=json.dumps(
                    {
                        "depends_on": [before.uuid] if before else [],
                        "reverse_depends_on": [after.uuid] if after else [],
                    }
                ),
                state="wait_dependencies" if before else "failed",
                **values,
            )

    def test_its_related_record_is_a_sentence(self):
        with self.assertRaisesRegex(UserError, "cannot be loaded.*lost.model"):
            self.make_job("model").open_related_action()

    def test_the_jobs_of_a_model_are_cancelled_with_it(self):
        model = self.env["ir.model"].create({"name": "Gone", "model": "x_gone"})
        jobs = self.env["queue.job"].browse()
        for state in ("pending", "enqueued", "failed", "wait_dependencies"):
            jobs += self.make_job("model", model_name="x_gone", state=state)
        of_backend = self.make_job("backend_model", sync_backend_model="x_gone")
        done = self.make_job("model", model_name="x_gone", state="done")
        other = self.make_job()
        model.unlink()
        self.assertEqual(set((jobs + of_backend).mapped("state")), {"cancelled"})
        self.assertEqual((done.state, other.state), ("done", "pending"))
