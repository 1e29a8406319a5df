# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.connector.exception import ReusedExternalId
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import OdooConnectorCase

QUIET = {"connector_no_export": True}


class RestoreCase(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.backend.write({"sync_partners": "both", "export_deletions": True})
        self.partner = (
            self.env["res.partner"].with_context(**QUIET).create({"name": "Ada"})
        )

    def _bind(self, record, **values):
        model = self.env["odoo.res.partner"].with_context(**QUIET)
        return model.create(
            {"odoo_id": record.id, "backend_id": self.backend.id, **values}
        )

    def _export(self, record):
        binding = self._bind(record).with_env(self.env)
        self.env.flush_all()
        binding.export_record()
        return binding, self.env["res.partner"].browse(int(binding.external_id))

    def _set_created(self, record, created_at):
        """Set the creation time of a record, as of another one with its id."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            (created_at, record.id),
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRestoredHere(RestoreCase):
    """After a restore of the local database, an id belongs to another record."""

    def test_another_record_with_the_id_does_not_overwrite_the_first_there(self):
        binding, there = self._export(self.partner)
        binding.with_context(**QUIET).unlink()
        created_at = self.partner.create_date + timedelta(hours=1)
        self._set_created(self.partner, created_at)
        self.partner.with_context(**QUIET).name = "Grace"
        _binding, other = self._export(self.partner)
        self.assertNotEqual(other, there)
        self.assertEqual((there.name, other.name), ("Ada", "Grace"))

    def test_the_same_record_finds_what_it_created(self):
        binding, there = self._export(self.partner)
        binding.with_context(**QUIET).unlink()
        self.partner.with_context(**QUIET).name = "Ada Lovelace"
        _binding, again = self._export(self.partner)
        self.assertEqual(again, there)
        self.assertEqual(there.name, "Ada Lovelace")

    def test_two_databases_with_one_uuid_do_not_collide(self):
        with self.backend.work_on("odoo.res.partner") as work:
            exporter = work.component(usage="record.exporter")
            exporter.binding = self._bind(self.partner)
            before = exporter._marker()
            self.assertEqual(exporter._marker(), before)
            with patch.object(self.env.cr, "dbname", "copy"):
                self.assertNotEqual(exporter._marker(), before)


@tagged("post_install", "-at_install")
class TestRestoredThere(RestoreCase):
    """After a restore of the remote database, an id belongs to another record."""

    def _restore(self, there, name="Stranger"):
        there.with_context(**QUIET).name = name
        self._set_created(there, there.create_date - timedelta(days=1))

    def test_an_import_of_another_record_is_refused(self):
        there = self.partner.copy({"name": "Ada"})
        (binding,) = self._import("odoo.res.partner", there)
        self.assertEqual(
            binding.external_created_at, there.create_date.replace(microsecond=0)
        )
        self._restore(there)
        with self.assertRaisesRegex(ReusedExternalId, "Unbind|unbind"):
            binding.import_record(self.backend, there.id)
        self.assertEqual(binding.odoo_id.name, "Ada")

    def test_an_export_to_another_record_is_refused(self):
        for direction in ("both", "export"):
            with self.subTest(direction):
                self.backend.sync_partners = direction
                record = self.partner.with_context(**QUIET).copy({"name": "Ada"})
                binding, there = self._export(record)
                self.assertTrue(binding.external_created_at)
                self._restore(there)
                record.with_context(**QUIET).city = "London"
                self.env.flush_all()
                with self.assertRaises(ReusedExternalId):
                    binding.export_record(fields=["city"])
                there.invalidate_recordset()
                self.assertEqual((there.name, there.city), ("Stranger", False))

    def test_an_export_of_records_that_are_not_imported_costs_one_read(self):
        self.backend.sync_partners = "export"
        binding, there = self._export(self.partner)
        self.partner.with_context(**QUIET).city = "London"
        self.env.flush_all()
        calls = []
        with self.backend.work_on("odoo.res.partner") as work:
            adapter_class = type(work.component(usage="backend.adapter"))
        call = adapter_class.call
        self.patch(
            adapter_class,
            "call",
            lambda adapter, method, *args, **kwargs: (
                calls.append(method) or call(adapter, method, *args, **kwargs)
            ),
        )
        binding.export_record(fields=["city"])
        there.invalidate_recordset()
        self.assertEqual(there.city, "London")
        self.assertEqual(calls.count("search_read"), 1)

    def _delete(self, binding):
        with trap_jobs() as trap:
            binding.odoo_id.unlink()
            self.env.flush_all()
            self.env.cr.precommit.run()
            trap.perform_enqueued_jobs()

    def test_a_deletion_leaves_another_record(self):
        binding, there = self._export(self.partner)
        self._restore(there)
        self._delete(binding)
        self.assertTrue(there.exists())

    def test_a_deletion_of_the_bound_record_is_made(self):
        binding, there = self._export(self.partner)
        self._delete(binding)
        self.assertFalse(there.exists())

    def test_the_person_says_that_it_is_the_same_record(self):
        binding, there = self._export(self.partner)
        self._restore(there, name="Ada Lovelace")
        binding.button_same_record()
        binding.import_record(self.backend, there.id)
        self.assertEqual(self.partner.name, "Ada Lovelace")
        self.assertEqual(
            binding.external_created_at, there.create_date.replace(microsecond=0)
        )
