# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from odoo.addons.connector.components.exporter.exporter import commits_are_forbidden
from odoo.addons.connector.exception import (
    ConnectorException,
    IDMissingInBackend,
    InvalidDataError,
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

    def test_an_own_run_takes_any_arguments(self):
        binding = self.make_binding()
        exporter = self.exporter()

        def run(self, force, comment=None):
            self.external_id = self.backend_adapter.create({"name": comment})
            return force

        self.patch_hook(exporter, "_run", new=run)
        self.assertIs(exporter.run(binding, True, "Ada"), True)
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_a_record_that_was_never_exported_can_be_skipped(self):
        binding = self.make_binding()
        exporter = self.exporter()
        after = self.patch_hook(exporter, "_after_export")
        self.patch_hook(exporter, "_has_to_skip", return_value="too young")
        self.assertIn("too young", exporter.run(binding))
        self.assertEqual(exporter.outcome, "skipped")
        self.assertFalse(binding.external_id)
        self.assertEqual(self.system.calls, [])
        after.assert_not_called()

    def test_a_deleted_binding_does_not_fail(self):
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
        steps = [
            "_should_import",
            "_has_to_skip",
            "_export_dependencies",
            "_lock",
            "_map_data",
            "_create_data",
            "_validate_create_data",
            "_commit",
            "_after_export",
        ]
        for name in steps:
            hook = getattr(type(exporter), name)

            def spy(self, *args, _hook=hook, _name=name, **kwargs):
                called.append(_name)
                return _hook(self, *args, **kwargs)

            self.patch_hook(exporter, name, new=spy)
        exporter.run(binding)
        self.assertEqual(called, steps)

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

    def test_a_record_that_was_deleted_remotely_is_created_again(self):
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

    def test_an_exporter_that_runs_again_does_not_know_deleted_ids(self):
        binding = self.make_binding()
        self.exporter().run(binding)
        old_id = binding.external_id
        self.system.delete(binding._name, old_id)
        exporter = self.exporter()
        answers = [IDMissingInBackend("deleted"), False]
        self.patch_hook(exporter, "_should_import", side_effect=answers)
        exporter.run(binding)
        self.assertEqual(binding.external_id, old_id)  # it was free again
        update = self.patch_hook(exporter, "_update")
        exporter.run(binding)
        update.assert_called_once()

    def test_a_record_of_the_backend_is_found_by_its_natural_key(self):
        external_id = self.system.create(
            "test.export.partner", {"ref": "A1", "name": "Lost"}
        )
        binding = self.make_binding(ref="A1")
        self.exporter().run(binding)
        self.assertEqual(binding.external_id, external_id)
        self.assertEqual(self.system.ids(binding._name), [external_id])
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_an_adapter_that_returns_no_id_raises_an_error(self):
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
class TestCommitPoint(ExportCase):
    def test_a_transaction_of_a_test_keeps_its_commit_to_itself(self):
        self.assertTrue(commits_are_forbidden(self.env.cr))

    def test_a_separate_transaction_may_be_committed(self):
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
