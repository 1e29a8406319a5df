# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..exception import NetworkRetryableError
from .export_common import ExportCase

IMPORT_PARTNERS = "import changes test.export.partner"


@tagged("post_install", "-at_install")
class TestWaitingImports(ExportCase):
    """*Import changes* shows that an import waits, and lets a person start it."""

    def setUp(self):
        super().setUp()
        self.backend.import_changes()
        self.job = self.env["queue.job"].search(
            [("identity_key", "=", f"{IMPORT_PARTNERS} {self.key}")]
        )
        self.assertEqual(len(self.job), 1)

    @property
    def key(self):
        return f"{self.backend._name} {self.backend.id}"

    def pause(self, seconds=600):
        error = NetworkRetryableError("429 Slow down", seconds=seconds)
        self.env["connector.backend.pause"]._note(self.backend, error)

    def wait(self, **values):
        """Make the import of partners wait for its next try."""
        eta = fields.Datetime.now() + timedelta(minutes=15)
        self.job.write({"retry": 2, "eta": eta, "result": "The shop is down", **values})

    def press(self, backend=None):
        """Press *Import changes*; return the dialog that opens, if one does."""
        action = (backend or self.backend).button_import_now()
        if action["res_model"] == "connector.sync.batch":
            return None
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_nothing_is_said_where_nothing_waits(self):
        self.assertIsNone(self.press())

    def test_the_button_says_until_when_the_backend_asks_to_wait_and_why(self):
        self.pause()
        dialog = self.press()
        self.assertRegex(
            dialog.message, r"Folder asks to wait until .+\d.+: 429 Slow down"
        )

    def test_the_button_says_until_when_a_try_waits_and_why(self):
        self.wait()
        dialog = self.press()
        self.assertIn("Search for changes", dialog.message)
        self.assertIn("The shop is down", dialog.message)
        self.assertTrue(self.job.eta)

    def test_a_person_starts_what_waits(self):
        self.pause()
        self.wait()
        dialog = self.press()
        action = dialog.action_start()
        self.assertEqual(action["type"], "ir.actions.client")
        self.assertFalse(self.job.eta)
        pauses = self.env["connector.backend.pause"]
        self.assertIsNone(pauses._describe(self.backend))
        self.assertIsNone(self.press())

    def test_an_import_that_merely_waits_for_its_time_is_started_by_the_button(self):
        self.wait(retry=0, eta=fields.Datetime.now() + timedelta(days=11000))
        self.assertIsNone(self.press())
        self.assertFalse(self.job.eta)

    def test_a_pause_that_is_over_is_not_mentioned(self):
        self.pause(1)
        until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.cr.execute("UPDATE connector_backend_pause SET until = %s", (until,))
        self.assertIsNone(self.press())

    def test_other_jobs_keep_their_time(self):
        self.wait()
        other = self.env["queue.job"].search(
            [("identity_key", "=like", f"import changes %category {self.key}")]
        )
        eta = fields.Datetime.now() + timedelta(hours=3)
        other.write({"eta": eta, "identity_key": "something else"})
        self.press().action_start()
        self.assertEqual(other.eta, eta)

    def test_a_user_without_the_right_to_synchronize_starts_nothing(self):
        self.pause()
        dialog = self.press()
        user = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).button_start_waiting_imports()
        with self.assertRaises(AccessError):
            dialog.with_user(user).action_start()
        self.assertTrue(self.env["connector.backend.pause"]._describe(self.backend))

    def test_a_dialog_of_something_else_starts_nothing(self):
        dialog = self.env["connector.waiting.import"].create(
            {"backend_model": "res.users", "backend_ids": [self.env.uid]}
        )
        with self.assertRaises(UserError):
            dialog.action_start()

    def test_the_run_shows_that_it_waits_for_the_backend(self):
        runs = self.env["connector.sync.run"]
        run = runs._start(self.backend, "test.export.partner")
        self.assertFalse(run.waiting_text)
        model = self.env["test.export.partner"].with_delay()
        job = model.import_batch(self.backend, run=run).db_record()
        self.pause()
        run.invalidate_recordset()
        self.assertIn("Folder asks to wait until", run.waiting_text)
        job.state = "done"
        run.invalidate_recordset()
        self.assertFalse(run.waiting_text)
