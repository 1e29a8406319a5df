# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestBackend(OdooConnectorCase):
    def test_a_connection_tells_as_whom_it_was_made(self):
        message = self.backend.button_check_connection()["params"]["message"]
        self.assertIn(self.admin.name, message)

    @mute_logger("odoo.http")
    def test_a_wrong_key_is_told_to_the_user(self):
        self.backend.api_key = "nonsense"
        with self.assertRaises(UserError) as caught:
            self.backend.button_check_connection()
        self.assertIn(self.backend.url, str(caught.exception))
        self.assertNotIn("nonsense", str(caught.exception))

    def test_the_key_can_be_set_and_not_be_read(self):
        self.backend.api_key = "a new key"
        self.assertEqual(self.backend.sudo().secret, "a new key")
        self.assertEqual(self.backend.api_key, "********")
        manager = self.backend.with_user(self.admin)
        with self.assertRaises(AccessError):
            manager.read(["secret"])

    def test_saving_the_form_untouched_keeps_the_key(self):
        before = self.backend.sudo().secret
        self.backend.api_key = self.backend.api_key
        self.assertEqual(self.backend.sudo().secret, before)

    def test_what_was_deleted_there_is_archived_here(self):
        partners = self.env["res.partner"].create([{"name": n} for n in "ABCDE"])
        kept, gone = self._import("odoo.res.partner", partners)[:2]
        partners[1].unlink()
        self.env.flush_all()
        with trap_jobs() as trap:
            self.env["odoo.res.partner"].import_removed(self.backend)
            trap.perform_enqueued_jobs()
        self.assertEqual((kept.active, gone.active), (True, False))
        self.assertFalse(gone.odoo_id.active)

    def test_comparing_all_starts_a_run_for_each_model(self):
        action = self.backend.action_import_all()
        runs = self.env["connector.sync.run"].search(action["domain"])
        self.assertEqual(
            set(runs.mapped("model_name")), set(self.backend._imported_models())
        )
        self.assertEqual(set(runs.mapped("state")), {"queued"})
