# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from odoo.addons.component.core import Component

from ..exception import ConnectorException, ReusedExternalId
from ..timestamps import is_other_record
from .export_common import ExportCase

CREATED_AT = datetime(2026, 1, 31, 12)
MODEL = "test.export.partner"


class TestOtherRecord(BaseCase):
    def test_it_was_created_at_another_time(self):
        self.assertTrue(is_other_record(CREATED_AT, "2026-01-31T12:00:01Z"))

    def test_the_forms_of_one_time_are_the_same_record(self):
        for created_at in (
            "2026-01-31T12:00:00",
            "2026-01-31T13:00:00.999+01:00",
            CREATED_AT,
        ):
            self.assertFalse(is_other_record(CREATED_AT, created_at))

    def test_unknown_times_are_not_compared(self):
        for known_at, created_at in ((False, CREATED_AT), (CREATED_AT, None)):
            self.assertFalse(is_other_record(known_at, created_at))


class RestoredBackendCase(ExportCase):
    """A backend whose records say when they were created."""

    def setUp(self):
        super().setUp()

        class DatedImporter(Component):
            _name = "test.folder.dated.importer"
            _inherit = ["test.folder.connector", "generic.importer"]
            _apply_on = MODEL

            def _external_created_at(self):
                return self.external_record.get("created_at")

        class DatedDeleter(Component):
            _name = "test.folder.dated.deleter"
            _inherit = ["test.folder.connector", "generic.export.deleter"]
            _apply_on = MODEL

            def _is_other_record(self, external_id):
                external_record = self.backend_adapter.read(external_id)
                return is_other_record(self.created_at, external_record["created_at"])

        self.build_components(DatedImporter, DatedDeleter)
        self.remote_records = self.fake_system(MODEL)

    def put(self, created_at=CREATED_AT, **values):
        record = {"id": "7", "name": "Ada", "created_at": created_at.isoformat()}
        self.remote_records.put(MODEL, {**record, **values})

    def import_it(self, **kwargs):
        self.env[MODEL].import_record(self.backend, "7", **kwargs)
        return self.env[MODEL].search([("external_id", "=", "7")])


@tagged("post_install", "-at_install")
class TestReusedIds(RestoredBackendCase):
    def test_a_binding_remembers_when_the_external_record_was_created(self):
        self.put()
        self.assertEqual(self.import_it().external_created_at, CREATED_AT)

    def test_another_record_with_the_id_is_refused(self):
        self.put()
        binding = self.import_it()
        self.put(CREATED_AT + timedelta(days=1), name="Stranger")
        for force in (False, True):
            with self.assertRaisesRegex(ReusedExternalId, "restored.*unbind"):
                self.import_it(force=force)
        self.assertEqual(binding.name, "Ada")
        self.assertTrue(issubclass(ReusedExternalId, ConnectorException))

    def test_only_that_record_of_a_chunk_is_refused(self):
        self.put()
        self.import_it()
        self.put(CREATED_AT + timedelta(days=1), name="Stranger")
        self.remote_records.put(MODEL, {"id": "8", "name": "Grace"})
        with self.trap_jobs():
            self.env[MODEL].import_chunk(self.backend, ["7", "8"])
        names = self.env[MODEL].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(set(names.mapped("name")), {"Ada", "Grace"})

    def test_a_person_says_that_it_is_another_record(self):
        self.put()
        binding = self.import_it()
        record = binding.odoo_id
        self.put(CREATED_AT + timedelta(days=1), name="Stranger")
        with self.trap_jobs() as trap:
            self.assertTrue(binding.button_unbind())
            self.env.cr.precommit.run()
            trap.assert_jobs_count(0)
        self.assertEqual(self.import_it().name, "Stranger")
        self.assertEqual(record.name, "Ada")

    def test_a_person_says_that_it_is_the_same_record(self):
        self.put()
        binding = self.import_it()
        later = CREATED_AT + timedelta(days=1)
        self.put(later, name="Ada Lovelace")
        self.assertTrue(binding.button_same_record())
        self.assertEqual(self.import_it(), binding)
        self.assertEqual(binding.name, "Ada Lovelace")
        self.assertEqual(binding.external_created_at, later)

    def delete(self, created_at):
        self.env[MODEL].export_delete_record(self.backend, "7", created_at=created_at)
        return "7" not in self.remote_records.tables[MODEL]

    def test_a_deletion_leaves_another_record_with_the_id(self):
        self.put(CREATED_AT + timedelta(days=1), name="Stranger")
        self.assertFalse(self.delete(CREATED_AT))

    def test_a_deletion_of_the_bound_record_is_made(self):
        for known_at in (CREATED_AT, None):
            self.put()
            self.assertTrue(self.delete(known_at))


@tagged("post_install", "-at_install")
class TestReceiptOfAnotherRecord(ExportCase):
    """A receipt is for the record that was created then, not for its id."""

    def leave(self, binding, created_at):
        return self.env["connector.export.receipt"].create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": binding._name,
                "record_model": binding.odoo_id._name,
                "record_id": binding.odoo_id.id,
                "record_created_at": created_at,
                "external_id": "left",
            }
        )

    def claim(self, binding):
        return self.env["connector.export.receipt"]._claim(
            self.backend, binding._name, binding.odoo_id
        )

    def test_the_record_that_left_it_claims_it(self):
        binding = self.make_binding()
        for created_at in (binding.odoo_id.create_date, False):
            receipt = self.leave(binding, created_at)
            self.assertEqual(self.claim(binding), "left")
            self.assertFalse(receipt.exists())

    def test_another_record_with_its_id_does_not(self):
        binding = self.make_binding()
        receipt = self.leave(binding, CREATED_AT)
        with self.assertLogs("odoo.addons.connector", "WARNING") as logs:
            self.assertFalse(self.claim(binding))
        self.assertRegex(logs.output[0], "left.*bound to nothing")
        self.assertFalse(receipt.exists())
