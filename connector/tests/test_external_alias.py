# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that are merged keep their bindings, and nothing is created again."""

from unittest.mock import patch

from odoo.tests.common import tagged

from .common import TestConnectorCase


def merge(env, merged, survivor):
    """Merge contacts as the wizard does."""
    wizard = env["base.partner.merge.automatic.wizard"]
    wizard._merge((merged | survivor).ids, survivor)


@tagged("post_install", "-at_install")
class TestMergedImports(TestConnectorCase):
    __test__ = True
    model = "test.res.partner"

    def setUp(self):
        super().setUp()
        self.first = self.put("1", "Ada")
        self.second = self.put("2", "Ada Lovelace")
        self.run_import("1", "2")
        self.kept, self.merged = (self.find(key) for key in ("1", "2"))
        self.partner = self.kept.odoo_id
        merge(self.env, self.merged.odoo_id, self.partner)

    def put(self, external_id, name, at="2026-01-01 10:00:00"):
        record = {
            "id": external_id,
            "name": name,
            "email": f"{external_id}@example.com",
            "ref": external_id,
            "tags": [],
            "parent": None,
            "industry": None,
            "updated_at": at,
        }
        self.system.put(self.model, record)
        return record

    def find(self, external_id):
        return self.component("binder", self.model).to_internal(external_id)

    def run_import(self, *external_ids, **kwargs):
        importer = self.component("record.importer", self.model)
        outcome = importer.run_chunk(list(external_ids), **kwargs)
        self.assertFalse(outcome.failed, [item.error for item in outcome.failed])
        return [item.outcome for item in outcome.items]

    def aliases(self):
        return self.env["connector.external.alias"].search(
            [("model_name", "=", self.model)]
        )

    def test_one_binding_stays_and_the_other_id_is_its_alias(self):
        self.assertTrue(self.kept.exists())
        self.assertFalse(self.merged.exists())
        self.assertEqual(self.aliases().external_id, "2")
        self.assertEqual(self.find("2"), self.kept)
        self.assertEqual(
            self.component("binder", self.model).to_internal("2", unwrap=True),
            self.partner,
        )

    def test_many_ids_are_found_in_one_query(self):
        binder = self.component("binder", self.model)
        self.assertEqual(
            binder.to_internal_many(["1", "2", "3"]), {"1": self.kept, "2": self.kept}
        )
        binder.prefetch(["1", "2", "3"])
        self.assertEqual(
            binder.to_internal_many(["1", "2", "3"]), {"1": self.kept, "2": self.kept}
        )
        self.assertEqual(binder.to_internal("2"), self.kept)
        self.assertFalse(binder.to_internal("3"))

    def test_the_survivor_keeps_its_own_external_id(self):
        binder = self.component("binder", self.model)
        self.assertEqual(binder.to_external(self.partner, wrap=True), "1")

    def test_an_import_of_both_creates_and_changes_nothing(self):
        partners = self.env["res.partner"].search_count([])
        name = self.partner.name
        self.assertEqual(self.run_import("1", "2"), ["unchanged", "unchanged"])
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertEqual(self.partner.name, name)

    def test_a_change_of_the_merged_record_updates_the_survivor(self):
        self.put("2", "Countess", at="2026-02-01 10:00:00")
        self.assertEqual(self.run_import("2"), ["updated"])
        self.assertEqual(self.partner.name, "Countess")

    def test_records_that_differ_do_not_overwrite_each_other_at_each_import(self):
        self.put("2", "Countess", at="2026-02-01 10:00:00")
        self.run_import("1", "2")
        for __ in range(3):
            self.assertEqual(self.run_import("1", "2"), ["unchanged", "unchanged"])
        self.assertEqual(self.partner.name, "Countess")
        self.put("1", "Ada King", at="2026-03-01 10:00:00")
        self.assertEqual(self.run_import("1", "2"), ["updated", "unchanged"])
        self.assertEqual(self.partner.name, "Ada King")

    def test_without_dates_values_show_that_a_merged_record_changed(self):
        importer = type(self.component("record.importer", self.model))
        with patch.object(importer, "_external_updated_at", lambda self: None):
            self.run_import("2")
            self.run_import("1")
            self.assertEqual(self.partner.name, "Ada")
            self.assertEqual(self.run_import("2"), ["unchanged"])
            self.put("2", "Countess")
            self.assertEqual(self.run_import("2"), ["updated"])

    def test_a_deleted_merged_record_takes_nothing_with_it(self):
        self.system.delete(self.model, "2")
        importer = type(self.component("record.importer", self.model))
        for policy in ("archive", "delete", "unbind"):
            with patch.object(importer, "_missing_record_policy", policy):
                self.assertEqual(self.run_import("2"), ["skipped"])
        self.assertTrue(self.kept.exists() and self.partner.active)

    def test_where_the_linked_record_is_deleted_the_merged_one_takes_over(self):
        self.system.delete(self.model, "1")
        importer = type(self.component("record.importer", self.model))
        with patch.object(importer, "_missing_record_policy", "archive"):
            self.assertEqual(self.run_import("1"), ["updated"])
            self.assertTrue(self.partner.active)
            self.assertEqual(self.kept.external_id, "2")
            self.system.delete(self.model, "2")
            self.assertEqual(self.run_import("2"), ["removed"])
        self.assertFalse(self.partner.active)

    def test_a_record_that_needs_a_merged_one_gets_the_survivor(self):
        self.system.put(
            self.model, {**self.put("3", "Byron"), "parent": "2", "tags": []}
        )
        self.assertEqual(self.run_import("3"), ["created"])
        self.assertEqual(self.find("3").parent_id, self.partner)

    def test_records_that_are_merged_again_keep_all_aliases(self):
        self.put("3", "Augusta")
        self.run_import("3")
        last = self.find("3")
        merge(self.env, self.partner, last.odoo_id)
        self.assertEqual(self.find("1"), last)
        self.assertEqual(self.find("2"), last)
        self.assertEqual(sorted(self.aliases().mapped("external_id")), ["1", "2"])

    def test_aliases_go_with_their_binding(self):
        self.kept.unlink()
        self.assertFalse(self.aliases())
        self.assertFalse(self.find("2"))

    def test_a_survivor_that_the_database_deleted_is_not_found(self):
        self.partner.unlink()
        self.assertFalse(self.find("2"))

    def test_hits_ask_for_no_alias_and_misses_ask_once(self):
        binder = self.component("binder", self.model)
        self.env.flush_all()
        for wanted, queries in ((["1"], 1), (["1", "8", "9"], 2), (["2", "9"], 3)):
            self.env.invalidate_all()
            with self.subTest(wanted), self.assertQueryCount(queries):
                binder.to_internal_many(wanted)

    def test_where_nothing_was_merged_a_miss_costs_no_query(self):
        self.aliases().unlink()
        self.env.registry.clear_cache()
        binder = self.component("binder", self.model)
        binder.to_internal_many(["7"])
        with self.assertQueryCount(1):
            binder.to_internal_many(["8"])

    def test_an_id_of_another_backend_cannot_be_an_alias(self):
        other = self.backend.copy({"name": "Other"})
        binder = self.work_on(self.model, backend=other).component(usage="binder")
        self.assertFalse(binder.to_internal("2"))

    def test_bindings_that_are_declared_by_hand_have_aliases_too(self):
        model = "test.res.partner.industry"
        bindings = self.env[model].create(
            [
                {"name": key, "backend_id": self.backend.id, "external_id": key}
                for key in ("1", "2")
            ]
        )
        industries = bindings.odoo_id
        self.env["connector.external.alias"]._merge_bindings(
            industries[1], industries[0]
        )
        industries[1].unlink()
        binder = self.component("binder", model)
        self.assertEqual(binder.to_internal("2"), bindings[0])
        self.system.put(model, {"id": "2", "name": "Energy"})
        self.component("record.importer", model).run("2")
        self.assertEqual(industries[0].name, "Energy")
        self.assertEqual(bindings[0].external_id, "1")
