# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.connector.exception import BackendPaused
from odoo.addons.queue_job.job import Job

from .rights_common import RightsCase


@tagged("post_install", "-at_install")
class TestArchivedBackend(RightsCase):
    """An archived backend has no jobs; edits are kept meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write(
            {"sync_partners": "both", "export_new": True, "export_deletions": True}
        )
        cls.env.flush_all()
        cls.env.cr.precommit.clear()

    def jobs(self):
        return self.env["queue.job"].search(
            [
                ("sync_backend_model", "=", self.backend._name),
                ("sync_backend_id", "=", self.backend.id),
            ]
        )

    def commit(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def test_archiving_cancels_the_jobs_that_wait(self):
        self.backend.import_changes()
        self.binding.button_send()
        done = self.jobs()[0]
        done.state = "done"
        self.backend.active = False
        states = {(job.state, job.result) for job in self.jobs() - done}
        self.assertEqual(len(states), 1)
        ((state, reason),) = states
        self.assertEqual(state, "cancelled")
        self.assertIn("Headquarters is archived", reason)
        self.assertEqual(done.state, "done")

    def test_a_job_that_starts_is_cancelled(self):
        self.backend.active = False
        delayed = self.env["odoo.res.partner"].with_delay().import_changes(self.backend)
        job = Job.load(self.env, delayed.uuid)
        job.set_started()
        job.store()
        with self.assertRaisesRegex(BackendPaused, "is archived") as caught:
            job.perform()
        job.postpone(str(caught.exception), seconds=caught.exception.seconds)
        job.set_pending(reset_retry=False)
        job.store()
        stored = job.db_record()
        self.assertEqual(stored.state, "cancelled")
        self.assertIn("is archived", stored.result)
        self.assertFalse(stored.eta)

    def test_a_change_is_saved_and_makes_no_job(self):
        self.backend.active = False
        self.binding.odoo_id.name = "Ada Lovelace"
        self.env["res.partner"].create({"name": "Bob"})
        self.commit()
        self.assertFalse(self.jobs())

    def test_a_deletion_is_sent_when_the_backend_is_activated(self):
        self.backend.active = False
        self.binding.odoo_id.unlink()
        self.commit()
        job = self.jobs()
        self.assertEqual(
            (job.method_name, job.state), ("export_delete_record", "cancelled")
        )
        self.backend.active = True
        self.assertEqual((job.state, job.result), ("pending", False))

    def test_a_deletion_waits_while_an_unarchived_backend_is_a_draft(self):
        self.backend.active = False
        self.binding.odoo_id.unlink()
        self.commit()
        self.backend.write({"active": True, "state": "draft"})
        self.assertEqual(self.jobs().state, "cancelled")
        self.backend.state = "checked"
        self.assertEqual(self.jobs().state, "pending")

    def test_an_import_that_was_cancelled_stays_so(self):
        self.backend.import_changes()
        self.backend.active = False
        self.backend.active = True
        self.assertEqual({*self.jobs().mapped("state")}, {"cancelled"})

    def test_buttons_say_that_it_is_archived(self):
        self.backend.active = False
        for button in (self.backend.button_import_now, self.binding.button_send):
            with self.assertRaisesRegex(UserError, "is archived.*Unarchive"):
                button()
