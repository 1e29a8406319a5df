# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits while a backend is off."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.component.core import Component

from .test_backend_switch import BINDING, SwitchCase


class PartnerListener(Component):
    _name = "test.switch.partner.listener"
    _inherit = ["test.folder.connector", "generic.export.listener"]
    _apply_on = [BINDING, "res.partner"]


@tagged("post_install", "-at_install")
class TestListenerOfBackendThatIsOff(SwitchCase):
    def setUp(self):
        super().setUp()
        self.build_components(PartnerListener)
        self.binding = self.binding.with_env(self.env)

    def test_a_change_makes_no_job(self):
        for state in ("draft", "paused"):
            self.backend.state = state
            self.binding.name = f"Ada in {state}"
            self.env.cr.flush()
        self.assertFalse(self.jobs())

    def run_new_jobs(self):
        """Run the jobs that wait, and those that they delay."""
        while jobs := self.jobs().filtered(lambda job: job.state == "pending"):
            for job in jobs.sorted("id"):
                self.start(job)
                self.env.cr.flush()

    def test_edits_made_meanwhile_are_exported_on_activation(self):
        edited, untouched = self.make_binding(), self.make_binding(name="Grace")
        self.env.cr.flush()
        self.run_new_jobs()
        done = self.jobs()
        self.backend.button_pause()
        edited.name = "Ada Lovelace"
        self.env.cr.flush()
        self.assertEqual(edited.unconfirmed_fields, "Name")
        self.backend.button_resume()
        self.assertEqual((self.jobs() - done).method_name, "export_unconfirmed")
        self.run_new_jobs()
        self.assertEqual(self.remote(edited)["name"], "Ada Lovelace")
        edited.invalidate_recordset()
        self.assertFalse(edited.unconfirmed_fields)
        exports = (self.jobs() - done).filtered("records")
        self.assertEqual(exports.mapped("records"), [edited])
        self.assertFalse(untouched.unconfirmed_fields)

    def test_a_binding_that_was_made_meanwhile_is_exported_on_activation(self):
        self.backend.state = "draft"
        new = self.make_binding(name="New")
        self.env.cr.flush()
        self.assertFalse(self.jobs())
        self.backend.button_check_connection()
        self.run_new_jobs()
        self.assertEqual(self.remote(new)["name"], "New")

    def test_models_that_export_only_edited_fields_follow_the_same_rule(self):
        """The models that are exported in bulk are those that a connector names."""
        self.backend.button_pause()
        self.binding.name = "Ada Lovelace"
        self.env.cr.flush()
        with patch.object(type(self.backend), "_exported_models", lambda backend: []):
            self.backend.button_resume()
        self.assertEqual(self.jobs().method_name, "export_unconfirmed")

    def test_an_activation_without_edits_makes_no_job(self):
        self.backend.button_pause()
        self.backend.button_resume()
        self.assertFalse(self.jobs())

    def test_a_deletion_waits_until_the_backend_is_resumed(self):
        self.backend.button_pause()
        self.binding.odoo_id.unlink()
        self.env.cr.flush()
        job = self.jobs()
        self.assertEqual(
            (job.method_name, job.state), ("export_delete_record", "pending")
        )
        self.assertGreater(job.eta, fields.Datetime.now() + timedelta(hours=12))
        self.assertIn("is paused", job.result)
        self.backend.button_resume()
        self.assertFalse(job.eta or job.sync_is_parked)
