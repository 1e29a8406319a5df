# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Batch exports by one call for several records."""

from unittest.mock import patch

from odoo.tests.common import tagged

from .bulk_export_case import BulkCase
from .keyed_server import PARTNER, hang_up


@tagged("post_install", "-at_install")
class TestBulkExport(BulkCase):
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

    def test_deleted_records_of_a_chunk_count_as_skipped(self):
        binding_ids = self.make_partners("A", "B", "C")
        for number in (1, 3):
            with self.transaction() as env:
                backend = env["test.export.backend"].browse(self.backend_id)
                bindings = env[PARTNER].browse(binding_ids)
                deleted = bindings[:number].exists()
                deleted.with_context(connector_no_export=True).unlink()
                run = env["connector.sync.run"]._start(backend, PARTNER, "export")
                bindings.export_chunk(run=run)
                self.assertEqual(run.skipped_count, number)
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
