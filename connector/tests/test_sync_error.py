# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One open failure and one failed job of each record, none once it succeeds."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..exception import (
    InvalidDataError,
)
from .import_common import PARTNER, partner
from .sync_error_case import SyncErrorCase


@tagged("post_install", "-at_install")
class TestFailingRecords(SyncErrorCase):
    __test__ = True

    def test_a_record_that_fails_is_one_open_failure(self):
        self.put_bad()
        job = self.run_import()
        self.assertEqual(job.state, "failed")
        error = self.open_errors()
        self.assertEqual(
            (error.model_name, error.external_id, error.direction, error.attempts),
            (PARTNER, "1", "import", 1),
        )
        self.assertEqual(error.job_uuid, job.uuid)
        self.assertIn("NUL", error.reason)
        self.assertTrue(error.cause and error.first_seen and error.last_seen)

    def test_its_repeated_failure_counts_up_and_leaves_one_failed_job(self):
        self.put_bad()
        for _ in range(3):
            job = self.run_import()
        error = self.open_errors()
        self.assertEqual((len(error), error.attempts), (1, 3))
        self.assertEqual(error.job_uuid, job.uuid)
        self.assertEqual(self.jobs("failed"), job)
        self.assertEqual(len(self.jobs("cancelled")), 2)
        self.assertIn(f"Superseded by job {job.uuid}", self.jobs("cancelled")[0].result)

    def test_each_import_of_all_leaves_one_failed_job_of_the_record(self):
        self.put(partner(2))
        self.put_bad(1)
        for _ in range(3):
            self.run_chunk([1, 2])
        self.assertEqual(len(self.open_errors()), 1)
        self.assertEqual(self.open_errors().attempts, 3)
        self.assertEqual(len(self.jobs("failed")), 1)

    def test_a_requeued_job_that_fails_again_counts_up(self):
        self.put_bad()
        job = self.run_import()
        job.requeue()
        self.run_stored(job)
        self.assertEqual(self.open_errors().attempts, 2)
        self.assertEqual(self.jobs("failed"), job)

    def test_two_records_are_two_failures(self):
        self.put_bad(1)
        self.put_bad(2)
        self.run_import(1)
        self.run_import(2)
        self.assertEqual(set(self.open_errors().mapped("external_id")), {"1", "2"})
        self.assertEqual(len(self.jobs("failed")), 2)

    def test_only_the_first_failure_is_notified(self):
        self.put_bad()
        first, second = self.run_import(), self.run_import()
        self.assertIn(
            "Something bad happened", "".join(first.message_ids.mapped("body"))
        )
        self.assertFalse(second.message_ids.filtered("body"))

    def test_its_success_resolves_it_and_its_jobs(self):
        self.put_bad()
        failed = self.run_import()
        self.put(partner(1))
        job = self.run_import()
        self.assertEqual(job.state, "done")
        self.assertFalse(self.open_errors())
        self.assertEqual(self.errors().state, "resolved")
        self.assertTrue(self.errors().resolved_at)
        self.assertEqual(failed.state, "done")
        self.assertIn("Resolved", failed.result)

    def test_its_success_in_a_chunk_resolves_it(self):
        self.put_bad()
        failed = self.run_import()
        self.put(partner(1), partner(2))
        self.run_chunk([1, 2])
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def test_its_success_as_a_dependency_resolves_it(self):
        self.put_bad()
        failed = self.run_import()
        self.put(partner(1), partner(2, parent=1))
        self.run_import(2)
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def test_a_record_that_is_skipped_now_is_resolved(self):
        self.put_bad()
        self.run_import()
        self.put(partner(1, skip=True))
        self.run_import()
        self.assertFalse(self.open_errors())

    def test_the_error_of_a_deleted_record_is_resolved(self):
        self.put_bad()
        self.run_import()
        self.system.remove(PARTNER, 1)
        self.run_import()
        self.assertFalse(self.open_errors())
        self.assertFalse(self.jobs("failed"))

    def test_the_success_of_another_record_resolves_nothing(self):
        self.put_bad(1)
        failed = self.run_import(1)
        self.put(partner(2))
        self.run_import(2)
        self.assertEqual(len(self.open_errors()), 1)
        self.assertEqual(failed.state, "failed")

    def test_a_record_that_fails_again_is_a_new_failure(self):
        self.put_bad()
        self.run_import()
        self.put(partner(1))
        self.run_import()
        self.put(partner(1, email="\0", updated_at="2026-01-02 00:00:00"))
        self.run_import()
        self.assertEqual(len(self.open_errors()), 1)
        self.assertEqual(self.open_errors().attempts, 1)
        self.assertEqual(len(self.errors()), 2)

    def test_the_failure_of_another_backend_is_another_one(self):
        other = self.backend.copy({"name": "Other"})
        self.env["connector.sync.error"]._note(
            other._name, other.id, f"{PARTNER} import record:1", cause="data"
        )
        self.put(partner(1))
        self.run_import()
        self.assertEqual(
            self.env["connector.sync.error"]
            .search([("backend_id", "=", other.id)])
            .state,
            "open",
        )

    def test_a_person_who_ends_the_failed_job_resolves_it(self):
        for button in ("button_done", "button_cancelled"):
            self.put_bad()
            getattr(self.run_import(), button)()
            self.assertFalse(self.open_errors())

    def test_a_healed_run_counts_the_record_as_failed_no_longer(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        run._set_found(2)
        self.put(partner(2))
        self.put_bad(1)
        self.run_chunk([1, 2], run=run)
        self.assertEqual((run.failed_count, run.state), (1, "failed"))
        self.put(partner(1))
        self.run_import(1)
        run.invalidate_recordset()
        self.assertEqual((run.failed_count, run.skipped_count), (0, 1))
        self.assertEqual(run.state, "done")

    def test_a_chunk_that_fails_whole_is_one_failure_until_all_are_imported(self):
        self.put(*(partner(key) for key in range(1, 5)))
        with self.failing_reads(InvalidDataError("no such field")):
            failed = self.run_chunk([1, 2, 3])
        self.assertEqual(failed.state, "failed")
        self.assertEqual(self.open_errors().external_ids, ["1", "2", "3"])
        self.run_chunk([1, 2])
        self.assertEqual(self.open_errors().external_ids, ["3"])
        self.assertEqual(failed.state, "failed")
        self.run_chunk([3, 4])
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def failing_reads(self, error):
        importer = type(self.component("record.importer", PARTNER))

        def read_many(importer, external_ids):
            raise error

        return patch.object(importer, "_read_many", read_many)

    def test_the_failure_is_kept_though_the_transaction_of_the_job_is_not(self):
        self.put_bad()
        before = self.env["res.partner"].search_count([])
        self.run_import()
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(len(self.open_errors()), 1)

    def test_a_failure_that_cannot_be_noted_leaves_the_job_failed(self):
        self.put_bad()
        model = type(self.env["connector.sync.error"])
        with (
            patch.object(model, "_note", side_effect=ValueError("broken")),
            self.assertLogs("odoo.addons.connector.models.queue_job.errors"),
        ):
            self.assertEqual(self.run_import().state, "failed")

    def test_a_job_that_cannot_be_loaded_is_a_failure(self):
        job = self.model.with_delay().import_record(self.backend, 1).db_record()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE queue_job SET method_name = 'lost' WHERE id = %s", (job.id,)
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.connector.models.queue_job.unloadable"):
            self.assertTrue(job._fail_if_unloadable())
        self.assertEqual(self.open_errors().cause, "unloadable")
        self.assertEqual(self.open_errors().external_id, "1")

    def test_a_job_whose_worker_died_too_often_is_a_failure(self):
        self.put(partner(1))
        job = self.model.with_delay().import_record(self.backend, 1).db_record()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE queue_job SET state = 'failed', exc_name = 'JobFoundDead',"
            " exc_info = 'Job found dead' WHERE id = %s",
            (job.id,),
        )
        self.env.invalidate_all()
        for _ in range(2):
            with self.trap_jobs():
                self.env["connector.backend.mixin"]._run_schedules()
        error = self.open_errors()
        self.assertEqual(
            (error.cause, error.external_id, error.attempts), ("busy", "1", 1)
        )
        self.run_import(1)
        self.assertFalse(self.open_errors())
        self.assertEqual(job.state, "done")

    def test_a_success_asks_one_query(self):
        subjects = [f"{PARTNER} import record:{key}" for key in range(200)]
        errors = self.env["connector.sync.error"]
        errors._resolve_subjects(self.backend, subjects)
        with self.assertQueryCount(1):
            errors._resolve_subjects(self.backend, subjects)

    def test_old_resolved_failures_are_deleted(self):
        errors = self.env["connector.sync.error"]
        errors._note(self.backend._name, self.backend.id, "backend x", cause="data")
        error = self.open_errors()
        error._resolve()
        retention = self.env["connector.retention"]
        retention._gc_errors()
        self.assertTrue(error.exists())
        error.resolved_at = "2020-01-01"
        retention._gc_errors()
        self.assertFalse(error.exists())

    def test_managers_see_those_of_their_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        errors = self.env["connector.sync.error"]
        errors._note(self.backend._name, self.backend.id, "backend x", cause="data")
        error = self.open_errors()
        manager = new_test_user(
            self.env,
            "manager of errors",
            groups="base.group_user,connector.group_connector_manager",
        )
        user = new_test_user(self.env, "no manager", groups="base.group_user")
        self.assertTrue(error.with_user(manager).reason is not None)
        with self.assertRaises(AccessError):
            error.with_user(user).read(["reason"])
        error.company_id = company
        self.assertFalse(errors.with_user(manager).search([("id", "=", error.id)]))

    def test_a_person_opens_its_jobs(self):
        self.put_bad()
        job = self.run_import()
        action = self.open_errors().action_open_jobs()
        self.assertEqual(self.env["queue.job"].search(action["domain"]), job)
