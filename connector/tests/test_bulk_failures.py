# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Failures of exports by one call: refused records, lost and wrong answers."""

from unittest.mock import patch

from odoo.tests.common import tagged

from ..exception import (
    InvalidDataError,
    NetworkRetryableError,
    UnreadableAnswer,
)
from .bulk_export_case import BulkCase
from .export_processes import run_export
from .keyed_server import PARTNER, hang_up
from .rest_server import Reply


@tagged("post_install", "-at_install")
class TestBulkFailures(BulkCase):
    # -- one record fails ------------------------------------------------------------

    def test_a_refused_record_gets_a_separate_job(self):
        good, bad, other = self.make_partners("Good", "Bad", "Other")
        self.server.refuse = lambda values: values["name"] == "Bad" and "no"
        self.export_chunk([good, bad, other])
        self.assertEqual(self.names([good, other]), ["Good", "Other"])
        self.assertFalse(self.read_partner(bad, "external_id"))
        self.assertEqual(self.receipts("id"), [])
        self.edit(bad, name="Corrected")
        self.assertEqual(self.perform_jobs(), ["export_record"])
        self.assertEqual(self.names([bad]), ["Corrected"])

    def test_a_refused_update_gets_a_separate_job(self):
        binding_ids = self.make_partners("A", "B")
        self.export_chunk(binding_ids)
        self.edit(binding_ids[0], name="Bad")
        self.edit(binding_ids[1], name="Good")
        self.server.refuse = lambda values: values["name"] == "Bad" and "no"
        self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["A", "Good"])
        self.assertEqual(self.perform_jobs(), ["export_record"])

    def test_a_record_that_cannot_be_mapped_fails_alone(self):
        good, bad = self.make_partners("Good", "Bad")
        original = self.exporter_class._map_data

        def map_data(exporter):
            if exporter.binding.id == bad:
                raise InvalidDataError("not mapped")
            return original(exporter)

        with patch.object(self.exporter_class, "_map_data", map_data):
            self.export_chunk([good, bad])
            self.assertEqual(self.names([good]), ["Good"])
            self.assertEqual(self.perform_jobs(InvalidDataError), ["export_record"])

    def test_a_refused_call_exports_each_record_alone(self):
        binding_ids = self.make_partners("A", "B")
        self.server.faults = [lambda *args: Reply({"error": "too large"}, 413)]
        self.server.create = lambda request: Reply({"error": "too large"}, 413)
        self.export_chunk(binding_ids)
        self.assertEqual(self.bound(binding_ids), [False, False])
        self.assertEqual(self.receipts("id"), [])
        del self.server.create
        self.assertEqual(self.perform_jobs(), ["export_record"] * 2)
        self.assertEqual(self.names(binding_ids), ["A", "B"])

    def test_a_failure_after_the_call_keeps_the_id(self):
        good, bad = self.make_partners("Good", "Bad")
        original = self.exporter_class._after_export

        def after_export(exporter):
            if exporter.binding.id == bad:
                raise InvalidDataError("afterwards")
            return original(exporter)

        with patch.object(self.exporter_class, "_after_export", after_export):
            self.export_chunk([good, bad])
        self.assertEqual(self.names([good]), ["Good"])
        self.assertEqual(len(self.receipts("id")), 1)
        self.assertEqual(self.perform_jobs(), ["export_record"])
        self.assertEqual(self.names([bad]), ["Bad"])
        self.assertEqual(len(self.server.records), 2)

    # -- lost answers -----------------------------------------------------------------

    def test_a_lost_answer_creates_no_record_twice(self):
        binding_ids = self.make_partners("A", "B", "C")
        self.server.faults = [hang_up]
        self.export_chunk(binding_ids, NetworkRetryableError)
        self.assertEqual(len(self.receipts("id")), 3)
        self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["A", "B", "C"])
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(len(set(self.server.keys())), 1)
        self.assertEqual(self.receipts("id"), [])

    def test_a_killed_process_creates_no_record_twice(self):
        binding_ids = self.make_partners("A", "B", "C")
        self.kill(lambda env: env[PARTNER].browse(binding_ids).export_chunk())
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(self.bound(binding_ids), [False] * 3)
        self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["A", "B", "C"])
        self.assertEqual(len(self.server.records), 3)

    def test_one_of_the_records_repeats_the_call(self):
        first, second, third = binding_ids = self.make_partners("A", "B", "C")
        self.server.faults = [hang_up]
        self.export_chunk(binding_ids, NetworkRetryableError)
        self.edit(second, name="Edited")
        with self.transaction() as env:
            run_export(env, second)
        self.assertEqual(self.names([second]), ["Edited"])
        self.assertEqual(len(self.receipts("id")), 2)
        (other,) = self.make_partners("D")
        self.export_chunk([third, other, first])
        self.assertEqual(self.names([first, third, other]), ["A", "C", "D"])
        self.assertEqual(len(self.server.records), 4)
        self.assertEqual(self.receipts("id"), [])

    def test_a_deleted_binding_does_not_change_a_repeated_call(self):
        binding_ids = self.make_partners("A", "B")
        self.server.faults = [hang_up]
        self.export_chunk(binding_ids, NetworkRetryableError)
        with self.transaction() as env:
            binding = env[PARTNER].browse(binding_ids[0])
            record_id = binding.odoo_id.id
            binding.with_context(connector_no_export=True).unlink()
            values = {"backend_id": self.backend_id, "odoo_id": record_id}
            binding_ids[0] = env[PARTNER].create(values).id
        with self.assertLogs("odoo.addons.connector", "WARNING") as logs:
            self.export_chunk(binding_ids)
        self.assertIn("bound to nothing", logs.output[0])
        self.assertEqual(self.names(binding_ids), ["A", "B"])
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(self.receipts("id"), [])

    def test_keys_of_a_field_are_those_of_the_records(self):
        self.declare(_idempotency_header=None, _idempotency_field="reference")
        binding_ids = self.make_partners("A", "B")
        self.server.faults = [hang_up]
        self.export_chunk(binding_ids, NetworkRetryableError)
        self.server.records.clear()
        self.export_chunk(binding_ids)
        first, again = (each.body["create_item"] for each in self.server.requests)
        self.assertEqual(first, again)
        self.assertEqual(len({values["reference"] for values in first}), 2)

    def test_without_keys_the_ids_are_kept_until_the_commit(self):
        self.declare(_idempotency_header=None)
        binding_ids = self.make_partners("A", "B")
        with self.assertRaises(ValueError), self.transaction() as env:
            env[PARTNER].browse(binding_ids).export_chunk()
            raise ValueError
        self.assertEqual(len(self.receipts("id")), 2)
        self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["A", "B"])
        self.assertEqual(len(self.server.records), 2)
        self.assertEqual(self.receipts("id"), [])

    def test_a_wait_keeps_what_was_exported(self):
        with self.transaction() as env:
            parent_id = env["res.partner"].create({"name": "Parent"}).id
        parents = self.make_partners("A")
        children = self.make_partners("B", parent_id=parent_id)
        limit = Reply({}, 429, {"Retry-After": "60"})
        with self.transaction() as env:
            values = {"backend_id": self.backend_id, "odoo_id": parent_id}
            parents.append(env[PARTNER].create(values).id)
        self.server.faults = [lambda request, answer: answer]
        self.server.faults += [lambda *args: limit] * 20
        self.export_chunk([*parents, *children])
        self.assertEqual(len([key for key in self.bound(parents) if key]), 2)
        self.assertEqual(self.bound(children), [False])
        self.server.faults.clear()
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            env["connector.backend.pause"]._lift(backend)
        self.perform_jobs()
        self.assertEqual(self.names(children), ["B"])

    # -- wrong answers -----------------------------------------------------------------

    def answering(self, answer):
        def create_many(adapter, values):
            return answer(values)

        self.enterContext(patch.object(self.adapter_class, "create_many", create_many))

    def test_a_wrong_answer_binds_nothing(self):
        binding_ids = self.make_partners("A", "B")
        answers = {
            "has returned 1": lambda values: ["w1"],
            "has returned None": lambda values: None,
            "occurs twice": lambda values: ["w1", "w1"],
            "Among them is None": lambda values: ["w1", None],
            "Among them is {": lambda values: ["w1", {"id": 3}],
        }
        for pattern, answer in answers.items():
            with self.subTest(pattern):
                self.answering(answer)
                self.export_chunk(binding_ids, UnreadableAnswer, pattern)
                self.assertEqual(self.bound(binding_ids), [False, False])

    def test_an_update_without_an_answer_is_an_error(self):
        binding_ids = self.make_partners("A", "B")
        self.export_chunk(binding_ids)
        for answer in ({}, {"unknown": None}, None):
            with (
                self.subTest(answer=answer),
                patch.object(
                    self.adapter_class, "write_many", lambda *args, a=answer: a
                ),
            ):
                self.export_chunk(binding_ids, UnreadableAnswer, "write_many of")
