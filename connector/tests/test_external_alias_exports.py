# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of merged records."""

from odoo.tests.common import tagged

from .listener_common import ListenerCase
from .test_external_alias import merge


@tagged("post_install", "-at_install")
class TestMergedExports(ListenerCase):
    def setUp(self):
        super().setUp()
        self.listen()

    def test_the_merged_external_record_is_not_deleted(self):
        kept, merged = self.silent(external_id="1"), self.silent(external_id="2")
        survivor = kept.odoo_id
        jobs = self.requested(lambda: merge(self.env, merged.odoo_id, survivor))
        self.assertNotIn("export_delete_record", jobs)

    def test_values_that_the_survivor_takes_over_are_exported(self):
        kept = self.silent(external_id="1")
        merged = self.silent(external_id="2", email="ada@example.com")
        jobs = self.requested(lambda: merge(self.env, merged.odoo_id, kept.odoo_id))
        self.assertIn("email", jobs[kept])

    def test_a_message_names_the_record_that_stays_in_the_backend(self):
        kept, merged = self.silent(external_id="1"), self.silent(external_id="2<b>")
        self.backend.name = "<i>Shop</i>"
        merge(self.env, merged.odoo_id, kept.odoo_id)
        body = kept.odoo_id.message_ids.filtered(lambda m: "2&lt;b&gt;" in m.body).body
        self.assertIn("&lt;i&gt;Shop", body)

    def test_a_binding_of_the_merged_record_only_follows_and_is_exported(self):
        moved = self.silent(external_id="2")
        survivor = self.env["res.partner"].create({"name": "Survivor"})
        self.env.cr.precommit.clear()
        jobs = self.requested(lambda: merge(self.env, moved.odoo_id, survivor))
        self.assertEqual(moved.odoo_id, survivor)
        self.assertIn("name", jobs[moved])
        self.assertFalse(self.env["connector.external.alias"].search([]))

    def test_a_survivor_that_was_never_exported_takes_the_external_record(self):
        never, known = self.silent(), self.silent(external_id="2")
        survivor = never.odoo_id
        merge(self.env, known.odoo_id, survivor)
        self.assertFalse(never.exists())
        self.assertEqual(known.odoo_id, survivor)

    def test_three_contacts_and_several_backends(self):
        other = self.backend.copy({"name": "Other"})
        bindings = [
            self.silent(external_id=external_id, backend_id=backend.id)
            for external_id, backend in (
                ("1", self.backend),
                ("2", self.backend),
                ("3", other),
            )
        ]
        partners = [binding.odoo_id for binding in bindings]
        merge(self.env, partners[1] | partners[2], partners[0])
        self.assertEqual(
            [bool(binding.exists()) for binding in bindings], [True, False, True]
        )
        self.assertEqual(bindings[2].odoo_id, partners[0])

    def test_archived_bindings_follow(self):
        moved = self.silent(external_id="2", active=False)
        survivor = self.env["res.partner"].create({"name": "Survivor"})
        merge(self.env, moved.odoo_id, survivor)
        self.assertEqual(moved.odoo_id, survivor)

    def stock(self, partner, place, external_id=False):
        binding = self.env["test.export.stock.binding"].create(
            {
                "backend_id": self.backend.id,
                "partner_id": partner.id,
                "place": place,
                "external_id": external_id,
            }
        )
        self.env.cr.precommit.clear()
        return binding

    def test_records_that_the_wizard_deletes_leave_their_bindings(self):
        survivor, merged = (
            self.env["res.partner"].create({"name": name}) for name in "AB"
        )
        kept = self.stock(survivor, "Paris", "1")
        twin = self.stock(merged, "Paris", "2")
        alone = self.stock(merged, "London", "3")
        merge(self.env, merged, survivor)
        self.assertTrue(kept.exists() and alone.exists())
        self.assertFalse(twin.exists())
        self.assertEqual(alone.partner_id, survivor)
        binder = self.component("binder", "test.export.stock.binding")
        self.assertEqual(binder.to_internal("2"), kept)

    def test_authors_merge_bindings_of_other_records(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "One"}, {"name": "Two"}]
        )
        bindings = [
            self.silent("test.export.category", odoo_id=tag.id, external_id=str(tag.id))
            for tag in tags
        ]
        self.env["connector.external.alias"]._merge_bindings(tags[1], tags[0])
        tags[1].unlink()
        binder = self.component("binder", "test.export.category")
        self.assertEqual(binder.to_internal(str(tags[1].id)), bindings[0])
