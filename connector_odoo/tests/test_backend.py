# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestBackend(OdooConnectorCase):
    def test_a_connection_tells_as_whom_it_was_made(self):
        message = self.backend.button_check_connection()["params"]["message"]
        self.assertIn(self.admin.name, message)

    def test_the_key_can_be_set_and_not_be_read(self):
        self.backend.api_key = "a new key"
        self.assertEqual(self.backend.sudo().secret, "a new key")
        self.assertEqual(self.backend.api_key, "********")
        manager = self.backend.with_user(self.admin)
        with self.assertRaises(AccessError):
            manager.read(["secret"])

    def test_the_key_leaves_by_no_door(self):
        key = self.backend.sudo().secret
        manager = self.backend.with_user(self.admin)
        readable = list(manager.fields_get())
        self.assertNotIn("secret", readable)
        exported = self.backend.export_data([name for name in readable if name != "id"])
        for found in (
            manager.read(readable),
            manager.web_read({name: {} for name in readable}),
            exported,
            self.backend.sudo().copy().read(["api_key"]),
            self.backend.message_ids.mapped("body"),
        ):
            self.assertNotIn(key, repr(found))
        with self.assertRaises(AccessError):
            manager.export_data(["secret"])
        with self.assertRaises(AccessError):
            manager.search([("secret", "like", key[:4])])
        with self.assertRaises(ValueError):
            manager.search([("api_key", "like", key[:4])])

    def test_the_key_is_in_no_log_and_no_job(self):
        key = self.backend.sudo().secret
        with self.assertLogs(level="DEBUG") as logs, trap_jobs() as trap:
            self.backend.import_changes()
            trap.perform_enqueued_jobs()
            self.backend.button_check_connection()
        self.assertNotIn(key, "\n".join(logs.output))
        for job in trap.enqueued_jobs:
            stored = (job.args, job.kwargs, job.recordset, job.description)
            self.assertNotIn(key, repr(stored))
        self.env["odoo.res.partner"].with_delay().import_changes(self.backend)
        job = self.env["queue.job"].search([], order="id desc", limit=1)
        self.assertNotIn(key, repr(job.read()))

    def test_the_schedule_starts_switched_off(self):
        self.assertEqual(self.backend.copy().state, "draft")
        self.assertFalse(self.backend.import_interval_minutes)
        with trap_jobs() as trap:
            self.env["odoo.backend"]._run_schedules()
            trap.assert_jobs_count(0)

    def test_buttons_are_shown_when_they_make_sense(self):
        for partners, products, can_import, can_export in (
            ("import", False, True, False),
            ("import", "export", True, True),
            (False, "export", False, True),
            (False, False, False, False),
        ):
            self.backend.write({"sync_partners": partners, "sync_products": products})
            self.assertEqual(
                (self.backend.is_importing, self.backend.is_exporting),
                (can_import, can_export),
            )

    def test_saving_the_form_untouched_keeps_the_key(self):
        before = self.backend.sudo().secret
        self.backend.api_key = self.backend.api_key
        self.assertEqual(self.backend.sudo().secret, before)

    def test_a_record_deleted_there_is_archived_here(self):
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
