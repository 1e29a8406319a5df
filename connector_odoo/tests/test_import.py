# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

import vodoo

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.connector.exception import InvalidDataError, RetryableJobError

from ..components.adapter import OdooAdapter
from ..remote import RemoteRefusal
from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestImport(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        tags = self.env["res.partner.category"].create(
            [{"name": "Gold"}, {"name": "Silver", "color": 3}]
        )
        self.company = self.env["res.partner"].create(
            {
                "name": "Remote Inc.",
                "is_company": True,
                "street": "1 Rue de Rivoli",
                "city": "Paris",
                "zip": "75001",
                "country_id": self.env.ref("base.fr").id,
                "category_id": [Command.set(tags.ids)],
            }
        )
        self.contact = self.env["res.partner"].create(
            {
                "name": "Ada",
                "parent_id": self.company.id,
                "email": "ada@remote.example",
                "function": "Analyst",
            }
        )
        self.tags = tags

    def test_a_partner_arrives_with_its_values(self):
        (company,) = self._import("odoo.res.partner", self.company)
        self.assertNotEqual(company.odoo_id, self.company)
        for name in ("name", "is_company", "street", "city", "zip", "country_id"):
            self.assertEqual(company[name], self.company[name], name)

    def test_tags_and_parent_are_imported_with_the_partner_that_needs_them(self):
        (contact,) = self._import("odoo.res.partner", self.contact)
        (company,) = self._bindings("odoo.res.partner", self.company)
        tags = self._bindings("odoo.res.partner.category", self.tags)
        self.assertEqual(contact.parent_id, company.odoo_id)
        self.assertEqual(company.category_id, tags.odoo_id)

    def test_parent_and_child_of_one_chunk_arrive_parent_first(self):
        contact, company = self._import("odoo.res.partner", self.contact + self.company)
        self.assertEqual(contact.parent_id, company.odoo_id)

    def test_importing_again_writes_nothing(self):
        partners = self.company + self.contact
        bindings = self._import("odoo.res.partner", partners)
        written_at = bindings.odoo_id.mapped("write_date")
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        self._import("odoo.res.partner", partners, run=run)
        self.assertEqual(run.unchanged_count, 2)
        self.assertEqual(run.state, "done")
        self.assertEqual(bindings.odoo_id.mapped("write_date"), written_at)

    def test_only_the_record_that_changed_is_updated(self):
        partners = self.company + self.contact
        bindings = self._import("odoo.res.partner", partners)
        self.contact.phone = "+33 1 23 45 67 89"
        self._set_write_date(self.contact, "2030-01-01 00:00:00")
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        self._import("odoo.res.partner", partners, run=run)
        self.assertEqual((run.updated_count, run.unchanged_count), (1, 1))
        self.assertEqual(bindings[1].phone, self.contact.phone)

    def test_a_record_written_without_a_change_counts_as_unchanged(self):
        self._import("odoo.res.partner", self.contact)
        self._set_write_date(self.contact, "2030-01-01 00:00:00")
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        self._import("odoo.res.partner", self.contact, run=run)
        self.assertEqual((run.updated_count, run.unchanged_count), (0, 1))

    def test_an_archived_record_arrives_archived(self):
        self.contact.active = False
        (contact,) = self._import("odoo.res.partner", self.contact)
        self.assertFalse(contact.active)

    def _read_again(self, record):
        """Import a bound record again, and return the outcome."""
        model = self.env[f"odoo.{record._name}"]
        return model.import_record(self.backend, record.id, force=True)

    def test_a_record_that_was_deleted_remotely_is_archived(self):
        (contact,) = self._import("odoo.res.partner", self.contact)
        gone_id = self.contact.id
        self.contact.with_context(connector_no_export=True).unlink()
        self.env.flush_all()
        outcome = self.env["odoo.res.partner"].import_record(self.backend, gone_id)
        expected = f"1 removed: {contact.display_name} was archived."
        self.assertEqual((outcome, contact.active), (expected, False))

    def test_a_record_that_our_user_may_no_longer_read_is_kept(self):
        (contact,) = self._import("odoo.res.partner", self.contact)
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.contact.id})]",
            }
        )
        self.env.flush_all()
        with self.assertRaisesRegex(RemoteRefusal, "doesn't have 'read' access"):
            self._read_again(self.contact)
        self.assertTrue(contact.active)

    def test_a_record_that_a_search_misses_is_kept(self):
        (contact,) = self._import("odoo.res.partner", self.contact)
        with patch.object(OdooAdapter, "read_many", return_value={}):
            with self.assertRaises(RetryableJobError):
                self._read_again(self.contact)
        self.assertTrue(contact.active)

    def test_an_answer_without_records_is_refused(self):
        with self.backend.work_on("odoo.res.partner") as work:
            adapter = work.component(usage="backend.adapter")
            for answer in (None, "text", {"id": 1}, [None], ["text"], [{"name": "A"}]):
                with (
                    patch.object(vodoo.OdooClient, "execute", return_value=answer),
                    self.assertRaisesRegex(InvalidDataError, "partner.*records"),
                ):
                    adapter.read_all([])
            for answer in (None, "12", {"id": 1}, ["12"], [True]):
                with (
                    patch.object(vodoo.OdooClient, "execute", return_value=answer),
                    self.assertRaisesRegex(InvalidDataError, "partner.*a list of ids"),
                ):
                    adapter.search()

    def test_a_field_that_was_removed_meanwhile_retries_the_job(self):
        with self.backend.work_on("odoo.res.partner") as work:
            adapter = work.component(usage="backend.adapter")
            fields = ["name", "gone"]
            for use in (
                lambda: adapter.read_all([], fields),
                lambda: adapter.write(self.company.id, {"name": "A", "gone": 1}),
                lambda: adapter.create({"name": "A", "gone": 1}),
            ):
                types = work.remote.remember(("field types", "res.partner"), dict)
                types.update({"name": "char", "gone": "integer"})
                with self.assertRaisesRegex(RetryableJobError, "fields .* changed"):
                    use()
            self.assertEqual(len(adapter.read_all([("id", "=", 1)], fields)), 1)
            with self.assertRaises(RemoteRefusal):
                adapter.read_all([("nowhere", "=", 1)], fields)

    def test_a_tag_of_the_same_name_is_bound_instead_of_made_again(self):
        gold, silver = self._import("odoo.res.partner.category", self.tags)
        self.assertEqual((gold + silver).odoo_id, self.tags)

    def test_the_default_owner_gets_what_a_stranger_owns(self):
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        self.backend.owner_id = new_test_user(self.env, "deputy")
        self.contact.user_id = stranger
        with self.backend.work_on("odoo.res.partner") as work:
            mapper = work.component(usage="import.mapper")
            row = next(source for source, to in mapper.direct if to == "user_id")
            for known, expected in (
                ({7: stranger.id}, stranger.id),
                ({7: None}, self.backend.owner_id.id),
            ):
                mapper.matcher_for("res.users")._memory("matched").update(known)
                self.assertEqual(row(mapper, {"user_id": 7}, "user_id"), expected)
            self.assertFalse(row(mapper, {"user_id": False}, "user_id"))

    def _set_write_date(self, record, moment):
        """Set the write date of a record."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s", (moment, record.id)
        )
        record.invalidate_recordset()
