# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from .export_common import ExportCase


@tagged("post_install", "-at_install")
class TestRecordDeleter(ExportCase):
    def setUp(self):
        super().setUp()
        self.binding = self.make_binding(external_id="7")
        self.partner = self.binding.odoo_id
        self.deleter = self.component("record.deleter", self.binding._name)

    def delete(self, external_id="7", policy="delete"):
        with patch.object(type(self.deleter), "_policy", policy):
            return self.deleter.run(external_id)

    def test_the_record_and_its_binding_are_deleted(self):
        self.assertIn("Ada was deleted", self.delete())
        self.assertFalse(self.binding.exists())
        self.assertFalse(self.partner.exists())

    def test_the_record_is_archived(self):
        self.delete(policy="archive")
        self.assertFalse(self.partner.active)
        self.assertTrue(self.binding.exists())

    def test_the_record_is_unbound(self):
        self.delete(policy="unbind")
        self.assertFalse(self.binding.exists())
        self.assertTrue(self.partner.active)

    def test_an_archived_record_is_found(self):
        self.partner.active = False
        self.delete()
        self.assertFalse(self.partner.exists())

    def test_an_external_id_that_is_not_bound_does_not_fail(self):
        self.assertIn("nothing to delete", self.delete("8"))
        self.assertTrue(self.binding.exists())

    def test_a_record_that_must_stay_stays(self):
        with patch.object(type(self.deleter), "_must_skip", lambda *args: "in use"):
            self.assertIn("in use", self.delete())
        self.assertTrue(self.binding.exists())

    def test_an_unknown_policy_raises_an_error(self):
        with self.assertRaisesRegex(ValueError, "'burn'; it must be one of delete"):
            self.delete(policy="burn")


@tagged("post_install", "-at_install")
class TestExportDeleter(ExportCase):
    def setUp(self):
        super().setUp()
        self.binding = self.make_binding()
        self.exporter().run(self.binding)
        self.model = self.env[self.binding._name]

    def test_the_external_record_is_deleted(self):
        outcome = self.model.export_delete_record(
            self.backend, self.binding.external_id
        )
        self.assertIn("was deleted", outcome)
        self.assertEqual(self.system.ids(self.binding._name), [])

    def test_an_external_record_that_was_deleted_before_does_not_fail(self):
        self.system.delete(self.binding._name, self.binding.external_id)
        outcome = self.model.export_delete_record(
            self.backend, self.binding.external_id
        )
        self.assertIn("before", outcome)

    def test_the_receipts_of_the_record_are_deleted(self):
        receipts = self.env["connector.export.receipt"]
        receipt = receipts.create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": self.binding._name,
                "record_model": "res.partner",
                "record_id": self.binding.odoo_id.id,
                "external_id": self.binding.external_id,
            }
        )
        self.model.export_delete_record(self.backend, self.binding.external_id)
        self.assertFalse(receipt.exists())
