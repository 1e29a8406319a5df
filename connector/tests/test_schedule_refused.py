# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend that refuses access leaves the schedule; exports that fail."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exception import (
    AccessRefused,
    CredentialsRefused,
    InvalidDataError,
    NetworkRetryableError,
)
from .job_runs import JobRuns
from .test_schedule_failures import SCHEDULE_LOGGER, ScheduleCase

CONNECTION_LOGGER = "odoo.addons.connector.models.backend_connection"
ALERT_LOGGER = "odoo.addons.connector.models.alert.check"


@tagged("post_install", "-at_install")
class TestRefusedSchedule(JobRuns, ScheduleCase):
    def run_changes(self, error=None, model="test.export.partner"):
        """Run a job that searches for changes; the backend refuses it by default."""
        importer = type(self.component("changes.importer", model))

        def run(importer, **kwargs):
            if error:
                raise error
            return "none"

        with patch.object(importer, "run", run):
            delayed = self.env[model].with_delay(max_retries=1)
            return self.run_stored(delayed.import_changes(self.backend))

    def activities(self):
        """Return the notifications that the responsible user gets about the backend."""
        if "activity_ids" in self.backend._fields:
            return self.backend.activity_ids
        subject = f"{self.backend.display_name}: "
        return self.env["mail.mail"].search([("subject", "like", subject)])

    def test_refused_credentials_stop_the_schedule_and_notify_once(self):
        for _ in range(3):
            self.run_changes(CredentialsRefused("401: the key was revoked"))
        self.assertIn("the key was revoked", self.backend.schedule_stopped_reason)
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.run_schedules(), {self.other})
        self.assertEqual(self.open_errors().attempts, 3)
        jobs = self.env["queue.job"].search(
            [("sync_backend_id", "=", self.backend.id), ("state", "=", "failed")]
        )
        self.assertEqual(len(jobs), 1)

    def test_refused_credentials_stop_it_in_any_job(self):
        binding = self.make_binding()
        with patch.object(
            type(self.exporter()), "run", side_effect=CredentialsRefused("401")
        ):
            self.run_stored(binding.with_delay().export_record())
        self.assertTrue(self.backend.schedule_stopped_reason)

    def test_refused_access_stops_it_in_a_search_only(self):
        binding = self.make_binding()
        with patch.object(
            type(self.exporter()), "run", side_effect=AccessRefused("403")
        ):
            self.run_stored(binding.with_delay().export_record())
        self.assertFalse(self.backend.schedule_stopped_reason)
        self.run_changes(AccessRefused("403"))
        self.assertTrue(self.backend.schedule_stopped_reason)

    def test_transient_errors_and_errors_of_a_record_do_not_stop_it(self):
        for error in (
            NetworkRetryableError("down"),
            InvalidDataError("x"),
            KeyError(1),
        ):
            self.run_changes(error)
            self.assertFalse(self.backend.schedule_stopped_reason)

    def test_no_schedule_of_a_stopped_backend_runs(self):
        self.backend.schedule_stopped_reason = "401"
        self.backend.removal_interval_hours = 1
        model = self.env[self.backend._name]
        with self.trap_jobs() as trap:
            model._scheduler_import()
            model._scheduler_export()
        self.assertNotIn(self.backend, {job.args[0] for job in trap.enqueued_jobs})
        self.assertEqual(self.run_schedules(), {self.other})

    def test_a_connection_that_works_resumes_it(self):
        self.run_changes(CredentialsRefused("401"))
        self.backend.button_check_connection()
        self.assertFalse(self.backend.schedule_stopped_reason)
        self.assertFalse(self.open_errors())
        self.assertEqual(self.run_schedules(), {self.backend, self.other})

    def test_a_connection_that_still_fails_does_not(self):
        self.run_changes(CredentialsRefused("401"))
        with self.failing("_check_connection", CredentialsRefused("401")):
            with self.assertRaises(UserError):
                self.backend.button_check_connection()
        self.assertTrue(self.backend.schedule_stopped_reason)

    def test_activation_resumes_it(self):
        self.run_changes(CredentialsRefused("401"))
        self.backend.button_start_production()
        self.assertFalse(self.backend.schedule_stopped_reason)

    def test_a_person_may_still_import_from_it(self):
        self.backend.schedule_stopped_reason = "401"
        with self.trap_jobs() as trap:
            self.backend.import_changes()
        self.assertTrue(trap.enqueued_jobs)

    def test_it_stops_though_nobody_can_be_notified(self):
        model = self.env.registry["connector.alert"]
        with (
            patch.object(model, "_send_alert", side_effect=ValueError("mail")),
            mute_logger(SCHEDULE_LOGGER, CONNECTION_LOGGER, ALERT_LOGGER),
        ):
            self.run_changes(CredentialsRefused("401"))
        self.assertTrue(self.backend.schedule_stopped_reason)
        self.assertTrue(self.open_errors())

    def test_a_refusal_that_has_markup_is_text(self):
        self.run_changes(CredentialsRefused("<b>401</b>"))
        (told,) = self.activities()
        html = told.note if "note" in told._fields else told.body
        self.assertNotIn("<b>", html)


@tagged("post_install", "-at_install")
class TestFailedExports(JobRuns, ScheduleCase):
    def export(self, binding, fields=None, error=None):
        arguments = {"fields": fields} if fields else {}
        job = binding.with_delay().export_record(**arguments)
        return self.run_export(binding, job, error)

    def export_by_position(self, binding, fields, error=None):
        job = binding.with_delay().export_record(fields)
        return self.run_export(binding, job, error)

    def run_export(self, binding, job, error):
        if not error:
            return self.run_stored(job)
        exporter = type(self.exporter(binding._name))
        with patch.object(exporter, "_run", side_effect=error):
            return self.run_stored(job)

    def failed_jobs(self):
        return self.env["queue.job"].search(
            [("sync_backend_id", "=", self.backend.id), ("state", "=", "failed")]
        )

    def test_a_failed_export_is_one_failure_until_it_succeeds(self):
        binding = self.make_binding()
        for _ in range(2):
            job = self.export(binding, error=InvalidDataError("refused"))
        error = self.open_errors()
        self.assertEqual(
            (error.direction, error.binding_id, error.attempts),
            ("export", binding.id, 2),
        )
        self.assertEqual(self.failed_jobs(), job)
        self.export(binding)
        self.assertFalse(self.open_errors() or self.failed_jobs())

    def test_a_failed_export_takes_over_the_fields_of_an_older_one(self):
        binding = self.make_binding()
        self.export(binding, ["name"], InvalidDataError("refused"))
        job = self.export(binding, ["active"], InvalidDataError("refused"))
        self.assertEqual(self.failed_jobs(), job)
        self.assertEqual(job.kwargs["fields"], ["active", "name"])

    def test_so_it_does_where_the_fields_are_not_given_by_name(self):
        binding = self.make_binding()
        for name in ("name", "active", "name"):
            job = self.export_by_position(binding, [name], InvalidDataError("refused"))
        self.assertEqual(self.failed_jobs(), job)
        self.assertEqual(job.kwargs["fields"], ["active", "name"])
        self.assertEqual(job.args, [])
        failed = self.export_by_position(binding, ["ref"], InvalidDataError("refused"))
        self.export(binding, ["active"])
        self.assertEqual(failed.state, "pending")

    def test_the_export_of_other_fields_tries_a_failed_one_again(self):
        binding = self.make_binding()
        self.export(binding)
        failed = self.export(binding, ["name"], InvalidDataError("refused"))
        self.export(binding, ["active"])
        self.assertEqual(failed.state, "pending")
        self.assertTrue(self.open_errors())
        self.run_stored(failed)
        self.assertFalse(self.open_errors())

    def test_the_export_of_all_fields_resolves_those_of_some(self):
        binding = self.make_binding()
        failed = self.export(binding, ["name"], InvalidDataError("refused"))
        self.export(binding)
        self.assertEqual(failed.state, "done")

    def test_a_deleted_binding_fails_no_longer(self):
        binding = self.make_binding()
        failed = self.export(binding, error=InvalidDataError("refused"))
        binding.unlink()
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def test_a_deletion_that_fails_is_resolved_by_its_success(self):
        model = self.env["test.export.partner"]
        deleter = type(self.component("record.exporter.deleter", model._name))
        with patch.object(deleter, "_delete", side_effect=InvalidDataError("no")):
            failed = self.run_stored(
                model.with_delay().export_delete_record(self.backend, "7")
            )
        self.assertEqual(self.open_errors().direction, "deletion")
        self.assertEqual(self.open_errors().external_id, "7")
        with patch.object(deleter, "_delete"):
            self.run_stored(model.with_delay().export_delete_record(self.backend, "7"))
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def test_failures_follow_a_backend_that_is_deleted(self):
        self.env["connector.sync.error"]._note(
            self.other._name, self.other.id, "backend refused", cause="refused"
        )
        error = self.open_errors(self.other)
        self.other.unlink()
        self.assertFalse(error.exists())
