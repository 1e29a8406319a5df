# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits that are not exported yet, and what the other Odoo does meanwhile."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.connector.exception import NetworkRetryableError
from odoo.addons.queue_job.tests.common import trap_jobs

from ..components.adapter import OdooAdapter
from .common import OdooConnectorCase

NO_EXPORT = {"connector_no_export": True}


@tagged("post_install", "-at_install")
class TestUnconfirmedEdits(OdooConnectorCase):
    """The counterpart of a contact is another one of the same database."""

    def setUp(self):
        super().setUp()
        self.backend.write({"sync_partners": "both", "conflict_policy": "remote"})
        self.partner = self.env["res.partner"].create({"name": "Ada", "phone": "0"})
        self.binding = (
            self.env["odoo.res.partner"]
            .with_context(**NO_EXPORT)
            .create({"odoo_id": self.partner.id, "backend_id": self.backend.id})
            .with_env(self.env)
        )
        self.env.cr.precommit.clear()
        self.env.flush_all()
        self.binding.export_record()
        self.remote = self.partner.browse(int(self.binding.external_id))
        self.hours = 0

    def edit(self, **values):
        """Edit in a separate transaction, and return the job."""
        with trap_jobs() as trap:
            self.partner.write(values)
            self.env.cr.flush()
        (job,) = trap.enqueued_jobs
        return job

    def perform(self, *jobs):
        self.env.flush_all()
        with trap_jobs() as trap:
            for job in jobs:
                job.perform()
        self.remote.invalidate_recordset()
        return trap.enqueued_jobs

    def fail_export(self, job):
        down = patch.object(
            OdooAdapter, "write", side_effect=NetworkRetryableError(".")
        )
        with down, self.assertRaises(NetworkRetryableError):
            self.perform(job)

    def change_remotely(self, **values):
        """Write the remote record as a person does, some hours later."""
        self.remote.with_context(**NO_EXPORT).write(values)
        self.env.flush_all()
        self.hours += 1
        date = fields.Datetime.now() + timedelta(hours=self.hours)
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s",
            (date, self.remote.id),
        )
        self.env.invalidate_all()

    def import_it(self, **kwargs):
        """Import, and return what the job says and the jobs that it makes."""
        self.env.flush_all()
        with trap_jobs() as trap:
            result = self.env["odoo.res.partner"].import_record(
                self.backend, self.binding.external_id, **kwargs
            )
        self.env.invalidate_all()
        return result, trap.enqueued_jobs

    def both(self, *names):
        """Return the values of fields that both sides have in common."""
        self.env.invalidate_all()
        local = [self.partner[name] for name in names]
        self.assertEqual(local, [self.remote[name] for name in names])
        return local

    def test_an_edit_survives_an_export_and_an_import_of_other_fields(self):
        for policy in ("local", "remote", "newest", "ask"):
            with self.subTest(policy=policy):
                self.backend.conflict_policy = policy
                name, phone, email = (f"{policy} {key}" for key in "npe")
                waiting = self.edit(name=name)
                self.fail_export(waiting)
                self.perform(self.edit(phone=phone))
                self.change_remotely(email=email)
                result, _jobs = self.import_it()
                self.assertIn("keeps its edits", result)
                self.assertEqual((self.partner.name, self.partner.email), (name, email))
                self.perform(waiting)
                self.assertEqual(
                    self.both("name", "phone", "email"), [name, phone, email]
                )
                self.assertFalse(self.binding.unconfirmed_fields)

    def test_an_export_between_leaves_the_remote_change_to_the_next_import(self):
        job = self.edit(name="Countess")
        self.change_remotely(email="remote@example.com")
        self.perform(job)
        self.assertEqual(self.remote.email, "remote@example.com")
        self.import_it()
        self.assertEqual(self.both("name", "email"), ["Countess", "remote@example.com"])

    def test_a_change_that_was_not_imported_yet_still_is_a_conflict(self):
        """An export of the name sets the date of the remote record."""
        name = self.edit(name="Countess")
        self.change_remotely(city="Remote", email="remote@example.com")
        self.perform(name)
        jobs = self.perform(self.edit(city="Local"))
        self.assertEqual(self.remote.city, "Remote")
        self.perform(*jobs)
        self.assertEqual(
            self.both("city", "email", "name"),
            ["Remote", "remote@example.com", "Countess"],
        )

    def test_the_same_field_on_both_sides_is_a_conflict(self):
        for policy, winner in (("remote", "Remote"), ("local", "Local")):
            with self.subTest(policy=policy):
                self.backend.conflict_policy = policy
                self.edit(city=f"Local, {policy}", phone=policy)
                self.change_remotely(city=f"Remote, {policy}", email=policy)
                _result, jobs = self.import_it()
                self.perform(*jobs)
                self.assertEqual(
                    self.both("city", "phone", "email"),
                    [f"{winner}, {policy}", policy, policy],
                )

    def test_an_export_that_meets_the_conflict_sends_the_rest(self):
        job = self.edit(city="Local", phone="1")
        self.change_remotely(city="Remote")
        jobs = self.perform(job)
        self.assertEqual((self.remote.city, self.remote.phone), ("Remote", "1"))
        self.perform(*jobs)
        self.assertEqual(self.both("city", "phone"), ["Remote", "1"])
        self.assertFalse(self.binding.unconfirmed_fields)

    def test_a_job_that_is_requeued_does_not_bring_an_old_value_back(self):
        job = self.edit(city="Local")
        self.fail_export(job)
        self.change_remotely(city="Remote")
        self.import_it()
        self.change_remotely(city="Remote, later")
        self.perform(job)
        self.assertEqual(self.remote.city, "Remote, later")

    def test_where_a_person_is_asked_neither_side_is_touched(self):
        self.backend.conflict_policy = "ask"
        job = self.edit(city="Local", phone="1")
        self.change_remotely(city="Remote", email="remote@example.com")
        for __ in range(2):
            result, jobs = self.import_it()
            self.assertIn("a person decides", result)
            self.assertFalse(jobs)
            self.perform(job)
        self.assertEqual((self.partner.city, self.remote.city), ("Local", "Remote"))
        self.assertFalse(self.partner.email)
        self.assertEqual(len(self.partner.activity_ids), 1)
        self.assertTrue(self.binding.unconfirmed_fields)

    def test_the_answers_of_a_person_settle_the_conflict(self):
        self.test_where_a_person_is_asked_neither_side_is_touched()
        for button, city in (("button_send", "Local"), ("resync", "Remote")):
            with self.subTest(button), self.env.cr.savepoint() as savepoint:
                with trap_jobs() as trap:
                    getattr(self.binding, button)()
                self.perform(*trap.enqueued_jobs)
                self.assertEqual(self.both("city"), [city])
                self.assertFalse(self.binding.unconfirmed_fields)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_forced_import_takes_the_remote_values_and_forgets_the_edits(self):
        job = self.edit(city="Local")
        self.change_remotely(city="Remote")
        self.import_it(force=True)
        self.assertEqual(self.partner.city, "Remote")
        self.assertFalse(self.binding.unconfirmed_fields)
        self.assertIn("Nothing to export", job.perform())

    def test_an_archived_contact_is_treated_alike(self):
        self.perform(self.edit(active=False))
        self.edit(name="Countess")
        self.change_remotely(email="remote@example.com")
        _result, jobs = self.import_it()
        self.perform(*jobs)
        self.assertEqual(self.both("name", "email"), ["Countess", "remote@example.com"])

    def test_a_model_that_is_only_imported_asks_for_no_edits(self):
        self.backend.sync_partners = "import"
        self.change_remotely(email="remote@example.com")
        rows = type(self.env["connector.unconfirmed.field"])
        with patch.object(rows, "_find") as find:
            self.import_it()
        find.assert_not_called()
        self.assertEqual(self.partner.email, "remote@example.com")

    def test_a_dry_run_lists_kept_edits(self):
        self.edit(name="Countess")
        self.change_remotely(email="remote@example.com")
        with self.backend.work_on("odoo.res.partner") as work:
            dry_run = work.component_by_name("generic.dry.run")
            _outcome, (line,) = dry_run.run_chunk([self.remote.id])
        self.assertIn("remote@example.com", line["changes"])
        self.assertNotIn("Ada", line["changes"])
        self.assertIn("Countess keeps its edits", line["reason"])

    def test_a_dry_run_of_the_export_lists_old_and_new_values(self):
        self.edit(name="Countess")
        self.env.flush_all()
        with self.backend.work_on("odoo.res.partner") as work:
            dry_run = work.component_by_name("generic.export.dry.run")
            preview = dry_run.run_chunk(self.binding)
        (line,) = preview.lines
        self.assertEqual(line["outcome"], "updated")
        self.assertEqual(line["changes"], "name: Ada → Countess")
        self.assertEqual(self.remote.name, "Ada")
        self.assertTrue(self.binding.unconfirmed_fields)

    def test_a_dry_run_of_the_export_lists_the_records_that_are_needed(self):
        parent = self.env["res.partner"].create({"name": "Parent"})
        self.edit(parent_id=parent.id)
        self.env.flush_all()
        with self.backend.work_on("odoo.res.partner") as work:
            dry_run = work.component_by_name("generic.export.dry.run")
            preview = dry_run.run_chunk(self.binding)
        needed, line = preview.lines
        self.assertEqual(needed["record_name"], "Parent")
        self.assertIn("Ada needs it", needed["reason"])
        self.assertIn("parent_id: – → Parent", line["changes"])
        bound = self.env["odoo.res.partner"].search([("odoo_id", "=", parent.id)])
        self.assertFalse(bound)

    def test_both_versions_are_compared_and_chosen(self):
        self.backend.conflict_policy = "ask"
        self.edit(city="Local", phone="1")
        self.change_remotely(city="Remote", email="remote@example.com")
        self.import_it()
        self.env.flush_all()
        conflict = self.binding.get_conflict()
        sides = {each["name"]: each["changed_by"] for each in conflict["fields"]}
        self.assertEqual(sides, {"city": "both", "phone": "local", "email": "remote"})
        choices = {"city": "remote", "phone": "local", "email": "remote"}
        with trap_jobs() as trap:
            self.binding.decide_conflict(choices, conflict["version"])
        self.env.invalidate_all()
        self.perform(*trap.enqueued_jobs)
        self.assertEqual(
            self.both("city", "phone", "email"), ["Remote", "1", "remote@example.com"]
        )
        self.assertFalse(self.binding.unconfirmed_fields)
        self.assertFalse(self.partner.activity_ids)

    def test_a_user_who_may_write_the_record_decides(self):
        self.backend.write({"conflict_policy": "ask", "user_id": self.admin.id})
        seller, reader = (
            new_test_user(self.env, login, groups=groups)
            for login, groups in (
                ("seller", "base.group_user,base.group_partner_manager"),
                ("reader", "base.group_user"),
            )
        )
        self.partner.user_id = seller
        self.edit(city="Local")
        self.change_remotely(city="Remote")
        self.import_it()
        self.assertEqual(self.partner.activity_ids.user_id, seller)
        self.env.flush_all()
        with self.assertRaises(AccessError):
            self.binding.with_user(reader).get_conflict()
        binding = self.binding.with_user(seller)
        conflict = binding.get_conflict()
        sides = {each["name"]: each["changed_by"] for each in conflict["fields"]}
        self.assertEqual(sides, {"city": "both", "user_id": "local"})
        choices = {"city": "remote", "user_id": "local"}
        answer = binding.decide_conflict(choices, conflict["version"])
        self.assertEqual(answer, {"is_applied": True})
        self.env.invalidate_all()
        self.assertEqual(self.partner.city, "Remote")
        self.assertEqual(self.partner.user_id, seller)
        self.assertFalse(self.partner.activity_ids)

    def test_an_export_that_meets_a_conflict_leaves_it_to_a_person(self):
        self.backend.conflict_policy = "ask"
        job = self.edit(city="Local")
        self.change_remotely(city="Remote")
        self.perform(job)
        self.env.flush_all()
        rows = self.env["connector.bound.record"].search(
            [("is_in_conflict", "=", True), ("model_name", "=", "odoo.res.partner")]
        )
        self.assertEqual(rows.mapped("conflict_fields"), ["City"])
        self.assertEqual(len(self.partner.activity_ids), 1)
