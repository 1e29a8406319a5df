# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A lost answer, or a killed process, creates no second external record."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests.common import tagged

from ..components.exporter.exporter import GenericExporter
from ..exception import InvalidDataError, NetworkRetryableError, UnreadableAnswer
from .export_processes import failing, run_export
from .keyed_server import PARTNER, KeyedCase, hang_up
from .rest_server import Reply


@tagged("post_install", "-at_install")
class TestIdempotencyKeys(KeyedCase):
    def check_is_bound(self, binding_id):
        """Check that the only record of the server is bound; return its id."""
        (external_id,) = self.server.records
        self.assertEqual(self.read_partner(binding_id, "external_id"), external_id)
        return external_id

    def test_a_lost_answer_is_asked_for_again(self):
        binding_id = self.make_partner()
        self.server.faults = [hang_up, hang_up]
        for __ in range(2):
            self.export(binding_id, NetworkRetryableError)
            ((external_id, key),) = self.receipts("external_id", "idempotency_key")
            self.assertFalse(external_id)
        self.assertIn("Created", self.export(binding_id))
        self.assertEqual(self.server.keys(), [key] * 3)
        self.check_is_bound(binding_id)
        self.assertEqual(self.receipts("id"), [])
        self.assertEqual(self.server.sent(), [("POST", "/partners")] * 3)

    def test_a_killed_process_creates_no_second_record(self):
        binding_id = self.make_partner()
        self.kill(lambda env: run_export(env, binding_id))
        self.assertEqual(len(self.server.records), 1)
        self.assertFalse(self.read_partner(binding_id, "external_id"))
        self.export(binding_id)
        self.assertEqual(len(set(self.server.keys())), 1)
        self.check_is_bound(binding_id)
        self.assertEqual(self.receipts("id"), [])

    def test_an_edit_after_a_lost_answer_is_sent_as_an_update(self):
        binding_id = self.make_partner(name="Ada")
        self.server.faults = [hang_up]
        self.export(binding_id, NetworkRetryableError)
        self.edit(binding_id, name="Ada Lovelace")
        self.export(binding_id)
        first, again, update = self.server.requests
        self.assertEqual(first.body, again.body)
        external_id = self.check_is_bound(binding_id)
        self.assertEqual(update.method, "PATCH")
        self.assertEqual(update.path, f"/partners/{external_id}")
        self.assertEqual(self.server.records[external_id]["name"], "Ada Lovelace")

    def test_a_failing_update_after_it_keeps_the_id(self):
        binding_id = self.make_partner(name="Ada")
        self.server.faults = [hang_up]
        self.export(binding_id, NetworkRetryableError)
        self.edit(binding_id, name="Ada Lovelace")
        error = NetworkRetryableError("later")
        with patch.object(self.adapter_class, "write", side_effect=error):
            self.export(binding_id, NetworkRetryableError, "later")
        self.assertEqual(self.receipts("external_id"), [(*self.server.records,)])
        self.export(binding_id)
        external_id = self.check_is_bound(binding_id)
        self.assertEqual(self.server.records[external_id]["name"], "Ada Lovelace")
        self.assertEqual(self.receipts("id"), [])

    def test_a_refused_record_gets_another_key(self):
        binding_id = self.make_partner(name="Bad")
        self.server.refuse = lambda values: values["name"] == "Bad" and "no"
        self.export(binding_id, InvalidDataError, "no")
        self.assertEqual(self.receipts("id"), [])
        self.edit(binding_id, name="Good")
        self.export(binding_id)
        self.assertEqual(len(set(self.server.keys())), 2)
        external_id = self.check_is_bound(binding_id)
        self.assertEqual(self.server.records[external_id]["name"], "Good")

    def test_a_refusal_after_a_lost_answer_asks_a_person(self):
        binding_id = self.make_partner()
        refuse = [hang_up, lambda *args: Reply({"error": "no"}, 422)]
        self.server.faults = refuse
        self.export(binding_id, NetworkRetryableError)
        self.export(binding_id, InvalidDataError, "no.*without an answer.*receipt")
        self.assertEqual(len(self.receipts("id")), 1)
        self.export(binding_id)
        self.assertEqual(len(self.server.records), 1)

    def test_a_call_that_still_runs_is_waited_for(self):
        conflict = lambda *args: Reply({"error": "in progress"}, 409)  # noqa: E731
        binding_id = self.make_partner()
        self.server.faults = [hang_up, conflict]
        self.export(binding_id, NetworkRetryableError)
        self.export(binding_id, NetworkRetryableError, "may still be running")
        self.export(binding_id)
        self.assertEqual(len(self.server.records), 1)

    def test_a_conflict_of_a_first_call_is_a_refusal(self):
        self.server.faults = [lambda *args: Reply({"error": "SKU exists"}, 409)]
        self.export(self.make_partner(), InvalidDataError, "SKU exists")
        self.assertEqual(self.receipts("id"), [])

    def test_a_record_that_was_not_sent_keeps_no_key(self):
        binding_id = self.make_partner()
        with patch.object(
            self.adapter_class, "_base_url", lambda self: "http://127.0.0.1:1"
        ):
            self.export(binding_id, NetworkRetryableError)
        self.assertEqual(self.receipts("id"), [])

    def test_an_answer_that_cannot_be_read_keeps_the_key(self):
        binding_id = self.make_partner()
        with patch.object(self.adapter_class, "_id_field", "number"):
            self.export(binding_id, UnreadableAnswer)
        self.export(binding_id)
        self.check_is_bound(binding_id)

    def test_a_deleted_binding_ends_its_key(self):
        binding_id = self.make_partner()
        self.server.faults = [hang_up]
        self.export(binding_id, NetworkRetryableError)
        with self.transaction() as env:
            binding = env[PARTNER].browse(binding_id)
            record_id = binding.odoo_id.id
            binding.with_context(connector_no_export=True).unlink()
            binding_id = (
                env[PARTNER]
                .create({"backend_id": self.backend_id, "odoo_id": record_id})
                .id
            )
        self.export(binding_id)
        self.assertEqual(len(set(self.server.keys())), 2)
        __, second = self.server.records
        self.assertEqual(self.read_partner(binding_id, "external_id"), second)

    def test_an_answer_that_another_transaction_has_is_used(self):
        binding_id = self.make_partner()
        with self.transaction() as older:
            older.cr.execute("SELECT 1")  # its snapshot is from now
            with self.assertRaises(ValueError), self.transaction() as env:
                with failing("_commit", env):
                    run_export(env, binding_id)
            self.assertEqual(self.receipts("external_id"), [(*self.server.records,)])
            run_export(older, binding_id)
        self.check_is_bound(binding_id)
        self.assertEqual(self.receipts("id"), [])

    # -- the backend forgets keys ----------------------------------------------

    def forget_key(self, binding_id):
        self.server.faults = [hang_up]
        self.export(binding_id, NetworkRetryableError)
        with self.transaction() as env:
            env["connector.export.receipt"].search(
                [("backend_id", "=", self.backend_id)]
            ).sent_at = fields.Datetime.now() - timedelta(hours=25)
        self.server.answers.clear()

    def test_a_forgotten_key_asks_a_person(self):
        hook = GenericExporter._find_external_id
        binding_id = self.make_partner()
        self.forget_key(binding_id)
        with patch.object(self.exporter_class, "_find_external_id", hook):
            self.export(binding_id, InvalidDataError, "24 hours only.*Export Receipts")
            self.assertEqual(len(self.server.records), 1)
            with self.transaction() as env:
                env["connector.export.receipt"].search([]).unlink()
            self.export(binding_id)
        self.assertEqual(len(self.server.records), 2)

    def test_a_forgotten_key_is_renewed_if_the_record_is_not_found(self):
        binding_id = self.make_partner()
        self.forget_key(binding_id)
        self.export(binding_id)
        self.assertEqual(len(set(self.server.keys())), 2)
        self.assertEqual(self.receipts("id"), [])

    def test_a_natural_key_ends_the_key(self):
        binding_id = self.make_partner()
        self.forget_key(binding_id)
        (found,) = self.server.records
        with patch.object(
            self.exporter_class, "_find_external_id", lambda self, values: found
        ):
            self.export(binding_id)
        self.assertEqual(self.server.sent()[-1], ("PATCH", f"/partners/{found}"))
        self.assertEqual(self.receipts("id"), [])

    # -- a field of the values ---------------------------------------------------

    def test_a_field_gets_the_key(self):
        self.declare(
            _idempotency_header=None, _idempotency_field="meta.external_reference"
        )
        binding_id = self.make_partner()
        self.server.faults = [hang_up]
        self.export(binding_id, NetworkRetryableError)
        self.export(binding_id)
        first, again = self.server.requests
        self.assertEqual(first.body, again.body)
        self.assertTrue(first.body["meta"]["external_reference"])
        self.assertNotIn("Idempotency-Key", first.headers)

    def test_a_field_of_the_mapper_is_not_replaced(self):
        self.declare(_idempotency_field="name")
        self.export(self.make_partner(), InvalidDataError, "_idempotency_field.*'name'")
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.receipts("id"), [])

    def test_an_override_that_sends_no_header_is_logged(self):
        def create(adapter, values):
            return adapter.call("POST", "/partners", json=values)["id"]

        logger = "odoo.addons.connector.components.backend_adapter"
        with patch.object(self.adapter_class, "create", create):
            with self.assertLogs(logger, "ERROR") as logs:
                self.export(self.make_partner())
        self.assertIn("idempotency_headers()", logs.output[0])

    # -- without a declaration -----------------------------------------------------

    def test_without_a_declaration_nothing_is_stored(self):
        self.declare(_idempotency_header=None)
        receipts = "odoo.addons.connector.models.export_key.ConnectorExportReceipt"
        with patch(f"{receipts}._begin", side_effect=AssertionError):
            self.export(self.make_partner())
        self.assertEqual(self.server.keys(), [None])

    def test_a_key_of_another_request_is_the_same_for_the_same_parts(self):
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            with backend.work_on(PARTNER) as work:
                adapter = work.component(usage="http.adapter")
                key = adapter.idempotency_key("capture", 7, 12.5)
                self.assertEqual(key, adapter.idempotency_key("capture", 7, 12.5))
                self.assertNotEqual(key, adapter.idempotency_key("capture", 71, 2.5))

    def test_an_id_of_several_parts_is_bound_as_it_was(self):
        binding_id = self.make_partner()
        parts = ("shop", 7, ("a", None))
        bound = []
        with patch.object(self.adapter_class, "create", lambda *args: parts):
            with self.transaction() as env, failing("_commit", env):
                with self.assertRaises(ValueError):
                    run_export(env, binding_id)
                env.cr.rollback()

        def write(self, external_id, values):
            bound.append(external_id)

        with patch.object(self.adapter_class, "write", write):
            self.export(binding_id)
        self.assertEqual(bound, [parts])
