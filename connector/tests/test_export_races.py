# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports that race, and their jobs."""

from contextlib import suppress
from unittest.mock import patch

from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import ENQUEUED, Job

from ..exception import RetryableJobError
from .export_common import Child, ProcessCase
from .export_processes import exporter_class, failing, run_export, slow_create


@tagged("post_install", "-at_install")
class TestRacingExports(ProcessCase):
    def race(self, function, count=2):
        """Return the outcomes of processes that do the same at the same time."""

        def start(env, parent):
            parent.tell("ready")
            parent.wait()
            return function(env)

        children = [Child(self.registry.db_name, start) for __ in range(count)]
        for child in children:
            self.addCleanup(child.end)
            self.assertEqual(child.hear(), "ready")
        for child in children:
            child.go_on()
        return [child.hear() for child in children]

    def test_two_processes_export_a_record_once(self):
        binding_id = self.make_partner(name="Raced")
        before = self.system.ids("test.export.partner")

        def export(env):
            with slow_create(env):
                return run_export(env, binding_id)

        outcomes = self.race(export)
        self.assertEqual(len(self.system.ids("test.export.partner")), len(before) + 1)
        self.assertEqual(outcomes.count("RetryableJobError"), 1, outcomes)
        with self.transaction() as env:  # the retry
            self.assertIn("Updated", run_export(env, binding_id))

    def test_two_processes_make_the_binding_of_a_dependency_once(self):
        with self.transaction() as env:
            parent_id = env["res.partner"].create({"name": "Parent"}).id
        binding_ids = [self.make_partner(parent_id=parent_id) for __ in range(2)]
        queue = list(binding_ids)

        def start(binding_id):
            def export(env, parent):
                parent.tell("ready")
                parent.wait()
                with slow_create(env):
                    return run_export(env, binding_id)

            return Child(self.registry.db_name, export)

        children = [start(binding_id) for binding_id in queue]
        for child in children:
            self.addCleanup(child.end)
            self.assertEqual(child.hear(), "ready")
        for child in children:
            child.go_on()
        outcomes = [child.hear() for child in children]
        self.assertEqual(outcomes.count("RetryableJobError"), 1, outcomes)
        with self.transaction() as env:  # the retry
            for binding_id in binding_ids:
                run_export(env, binding_id)
        with self.transaction() as env:
            parents = env["test.export.partner"].search([("odoo_id", "=", parent_id)])
            self.assertEqual(len(parents), 1)
            remote = [
                record
                for external_id in self.system.ids("test.export.partner")
                if (record := self.system.read("test.export.partner", external_id))
                and record["name"] == "Parent"
            ]
            self.assertEqual(len(remote), 1)

    def test_an_export_that_began_before_another_one_ended_is_retried(self):
        """The first has committed when the second locks: no second record is made."""
        binding_id = self.make_partner(name="Late")
        before = self.system.ids("test.export.partner")

        def export_late(env, parent):
            cls = exporter_class(env)
            lock = cls._lock

            def wait_and_lock(self):
                parent.tell("has looked for an external id")
                parent.wait()
                lock(self)

            with patch.object(cls, "_lock", wait_and_lock):
                return run_export(env, binding_id)

        child = Child(self.registry.db_name, export_late)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "has looked for an external id")
        with self.transaction() as env:
            run_export(env, binding_id)
        child.go_on()
        self.assertEqual(child.hear(), "SerializationFailure")
        self.assertEqual(len(self.system.ids("test.export.partner")), len(before) + 1)


@tagged("post_install", "-at_install")
class TestExportJob(ProcessCase):
    def test_a_job_binds_what_it_exported(self):
        binding_id = self.make_partner()
        job = self._run_job(binding_id)
        self.assertEqual(job["state"], "done", job["exc_info"])
        self.assertTrue(self.read_partner(binding_id, "external_id"))
        self.assertEqual(self.read_receipts(binding_id), [])

    @mute_logger("odoo.addons.queue_job.controllers.main")
    def test_a_job_that_fails_after_the_export_keeps_the_external_id(self):
        binding_id = self._fail_and_retry()
        self.assertEqual(self.read_receipts(binding_id), [])

    @mute_logger("odoo.addons.queue_job.controllers.main")
    def test_a_job_that_may_commit_binds_immediately(self):
        self._allow_commit()
        self._fail_and_retry(is_bound=True)

    def _fail_and_retry(self, is_bound=False):
        """Run an export that fails after it was sent, and run it again."""
        binding_id = self.make_partner()
        before = self.system.ids("test.export.partner")
        with self.transaction() as env, failing("_after_export", env):
            job = self._run_job(binding_id)
        self.assertEqual(job["state"], "failed")
        self.assertEqual(bool(self.read_partner(binding_id, "external_id")), is_bound)
        self.assertEqual(len(self.read_receipts(binding_id)), 0 if is_bound else 1)
        job = self._run_job(binding_id)
        self.assertEqual(job["state"], "done", job["exc_info"])
        created = self.system.ids("test.export.partner")[len(before) :]
        self.assertEqual([self.read_partner(binding_id, "external_id")], created)
        return binding_id

    def test_a_job_that_cannot_lock_is_postponed(self):
        binding_id = self.make_partner()

        def hold(env, parent):
            env["test.export.partner"].browse(binding_id).lock_for_update()
            parent.tell("held")
            parent.wait()

        child = Child(self.registry.db_name, hold)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "held")
        job = self._run_job(binding_id)
        child.go_on()
        self.assertEqual(job["state"], "pending", job["exc_info"])
        self.assertEqual(job["retry"], 0)
        self.assertTrue(job["eta"])

    def _run_job(self, binding_id):
        """Store an export job, run it as the server does, and return its values."""
        with self.transaction() as env:
            binding = env["test.export.partner"].browse(binding_id)
            job = binding.with_delay().export_record()
            uuid = job.uuid
            record = job.db_record()
            self.addCleanup(self._delete_job, uuid)
            record.write({"state": ENQUEUED})
        with suppress(ValueError), self.transaction() as env:
            job = RunJobController._acquire_job(env, uuid)
            RunJobController._runjob(env, job)
        with self.transaction() as env:
            record = Job.db_records_from_uuids(env, [uuid])
            return record.read(["state", "retry", "eta", "exc_info"])[0]

    def _allow_commit(self):
        """Give the model a separate job function until the test ends."""
        with self.transaction() as env:
            function = env["queue.job.function"].create(
                {
                    "model_id": env["ir.model"]._get_id("test.export.partner"),
                    "method": "export_record",
                    "allow_commit": True,
                }
            )
            self.addCleanup(self._delete_function, function.id)

    def _delete_function(self, function_id):
        with self.transaction() as env:
            env["queue.job.function"].browse(function_id).unlink()

    def _delete_job(self, uuid):
        with self.transaction() as env:
            Job.db_records_from_uuids(env, [uuid]).unlink()


@tagged("post_install", "-at_install")
class TestChild(ProcessCase):
    def test_a_child_commits_in_a_separate_transaction(self):
        binding_id = self.make_partner()

        def rename(env, parent):
            env["test.export.partner"].browse(binding_id).name = "Renamed"

        child = Child(self.registry.db_name, rename)
        self.addCleanup(child.end)
        child.hear()
        child.end()
        self.assertEqual(self.read_partner(binding_id, "name"), "Renamed")

    def test_a_child_returns_its_error(self):
        def fail(env, parent):
            raise RetryableJobError("no")

        child = Child(self.registry.db_name, fail)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "RetryableJobError")
