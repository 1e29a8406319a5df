# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from odoo.addons.connector.exception import InvalidDataError, RetryableJobError

from .export_common import ExportCase


@tagged("post_install", "-at_install")
class TestExportDependencies(ExportCase):
    def test_the_records_that_a_record_needs_are_exported_first(self):
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

    def test_dependencies_in_the_backend_are_not_exported_again(self):
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

    def test_the_job_knows_all_that_was_exported_however_deep(self):
        grandparent = self.make_binding(name="Grandparent")
        parent = self.make_binding(name="Parent", parent_id=grandparent.odoo_id.id)
        binding = self.make_binding(parent_id=parent.odoo_id.id)
        exporter = self.exporter()
        exporter.run(binding)
        self.assertEqual(
            exporter.work.session.exported,
            {(each._name, each.id) for each in (grandparent, parent, binding)},
        )

    def test_nothing_is_done_for_an_empty_relation(self):
        self.exporter()._export_dependency(
            self.env["res.partner"], "test.export.partner"
        )
        self.assertEqual(self.system.calls, [])

    def test_records_that_need_each_other_do_not_export_forever(self):
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

    def test_several_bindings_of_a_record_raise_an_error(self):
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
