# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Batch exports by one call for several records."""

from unittest.mock import patch

from odoo.tests.common import tagged

from odoo.addons.queue_job.job import Job

from ..exception import (
    InvalidDataError,
    NetworkRetryableError,
    UnreadableAnswer,
)
from ..http import BulkEndpoint
from .export_processes import run_export
from .keyed_server import PARTNER, KeyedCase, KeyedServer, hang_up
from .rest_server import Reply


class BulkServer(KeyedServer):
    """Server with an endpoint as that of WooCommerce: an error for each record."""

    def create(self, request):
        if not request.path.endswith("/batch"):
            return super().create(request)
        answer = {
            name: [getattr(self, name)(values) for values in request.body[name]]
            for name in request.body
        }
        return Reply(answer)

    def create_item(self, values):
        reply = self.create_one(values)
        if reply.status == 422:
            return {"id": 0, "error": {"code": "bad", "message": reply.body["error"]}}
        return reply.body

    def update_item(self, values):
        external_id = str(values["id"])
        if self.refuse(values):
            return {"id": external_id, "error": {"message": self.refuse(values)}}
        self.records[external_id].update(values)
        return {"id": external_id}

    def bulk_calls(self):
        """Return the number of records of each bulk request."""
        return [
            {name: len(items) for name, items in request.body.items()}
            for request in self.requests
            if request.path.endswith("/batch")
        ]


@tagged("post_install", "-at_install")
class TestBulkExport(KeyedCase):
    def make_server(self):
        return BulkServer()

    def setUp(self):
        super().setUp()
        self.declare(
            _bulk=BulkEndpoint("/partners/batch", "create_item", "update_item")
        )
        self.addCleanup(self.delete_jobs)

    def delete_jobs(self):
        with self.transaction() as env:
            env["queue.job"].search([("model_name", "=", PARTNER)]).unlink()
            backend = env["test.export.backend"].browse(self.backend_id)
            env["connector.backend.pause"]._lift(backend)

    def make_partners(self, *names, **values):
        return [self.make_partner(name=name, **values) for name in names]

    def export_chunk(self, binding_ids, error=None, pattern="", **kwargs):
        def export(env):
            return env[PARTNER].browse(binding_ids).export_chunk(**kwargs)

        if error is None:
            with self.transaction() as env:
                return export(env)
        with self.assertRaisesRegex(error, pattern), self.transaction() as env:
            export(env)
        return None

    def bound(self, binding_ids):
        return [self.read_partner(each, "external_id") for each in binding_ids]

    def names(self, binding_ids):
        """Return the names of the bound records in the backend."""
        return [self.server.records[key]["name"] for key in self.bound(binding_ids)]

    def perform_jobs(self, error=None):
        """Perform the waiting jobs of partners; return their methods."""
        methods = []
        with self.transaction() as env:
            uuids = (
                env["queue.job"]
                .search([("state", "=", "pending"), ("model_name", "=", PARTNER)])
                .mapped("uuid")
            )
        for uuid in uuids:
            with self.transaction() as env:
                job = Job.load(env, uuid)
                methods.append(job.method_name)
                if error:
                    self.assertRaises(error, job.perform)
                else:
                    job.perform()
                job.db_record().unlink()
        return methods

    # -- the calls -----------------------------------------------------------------

    def test_new_records_are_one_call(self):
        names = [f"Partner {number}" for number in range(5)]
        binding_ids = self.make_partners(*names)
        self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), names)
        self.assertEqual(self.server.bulk_calls(), [{"create_item": 5}])
        self.assertEqual(len(self.server.requests), 1)
        self.assertEqual(self.receipts("id"), [])

    def test_changed_records_are_another_one(self):
        known = self.make_partners("A", "B")
        self.export_chunk(known)
        for binding_id in known:
            self.edit(binding_id, name="Changed")
        self.export_chunk([*known, *self.make_partners("C")])
        self.assertEqual(self.names(known), ["Changed"] * 2)
        self.assertEqual(
            self.server.bulk_calls(),
            [{"create_item": 2}, {"create_item": 1}, {"update_item": 2}],
        )

    def test_a_parent_comes_first(self):
        with self.transaction() as env:
            parent = env["res.partner"].create({"name": "Parent"})
            parent_id = parent.id
        children = self.make_partners("A", "B", parent_id=parent_id)
        with self.transaction() as env:
            parent_binding = env[PARTNER].create(
                {"backend_id": self.backend_id, "odoo_id": parent_id}
            )
            parent_binding_id = parent_binding.id
        self.export_chunk([*children, parent_binding_id])
        (parent_external_id,) = self.bound([parent_binding_id])
        self.assertEqual(
            [self.server.records[key]["parent"] for key in self.bound(children)],
            [parent_external_id] * 2,
        )
        self.assertEqual(
            self.server.bulk_calls(), [{"create_item": 1}, {"create_item": 2}]
        )

    def test_a_dependency_outside_of_the_chunk_is_exported_alone(self):
        with self.transaction() as env:
            parent_id = env["res.partner"].create({"name": "Parent"}).id
        children = self.make_partners("A", "B", parent_id=parent_id)
        self.export_chunk(children)
        self.assertEqual(self.server.sent()[0], ("POST", "/partners"))
        self.assertEqual(self.server.bulk_calls(), [{"create_item": 2}])
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(self.receipts("id"), [])

    def test_records_that_need_each_other_are_all_exported(self):
        first, second, third = binding_ids = self.make_partners("A", "B", "C")
        needs = {first: second, second: first, third: first}

        def export_dependencies(exporter):
            needed = exporter.model.browse(needs[exporter.binding.id])
            exporter._export_dependency(needed, PARTNER)

        with patch.object(
            self.exporter_class, "_export_dependencies", export_dependencies
        ):
            self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["A", "B", "C"])
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(self.receipts("id"), [])

    def test_an_exporter_with_its_own_create_sends_one_by_one(self):
        binding_ids = self.make_partners("A", "B")
        create = self.exporter_class._create

        def own_create(exporter, values):
            return create(exporter, {**values, "name": f"own {values['name']}"})

        with patch.object(self.exporter_class, "_create", own_create):
            self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids), ["own A", "own B"])
        self.assertEqual(self.server.sent(), [("POST", "/partners")] * 2)
        self.assertEqual(self.receipts("id"), [])

    def test_only_sent_edits_are_confirmed(self):
        good, bad = binding_ids = self.make_partners("Good", "Bad")
        with self.transaction() as env:
            bindings = env[PARTNER].browse(binding_ids)
            edits = env["connector.unconfirmed.field"]
            edits._note(dict.fromkeys(bindings, frozenset({"name"})))
        self.server.refuse = lambda values: values["name"] == "Bad" and "no"
        self.export_chunk(binding_ids)
        with self.transaction() as env:
            found = env["connector.unconfirmed.field"]._find(
                env[PARTNER].browse(binding_ids)
            )
            self.assertEqual(set(found), {bad})

    def test_a_claimed_id_is_not_lost_by_a_refused_update(self):
        good, bad = binding_ids = self.make_partners("Good", "Bad")
        with self.assertRaises(ValueError), self.transaction() as env:
            env[PARTNER].browse(binding_ids).export_chunk()
            raise ValueError
        self.server.refuse = lambda values: values["name"] == "Bad" and "no"
        self.export_chunk(binding_ids)
        self.assertEqual(self.names([good]), ["Good"])
        self.assertFalse(self.read_partner(bad, "external_id"))
        self.server.refuse = lambda values: None
        self.assertEqual(self.perform_jobs(), ["export_record"])
        self.assertEqual(self.names([bad]), ["Bad"])
        self.assertEqual(len(self.server.records), 2)
        self.assertEqual(self.receipts("id"), [])

    def test_a_lost_answer_in_a_second_round_keeps_the_first(self):
        with self.transaction() as env:
            parent_id = env["res.partner"].create({"name": "Parent"}).id
            values = {"backend_id": self.backend_id, "odoo_id": parent_id}
            parent = env[PARTNER].create(values).id
        children = self.make_partners("A", "B", parent_id=parent_id)
        self.server.faults = [lambda request, answer: answer, hang_up]
        self.export_chunk([*children, parent])
        self.assertEqual(self.names([parent]), ["Parent"])
        self.assertEqual(self.bound(children), [False, False])
        self.assertEqual(self.perform_jobs(), ["export_chunk"])
        self.assertEqual(self.names(children), ["A", "B"])
        self.assertEqual(len(self.server.records), 3)
        self.assertEqual(self.receipts("id"), [])

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

    # -- batches -----------------------------------------------------------------------

    def test_a_batch_delays_a_job_for_each_chunk(self):
        self.declare(_records_per_bulk=2)
        binding_ids = self.make_partners("A", "B", "C")
        domain = [("id", "in", binding_ids)]
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            run = env["connector.sync.run"]._start(backend, PARTNER, "export")
            run_id = run.id
            env[PARTNER].export_batch(backend, domain, run=run)
        self.assertCountEqual(self.perform_jobs(), ["export_chunk", "export_record"])
        self.assertEqual(self.names(binding_ids), ["A", "B", "C"])
        with self.transaction() as env:
            run = env["connector.sync.run"].browse(run_id)
            self.assertEqual(run.created_count, 3)
            run.unlink()

    def test_a_direct_batch_exports_now(self):
        binding_ids = self.make_partners("A", "B")
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            with backend.work_on(PARTNER) as work:
                exporter = work.component(usage="direct.batch.exporter")
                self.assertEqual(exporter.run([("id", "in", binding_ids)]), 2)
        self.assertEqual(self.names(binding_ids), ["A", "B"])
        self.assertEqual(self.server.bulk_calls(), [{"create_item": 2}])
