# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from ..exception import BackendPaused
from .export_common import ExportCase

BINDING = "test.export.partner"


class SwitchCase(ExportCase):
    def setUp(self):
        super().setUp()
        self.backend = self.backend.copy({"name": "Folder"})
        self.backend.state = "production"
        self.binding = self.make_binding(external_id="7")
        self.env.cr.precommit.clear()

    def jobs(self):
        return self.env["queue.job"].search(
            [
                ("sync_backend_model", "=", self.backend._name),
                ("sync_backend_id", "=", self.backend.id),
            ]
        )

    def start(self, delayed):
        """Run a job as the runner does, and return its record."""
        job = Job.load(self.env, delayed.uuid)
        job.set_started()
        job.store()
        try:
            job.perform()
        except BackendPaused as error:
            job.postpone(result=str(error), seconds=error.seconds)
            job.set_pending(reset_retry=False)
        else:
            job.set_done()
        job.store()
        self.env.flush_all()
        return job.db_record()

    def switch_off(self, state):
        if state == "archived":
            self.backend.active = False
        else:
            self.backend.state = state


@tagged("post_install", "-at_install")
class TestBackendSwitch(SwitchCase):
    # -- the reason -----------------------------------------------------------

    def test_a_backend_that_is_checked_or_in_production_is_on(self):
        for state in ("checked", "production"):
            self.backend.state = state
            self.assertIsNone(self.backend._find_reason_to_pause())
            self.assertFalse(self.backend.reason_to_pause)

    def test_a_backend_that_is_off_says_why_and_what_to_do(self):
        for state, reason in (
            ("draft", "Folder is a draft.*Test the connection"),
            ("paused", "Folder is paused.*Resume"),
        ):
            self.backend.state = state
            self.assertRegex(self.backend.reason_to_pause, reason)
            self.assertRegex(self.backend._find_reason_to_pause(), reason)

    def test_a_machine_that_pauses_says_why(self):
        self.backend._pause("The key was revoked.")
        self.assertRegex(self.backend.reason_to_pause, "paused.*The key was revoked")
        self.backend.button_resume()
        self.assertFalse(self.backend.reason_to_pause or self.backend.pause_reason)

    def test_a_paused_backend_is_resumed_into_the_state_it_had(self):
        for state in ("checked", "production"):
            self.backend.state = state
            self.backend.button_pause()
            self.assertEqual(self.backend.state, "paused")
            self.backend.button_resume()
            self.assertEqual(self.backend.state, state)

    def test_only_a_paused_backend_is_resumed(self):
        with self.assertRaisesRegex(UserError, "is not paused"):
            self.backend.button_resume()

    def test_an_archived_backend_does_not_start_its_schedule(self):
        self.backend.state = "checked"
        self.patch(type(self.backend), "_is_archived", lambda backend: True)
        with self.assertRaisesRegex(UserError, "is archived.*Unarchive it first"):
            self.backend.button_start_production()
        self.assertEqual(self.backend.state, "checked")

    # -- jobs that start ------------------------------------------------------

    def test_a_job_that_starts_is_postponed_and_is_not_a_try(self):
        for state in ("draft", "paused"):
            with self.subTest(state):
                job = self.binding.with_delay().export_record()
                self.switch_off(state)
                stored = self.start(job)
                self.assertEqual((stored.state, stored.retry), ("pending", 0))
                self.assertGreater(
                    stored.eta, fields.Datetime.now() + timedelta(hours=12)
                )
                self.assertIn("nothing is synchronized", stored.result)
                self.assertFalse(self.system.ids(BINDING))

    def test_every_kind_of_job_waits(self):
        model = self.env[BINDING]
        self.backend.state = "paused"
        for delayed in (
            model.with_delay().import_record(self.backend, "7"),
            model.with_delay().import_chunk(self.backend, ["7"]),
            model.with_delay().import_batch(backend=self.backend),
            model.with_delay().import_changes(self.backend),
            model.with_delay().import_removed(self.backend),
            model.with_delay().export_batch(self.backend),
            model.with_delay().dry_run_batch(self.backend),
            self.binding.with_delay().export_record(),
            self.binding.with_delay().write({"nickname": "an author's own method"}),
            self.backend.with_delay().write({"name": "an author's own method"}),
        ):
            stored = self.start(delayed)
            self.assertTrue(stored.sync_is_parked, stored.func_string)
        self.assertFalse(self.binding.nickname)

    def test_a_job_of_others_runs(self):
        self.backend.state = "paused"
        partner = self.env["res.partner"].create({"name": "Bob"})
        self.assertEqual(self.start(partner.with_delay().write({})).state, "done")

    def test_a_method_that_is_called_outside_a_job_runs(self):
        binding = self.make_binding()
        self.backend.state = "paused"
        binding.export_record()
        self.assertTrue(binding.external_id)

    def test_a_trapped_job_does_not_run_either(self):
        with self.trap_jobs() as trap:
            self.backend.import_changes()
            self.backend.state = "draft"
            with self.assertRaisesRegex(BackendPaused, "is a draft"):
                self.run_jobs(trap)

    def test_a_job_that_ran_when_the_backend_was_paused_may_finish(self):
        job = Job.load(self.env, self.binding.with_delay().write({}).uuid)
        job.set_started()
        job.store()
        self.backend.state = "paused"
        job.set_done()
        job.store()
        self.assertEqual(job.db_record().state, "done")

    # -- activation -----------------------------------------------------------

    def test_activation_wakes_the_jobs_that_waited(self):
        self.backend.button_pause()
        stored = self.start(self.make_binding().with_delay().export_record())
        self.backend.button_resume()
        self.assertEqual((stored.state, stored.eta), ("pending", False))
        self.assertFalse(stored.sync_is_parked or stored.result)
        self.assertEqual(self.start(stored).state, "done")
        self.assertTrue(self.system.ids(BINDING))

    def test_activation_leaves_alone_what_waits_for_something_else(self):
        eta = fields.Datetime.now() + timedelta(hours=1)
        job = self.binding.with_delay(eta=eta).export_record()
        self.backend.button_pause()
        self.backend.button_resume()
        self.assertTrue(job.db_record().eta)

    def test_another_backend_keeps_its_jobs_waiting(self):
        other = self.backend.copy({"name": "Other"})
        stored = self.start(self.env[BINDING].with_delay().import_changes(other))
        self.backend.button_pause()
        self.backend.button_resume()
        self.assertTrue(stored.sync_is_parked)

    # -- deletion -------------------------------------------------------------

    def test_deleting_a_backend_cancels_its_jobs_and_forgets_its_runs(self):
        self.binding.unlink()
        self.env.cr.precommit.clear()
        self.backend.action_import_all()
        self.backend.import_changes()
        failed = self.env[BINDING].with_delay().import_changes(self.backend)
        failed.db_record().write({"state": "failed"})
        jobs = self.jobs()
        runs = jobs.sync_run_id
        self.assertTrue(runs)
        self.backend.unlink()
        self.env.flush_all()
        self.assertFalse(runs.exists())
        self.assertEqual({*jobs.mapped("state")}, {"cancelled"})
        self.assertIn("was deleted", jobs[0].result)
        cards = self.env["connector.dashboard"].get_data()["cards"]
        self.assertNotIn(
            f"{self.backend._name},{self.backend.id}", [card["id"] for card in cards]
        )

    def test_a_job_that_starts_after_its_backend_was_deleted_is_cancelled(self):
        self.binding.unlink()
        self.env.cr.precommit.clear()
        job = self.env[BINDING].with_delay().import_changes(self.backend)
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM test_export_backend WHERE id = %s", [self.backend.id]
        )
        self.env.invalidate_all()
        stored = self.start(job)
        self.assertEqual(stored.state, "cancelled")
        self.assertIn("was deleted", stored.result)

    def test_a_job_that_fails_as_its_backend_was_deleted_is_cancelled(self):
        self.binding.unlink()
        self.env.cr.precommit.clear()
        delayed = self.env[BINDING].with_delay().import_changes(self.backend)
        job = Job.load(self.env, delayed.uuid)
        job.set_started()
        job.store()
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM test_export_backend WHERE id = %s", [self.backend.id]
        )
        self.env.invalidate_all()
        job.set_failed(exc_name="MissingError", exc_message="gone", exc_info="gone")
        job.store()
        self.assertEqual(job.db_record().state, "cancelled")

    # -- buttons --------------------------------------------------------------

    def test_buttons_refuse_with_a_sentence(self):
        run = self.env["connector.sync.run"]._start(self.backend, BINDING, "removal")
        run.question = "Delete them?"
        for state in ("draft", "paused"):
            self.backend.state = state
            for button in (
                self.backend.button_import_now,
                self.backend.button_export_now,
                self.backend.action_import_all,
                self.backend.button_import_all_again,
                self.backend.button_dry_run,
                self.backend.button_import_removed,
                self.backend.button_pause,
                self.binding.button_synchronize,
                run.action_confirm_removal,
                run.action_retry_failed_jobs,
            ):
                with (
                    self.subTest(button),
                    self.assertRaisesRegex(UserError, "nothing is synchronized"),
                ):
                    button()
        self.assertFalse(self.jobs())

    def test_a_checked_backend_is_synchronized_by_hand(self):
        self.backend.state = "checked"
        self.backend.button_import_now()
        self.backend.button_dry_run()
        self.assertEqual(len(self.jobs()), 4)

    def test_the_card_of_the_dashboard_shows_why(self):
        self.assertFalse(self._card()["note"])
        self.backend.button_pause()
        self.assertIn("is paused", self._card()["note"])

    def _card(self):
        card_id = f"{self.backend._name},{self.backend.id}"
        cards = self.env["connector.dashboard"].get_data()["cards"]
        return next(card for card in cards if card["id"] == card_id)

    def test_the_connection_of_a_backend_that_is_off_is_tested(self):
        for state in ("draft", "paused"):
            self.backend.state = state
            self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "paused")

    def test_the_schedule_passes_over_a_paused_backend(self):
        self.backend.import_interval_minutes = 1
        self.backend.removal_interval_hours = 1
        self.backend.button_pause()
        self.env["connector.backend.mixin"]._run_schedules()
        self.assertFalse(self.jobs())
