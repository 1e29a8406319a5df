# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from odoo.addons.connector.components.synchronizer.exporter import (
    commits_are_forbidden,
)
from odoo.addons.connector.exception import (
    ConnectorException,
    IDMissingInBackend,
    InvalidDataError,
    RetryableJobError,
)

from .export_common import ExportCase


@tagged("post_install", "-at_install")
class TestExporter(ExportCase):
    def patch_hook(self, exporter, name, **kwargs):
        return self.enterContext(patch.object(type(exporter), name, **kwargs))

    def test_a_new_record_is_created_and_bound(self):
        binding = self.make_binding(email="ada@example.com")
        self.exporter().run(binding)
        self.assertEqual(self.remote(binding)["email"], "ada@example.com")
        self.assertTrue(binding.sync_date)

    def test_an_exported_record_is_updated(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        binding.name = "Countess"
        self.exporter().run(binding)
        self.assertEqual(self.system.ids(binding._name), [binding.external_id])
        self.assertEqual(self.remote(binding)["name"], "Countess")

    def test_only_the_fields_that_changed_are_sent(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        self.exporter().run(binding, fields=["email"])
        self.assertEqual(
            self.system.calls[-1], f"write {binding._name} {binding.external_id} email"
        )

    def test_a_new_record_is_sent_whole_whatever_fields_changed(self):
        binding = self.make_binding(email="ada@example.com")
        self.exporter().run(binding, fields=["name"])
        self.assertEqual(self.remote(binding)["email"], "ada@example.com")

    def test_fields_that_the_mapper_does_not_read_are_nothing_to_export(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        calls = self.system.calls
        exporter = self.exporter()
        message = exporter.run(binding, fields=["color"])
        self.assertIn("Nothing to export", message)
        self.assertEqual(exporter.outcome, "unchanged")
        self.assertEqual(self.system.calls, calls)

    def test_skipping_a_record_that_was_never_exported_is_no_error(self):
        binding = self.make_binding()
        exporter = self.exporter()
        after = self.patch_hook(exporter, "_after_export")
        self.patch_hook(exporter, "_has_to_skip", return_value="too young")
        self.assertIn("too young", exporter.run(binding))
        self.assertEqual(exporter.outcome, "skipped")
        self.assertFalse(binding.external_id)
        self.assertEqual(self.system.calls, [])
        after.assert_not_called()

    def test_a_binding_that_is_gone_is_no_error(self):
        binding = self.make_binding()
        binding.unlink()
        self.assertIn("not exist any more", self.exporter().run(binding))

    def test_an_archived_record_is_exported(self):
        binding = self.make_binding(active=False)
        self.exporter().run(binding)
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_the_hooks_are_called_in_the_order_of_the_steps(self):
        binding = self.make_binding()
        exporter = self.exporter()
        called = []
        for name in (
            "_should_import",
            "_has_to_skip",
            "_export_dependencies",
            "_lock",
            "_map_data",
            "_create_data",
            "_validate_create_data",
            "_commit",
            "_after_export",
        ):
            hook = getattr(type(exporter), name)

            def spy(self, *args, _hook=hook, _name=name, **kwargs):
                called.append(_name)
                return _hook(self, *args, **kwargs)

            self.patch_hook(exporter, name, new=spy)
        exporter.run(binding)
        self.assertEqual(
            called,
            [
                "_should_import",
                "_has_to_skip",
                "_export_dependencies",
                "_lock",
                "_map_data",
                "_create_data",
                "_validate_create_data",
                "_commit",
                "_after_export",
            ],
        )

    def test_invalid_values_are_not_sent(self):
        binding = self.make_binding()
        exporter = self.exporter()
        self.patch_hook(
            exporter, "_validate_create_data", side_effect=InvalidDataError("no email")
        )
        with self.assertRaisesRegex(InvalidDataError, "no email"):
            exporter.run(binding)
        self.assertEqual(self.system.calls, [])

    def test_a_record_that_is_newer_in_the_backend_is_imported_too(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        exporter = self.exporter()
        self.patch_hook(exporter, "_should_import", return_value=True)
        with self.trap_jobs() as trap:
            exporter.run(binding)
        trap.assert_enqueued_job(
            self.env[binding._name].import_record,
            args=(self.backend, binding.external_id),
            kwargs={"force": True},
        )

    def test_a_record_that_is_gone_in_the_backend_is_created_anew(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        old_id = binding.external_id
        self.system.create(binding._name, {"ref": False})  # takes the next number
        self.system.delete(binding._name, old_id)
        exporter = self.exporter()
        self.patch_hook(exporter, "_should_import", side_effect=IDMissingInBackend)
        exporter.run(binding)
        self.assertEqual(self.remote(binding)["name"], "Ada")
        self.assertEqual(len(self.system.ids(binding._name)), 2)

    def test_a_record_of_the_backend_is_found_by_its_natural_key(self):
        external_id = self.system.create(
            "test.export.partner", {"ref": "A1", "name": "Lost"}
        )
        binding = self.make_binding(ref="A1")
        self.exporter().run(binding)
        self.assertEqual(binding.external_id, external_id)
        self.assertEqual(self.system.ids(binding._name), [external_id])
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_an_adapter_that_gives_no_id_is_told_what_is_missing(self):
        binding = self.make_binding()
        exporter = self.exporter()
        self.patch_hook(exporter, "_create", return_value=None)
        with self.assertRaisesRegex(ConnectorException, "got None instead of"):
            exporter.run(binding)

    def test_the_external_id_0_is_an_id(self):
        binding = self.make_binding()
        exporter = self.exporter()
        self.patch_hook(exporter, "_create", return_value=0)
        exporter.run(binding)
        self.assertEqual(binding.external_id, "0")


@tagged("post_install", "-at_install")
class TestExportDependencies(ExportCase):
    def test_what_a_record_needs_is_exported_first(self):
        company = self.make_binding(name="Analytical Engines")
        binding = self.make_binding(parent_id=company.odoo_id.id)
        self.exporter().run(binding)
        self.assertEqual(self.remote(binding)["parent"], company.external_id)
        self.assertEqual(self.remote(company)["name"], "Analytical Engines")

    def test_a_binding_is_made_for_a_record_without_one(self):
        parent = self.env["res.partner"].create({"name": "Parent"})
        binding = self.make_binding(parent_id=parent.id)
        self.exporter().run(binding)
        self.assertEqual(
            self.remote(binding)["parent"], parent.test_export_bind_ids.external_id
        )

    def test_the_binding_of_an_archived_record_is_found(self):
        parent = self.make_binding(name="Parent", active=False)
        binding = self.make_binding(parent_id=parent.odoo_id.id)
        self.exporter().run(binding)
        self.assertEqual(self.remote(binding)["parent"], parent.external_id)
        bindings = self.env["test.export.partner"].with_context(active_test=False)
        self.assertEqual(bindings.search([("odoo_id", "=", parent.odoo_id.id)]), parent)

    def test_a_record_that_does_not_know_its_bindings_is_found_by_them(self):
        category = self.env["res.partner.category"].create({"name": "VIP"})
        binding = self.make_binding(category_id=[(4, category.id)])
        self.exporter().run(binding)
        tag = self.env["test.export.category"].search([("odoo_id", "=", category.id)])
        self.assertEqual(self.remote(binding)["tags"], [tag.external_id])

    def test_what_the_backend_has_already_is_not_exported_again(self):
        parent = self.make_binding(name="Parent")
        self.exporter().run(parent)
        binding = self.make_binding(parent_id=parent.odoo_id.id)
        self.exporter().run(binding)
        writes = [call for call in self.system.calls if call.startswith("write")]
        self.assertEqual(writes, [])

    def test_extra_values_are_those_of_the_new_binding(self):
        parent = self.env["res.partner"].create({"name": "Parent"})
        exporter = self.exporter()
        exporter._export_dependency(
            parent, "test.export.partner", binding_extra_vals={"nickname": "Pa"}
        )
        self.assertEqual(parent.test_export_bind_ids.nickname, "Pa")

    def test_nothing_is_done_for_an_empty_relation(self):
        self.exporter()._export_dependency(
            self.env["res.partner"], "test.export.partner"
        )
        self.assertEqual(self.system.calls, [])

    def test_records_that_need_each_other_do_not_export_for_ever(self):
        one = self.make_binding(name="One")
        other = self.make_binding(name="Other")
        exporter = self.exporter()
        partners = {one: other, other: one}

        def export_dependencies(self):
            needed = partners[self.binding].odoo_id
            self._export_dependency(needed, "test.export.partner")

        self.enterContext(
            patch.object(type(exporter), "_export_dependencies", export_dependencies)
        )
        exporter.run(one)
        self.assertTrue(one.external_id)
        self.assertTrue(other.external_id)
        self.assertEqual(len(self.system.ids(one._name)), 2)

    def test_several_bindings_of_a_record_are_told(self):
        self.env.cr.execute(
            "ALTER TABLE test_export_category"
            " DROP CONSTRAINT test_export_category__backend_record_uniq"
            if self._has_constraint("test_export_category__backend_record_uniq")
            else "ALTER TABLE test_export_category"
            " DROP CONSTRAINT test_export_category_backend_record_uniq"
        )
        category = self.env["res.partner.category"].create({"name": "VIP"})
        for __ in range(2):
            self.env["test.export.category"].create(
                {"backend_id": self.backend.id, "odoo_id": category.id}
            )
        with self.assertRaisesRegex(InvalidDataError, "has 2 bindings"):
            self.exporter()._export_dependency(category, "test.export.category")

    def _has_constraint(self, name):
        self.env.cr.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", (name,))
        return bool(self.env.cr.fetchall())

    def test_a_violated_unique_constraint_is_a_retry(self):
        parent = self.make_binding(name="Parent")
        with self.assertRaises(RetryableJobError), self.env.cr.savepoint():
            with self.exporter()._retry_unique_violation():
                self.make_binding(odoo_id=parent.odoo_id.id)


@tagged("post_install", "-at_install")
class TestCommitPoint(ExportCase):
    def test_a_transaction_of_a_test_keeps_its_commit_to_itself(self):
        self.assertTrue(commits_are_forbidden(self.env.cr))

    def test_a_transaction_of_its_own_may_be_committed(self):
        with self.registry.cursor() as cr:
            self.assertFalse(commits_are_forbidden(cr))

    def test_a_receipt_is_claimed_instead_of_creating_again(self):
        binding = self.make_binding()
        external_id = self.system.create(binding._name, {"name": "Ada", "ref": False})
        self._make_receipt(binding, external_id)
        self.exporter().run(binding)
        self.assertEqual(binding.external_id, external_id)
        self.assertEqual(self.system.ids(binding._name), [external_id])
        self.assertFalse(self._find_receipts(binding))

    def test_a_receipt_outlives_the_failure_of_who_claims_it(self):
        binding = self.make_binding()
        self._make_receipt(binding, "77")
        exporter = self.exporter()
        with (
            patch.object(type(exporter), "_update", side_effect=InvalidDataError),
            self.assertRaises(InvalidDataError),
            self.env.cr.savepoint(),
        ):
            exporter.run(binding)
        self.assertEqual(self._find_receipts(binding).external_id, "77")

    def test_a_receipt_belongs_to_one_backend(self):
        binding = self.make_binding()
        other = self.backend.copy({"name": "Other", "folder": "/nowhere"})
        self._make_receipt(binding, "77", backend=other)
        self.exporter().run(binding)
        self.assertEqual(self.system.ids(binding._name), [binding.external_id])

    def test_a_record_of_a_table_that_is_not_committed_is_not_committed(self):
        receipts = self.env["connector.export.receipt"]
        self.assertTrue(receipts._is_committed(self.backend))
        with patch.object(type(self.backend), "_table", "made_by_this_transaction"):
            self.assertFalse(receipts._is_committed(self.backend))

    def test_a_record_that_is_not_committed_leaves_no_receipt(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        with self.registry.cursor() as cr:
            receipts = self.env(cr=cr)["connector.export.receipt"]
            found = receipts.search([("backend_id", "=", self.backend.id)])
            self.assertFalse(found)

    def _make_receipt(self, binding, external_id, backend=None):
        backend = backend or self.backend
        return self.env["connector.export.receipt"].create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "model_name": binding._name,
                "record_model": "res.partner",
                "record_id": binding.odoo_id.id,
                "external_id": external_id,
            }
        )

    def _find_receipts(self, binding):
        return self.env["connector.export.receipt"].search(
            [("record_id", "=", binding.odoo_id.id)]
        )
