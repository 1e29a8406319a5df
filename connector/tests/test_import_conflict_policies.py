# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of records that both sides changed, by each conflict policy."""

from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.tests import tagged

from ..outcome import Outcome
from .import_common import PARTNER
from .test_import_conflicts import TwoWayCase


@tagged("post_install", "-at_install")
class TestConflict(TwoWayCase):
    """Both sides changed the same field."""

    __test__ = True

    def change_both(self):
        self.edit(name="Countess", ref="R2")
        self.change_remotely(name="Remote", email="new@example.com")

    def values(self):
        return self.binding.name, self.binding.ref, self.binding.email

    def test_the_backend_wins_only_the_field_that_both_changed(self):
        self.backend.conflict_policy = "remote"
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Remote", "R2", "new@example.com"))
        self.assertEqual(self.names(), ["ref"])

    def test_where_the_backend_won_no_job_sends_a_stale_value(self):
        self.backend.conflict_policy = "remote"
        self.change_both()
        self.import_it()
        self.change_remotely(name="Remote, later")
        self.perform()
        self.assertEqual(self.remote()["name"], "Remote, later")
        self.assertEqual(self.remote()["ref"], "R2")

    def test_the_edit_wins_and_is_exported(self):
        self.backend.conflict_policy = "local"
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Countess", "R2", "new@example.com"))
        self.assertIn("keeps its edits", self.item.note)
        self.perform()
        self.assertEqual(self.remote()["name"], "Countess")

    def test_a_backend_without_a_policy_keeps_the_edit(self):
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Countess", "R2", "new@example.com"))

    def test_the_newer_change_wins(self):
        self.backend.conflict_policy = "newest"
        self.change_both()
        future = fields.Datetime.now() + timedelta(days=1)
        for updated_at, name in (
            (fields.Datetime.to_string(future), "Remote"),
            ("2001-01-01 00:00:00", "Countess"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.change_remotely(updated_at=updated_at)
                self.import_it()
                self.assertEqual(self.binding.name, name)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_person_is_asked_once_and_both_sides_stay(self):
        self.backend.conflict_policy = "ask"
        self.change_both()
        before = self.binding.external_updated_at, self.binding.external_base
        for __ in range(2):
            self.assertEqual(self.import_it().outcome, Outcome.SKIPPED)
        self.assertEqual(self.values(), ("Countess", "R2", "1@example.com"))
        self.assertEqual(
            (self.binding.external_updated_at, self.binding.external_base), before
        )
        self.assertEqual(len(self.binding.odoo_id.activity_ids), 1)
        self.assertEqual(self.backend.write_uid.id, SUPERUSER_ID)  # as after a cron
        self.assertEqual(
            self.binding.odoo_id.activity_ids.user_id, self.env.ref("base.user_admin")
        )
        self.perform()
        self.assertEqual(self.remote()["name"], "Remote")

    def test_an_answer_for_the_edit_is_exported(self):
        self.test_a_person_is_asked_once_and_both_sides_stay()
        self.env.flush_all()
        self.binding.export_record()
        self.assertEqual((self.remote()["name"], self.names()), ("Countess", []))

    def test_another_policy_settles_what_a_person_was_asked(self):
        self.test_a_person_is_asked_once_and_both_sides_stay()
        self.backend.conflict_policy = "local"
        self.import_it()
        self.perform()
        self.assertEqual(self.remote()["name"], "Countess")

    def test_a_record_that_must_not_be_overwritten_keeps_its_edits_unconfirmed(self):
        """The connector's hook decides; the edits are kept until then."""
        self.backend.conflict_policy = "remote"
        self.change_both()
        with self.hooked(_may_overwrite=lambda importer, binding: False):
            self.assertEqual(self.import_it().outcome, Outcome.SKIPPED)
        self.assertEqual(self.values(), ("Countess", "R2", "1@example.com"))
        self.assertEqual(self.names(), ["name", "ref"])

    def test_an_import_that_a_person_forces_overwrites_and_forgets_the_edits(self):
        self.backend.conflict_policy = "local"
        self.change_both()
        self.import_it(force=True)
        self.assertEqual(self.values(), ("Remote", "R", "new@example.com"))
        self.assertEqual(self.names(), [])
        self.change_remotely(name="Later")
        self.perform()
        self.assertEqual(self.remote()["name"], "Later")

    def test_an_import_that_an_export_forces_keeps_the_edits(self):
        self.edit(name="Countess")
        with (
            patch.object(
                type(self.component("record.exporter", PARTNER)),
                "_should_import",
                return_value=True,
            ),
            self.trap_jobs() as trap,
        ):
            self.perform()
        self.edit(name="Lady")
        self.change_remotely(email="new@example.com")
        with self.trap_jobs():
            self.perform(trap.enqueued_jobs)
        self.assertEqual(self.binding.name, "Lady")
        self.assertEqual(self.binding.email, "new@example.com")

    def test_an_unfinished_export_of_the_whole_record_keeps_all_its_fields(self):
        self.env["connector.unconfirmed.field"]._note({self.binding: None})
        with self.trap_jobs():
            self.binding.odoo_id.write({"name": "Countess", "phone": "1"})
        self.change_remotely(email="new@example.com")
        self.backend.conflict_policy = "remote"
        self.import_it()
        self.assertEqual(self.binding.name, "Countess")
        self.assertEqual(self.binding.email, "new@example.com")
        self.assertNotIn("*", self.names())
        self.assertIn("name", self.names())
        self.assertNotIn("email", self.names())
