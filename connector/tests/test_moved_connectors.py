# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conventions of connectors that were written for the OCA addons."""

from unittest.mock import MagicMock, patch

from odoo.tests import tagged

from .import_common import INDUSTRY, PARTNER, ImporterCase


@tagged("post_install", "-at_install")
class TestMovedConnectors(ImporterCase):
    __test__ = True

    def test_a_binding_may_be_the_record_itself(self):
        self.put_industry(1)
        binder = type(self.component("binder", INDUSTRY))
        with patch.object(binder, "_odoo_field", "id"):
            importer = self.component("record.importer", INDUSTRY)
            (item,) = importer.run("1").items
            self.assertEqual(item.binding.name, "Industry 1")
            binding = item.binding
            found = self.component("binder", INDUSTRY)
            self.assertEqual(found.to_internal("1", unwrap=True), binding)
            self.assertEqual(found.unwrap_binding(binding), binding)
            self.assertEqual(found.unwrap_model(), INDUSTRY)

    def test_tests_may_replace_the_class_of_delayed_records(self):
        with patch(
            "odoo.addons.queue_job.models.base.DelayableRecordset", spec=True
        ) as delayable_class:
            delayable = delayable_class.return_value = MagicMock()
            self.env[PARTNER].with_delay(priority=9).import_record(self.backend, "7")
        delayable.import_record.assert_called_once_with(self.backend, "7")
