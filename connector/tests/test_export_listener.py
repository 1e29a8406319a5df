# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api
from odoo.tests.common import TransactionCase, tagged

from odoo.addons.component.core import Component

from ..components.exporter.queue import ExportRequests, merge_fields
from .export_common import ExportCase


class PartnerListener(Component):
    _name = "test.folder.partner.listener"
    _inherit = ["test.folder.connector", "generic.export.listener"]
    _apply_on = ["test.export.partner", "res.partner"]

    _ignored_fields = ("ref",)

    def _find_backends_for(self, record):
        backend_id = self.env.context.get("test_export_to")
        return self.env["test.export.backend"].sudo().browse(backend_id)


@tagged("post_install", "-at_install")
class TestExportListener(ExportCase):
    def setUp(self):
        super().setUp()
        self.build_components(PartnerListener)

    def requested(self, change):
        """Return the jobs that a change makes once it is about to be committed."""
        self.env.cr.flush()
        with self.trap_jobs() as trap:
            change()
            self.env.cr.flush()
            return [
                (job.method_name, job.args, job.kwargs) for job in trap.enqueued_jobs
            ]

    def silent_binding(self, **values):
        """Return a binding whose creation requested no export."""
        binding = self.make_binding(**values)
        self.env.cr.precommit.clear()
        return binding

    def test_a_new_binding_is_exported_whole(self):
        self.assertEqual(self.requested(self.make_binding), [("export_record", (), {})])

    def test_a_change_is_exported_with_its_fields(self):
        binding = self.silent_binding()
        self.assertEqual(
            self.requested(lambda: binding.write({"nickname": "A"})),
            [("export_record", (), {"fields": ["nickname"]})],
        )

    def test_changes_of_a_transaction_are_one_export(self):
        binding = self.silent_binding()

        def change():
            binding.nickname = "A"
            binding.email = "ada@example.com"
            binding.odoo_id.name = "Countess"
            binding.nickname = "B"

        self.assertEqual(
            self.requested(change),
            [("export_record", (), {"fields": ["email", "name", "nickname"]})],
        )

    def test_a_creation_covers_the_changes_after_it(self):
        def change():
            binding = self.make_binding()
            binding.nickname = "A"
            binding.odoo_id.name = "Countess"

        self.assertEqual(self.requested(change), [("export_record", (), {})])

    def test_a_change_of_the_record_behind_the_binding_is_exported(self):
        partner = self.silent_binding().odoo_id
        self.assertEqual(
            self.requested(lambda: partner.write({"email": "ada@example.com"})),
            [("export_record", (), {"fields": ["email"]})],
        )

    def test_a_change_of_an_archived_record_is_exported(self):
        partner = self.silent_binding(active=False).odoo_id
        self.assertEqual(
            self.requested(lambda: partner.write({"name": "Countess"})),
            [("export_record", (), {"fields": ["name"]})],
        )

    def test_fields_that_the_mapper_does_not_read_are_not_exported(self):
        binding = self.silent_binding()
        self.assertEqual(self.requested(lambda: binding.write({"color": 3})), [])

    def test_a_change_of_ignored_fields_is_not_exported(self):
        binding = self.silent_binding()
        self.assertEqual(self.requested(lambda: binding.write({"ref": "A1"})), [])

    def test_changes_by_a_connector_are_not_exported(self):
        binding = self.silent_binding().with_context(connector_no_export=True)
        self.assertEqual(self.requested(lambda: binding.write({"name": "B"})), [])

    def test_a_record_without_binding_is_not_exported(self):
        self.assertEqual(
            self.requested(lambda: self.env["res.partner"].create({"name": "C"})), []
        )

    def test_a_new_record_is_bound_to_the_backends_that_want_it(self):
        partners = self.env["res.partner"].with_context(test_export_to=self.backend.id)
        created = []
        jobs = self.requested(lambda: created.append(partners.create({"name": "C"})))
        self.assertEqual(jobs, [("export_record", (), {})])
        self.assertEqual(created[0].test_export_bind_ids.backend_id, self.backend)

    def test_new_records_are_bound_together(self):
        partners = self.env["res.partner"].with_context(test_export_to=self.backend.id)
        bindings = type(self.env["test.export.partner"])
        create, batches = bindings.create, []

        def create_batch(records, values_list):
            batches.append(len(values_list))
            return create(records, values_list)

        self.patch(bindings, "create", api.model_create_multi(create_batch))
        jobs = self.requested(lambda: partners.create([{"name": n} for n in "ABC"]))
        self.assertEqual(jobs, [("export_record", (), {})] * 3)
        self.assertEqual(batches, [3])

    def test_a_deleted_binding_is_deleted_in_the_backend(self):
        binding = self.silent_binding(external_id="7")
        self.assertEqual(
            self.requested(binding.unlink),
            [("export_delete_record", (self.backend, "7"), {})],
        )

    def test_a_deleted_record_is_deleted_in_the_backend(self):
        partner = self.silent_binding(external_id="7").odoo_id
        self.assertEqual(
            self.requested(partner.unlink),
            [("export_delete_record", (self.backend, "7"), {})],
        )

    def test_a_deletion_takes_the_export_with_it(self):
        binding = self.silent_binding(external_id="7")

        def change():
            binding.name = "Countess"
            binding.unlink()

        self.assertEqual(
            self.requested(change), [("export_delete_record", (self.backend, "7"), {})]
        )

    def test_a_record_that_was_never_exported_is_not_deleted_in_the_backend(self):
        binding = self.silent_binding()
        self.assertEqual(self.requested(binding.unlink), [])

    def test_a_deletion_that_did_not_happen_is_not_exported(self):
        binding = self.silent_binding(external_id="7")

        class Refusal(Exception):
            pass

        def refuse(records):
            raise Refusal

        def change():
            self.patch(type(binding.odoo_id), "unlink", api.model(refuse))
            listener = binding._event("on_records_unlink")
            listener.notify(binding)
            with self.assertRaises(Refusal):
                binding.odoo_id.unlink()

        self.assertEqual(self.requested(change), [])

    def test_equal_exports_wait_once(self):
        binding = self.silent_binding()
        jobs = self.env["queue.job"].sudo()
        domain = [("model_name", "=", binding._name), ("state", "=", "pending")]
        for nickname in ("A", "B", "C"):
            binding.nickname = nickname
            self.env.cr.flush()
        found = jobs.search(domain)
        self.assertEqual(len(found), 1)
        self.assertEqual(found.kwargs, {"fields": ["nickname"]})
        self.assertIn("Ada", found.name)
        binding.email = "ada@example.com"
        self.env.cr.flush()
        self.assertEqual(len(jobs.search(domain)), 2)


class TestExportRequests(TransactionCase):
    def test_all_fields_and_some_are_all_fields(self):
        self.assertIsNone(merge_fields(None, ["name"]))
        self.assertIsNone(merge_fields(frozenset({"name"}), None))

    def test_fields_are_united(self):
        self.assertEqual(merge_fields(frozenset({"a"}), ["b"]), {"a", "b"})

    def test_a_transaction_has_its_own_requests(self):
        requests = ExportRequests.of(self.env.cr)
        self.assertIs(ExportRequests.of(self.env.cr), requests)
        self.env.cr.precommit.clear()
        self.assertIsNot(ExportRequests.of(self.env.cr), requests)

    def test_a_base_of_bindings_stands_for_all_of_them(self):
        class Everything:
            _apply_on = "external.binding"
            _odoo_field = "odoo_id"
            apply_on_models = ["external.binding"]

        class Partners(Everything):
            apply_on_models = ["test.export.partner"]

        builder = self.env["component.builder"]
        self.assertTrue(builder._is_binding_base("external.binding"))
        self.assertFalse(builder._is_binding_base("test.export.partner"))
        found = builder._find_models_for(Everything, [Everything])
        self.assertLessEqual({"test.export.partner", "res.partner"}, set(found))
        self.assertNotIn("external.binding", found)
        found = builder._find_models_for(Everything, [Everything, Partners])
        self.assertNotIn("test.export.partner", found)
