# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from .import_common import PARTNER, ImporterCase, partner


class BatchCase(ImporterCase):
    def setUp(self):
        super().setUp()
        self.system.page_size = 10
        self.put(*(partner(key) for key in range(1, 26)))

    def run_batch(self, usage, filters=None, **kwargs):
        importer = self.component(usage, PARTNER)
        with self.trap_jobs() as trap:
            found = importer.run(filters, **kwargs)
        return found, trap.enqueued_jobs

    def imported(self):
        bindings = self.env[PARTNER].search([("backend_id", "=", self.backend.id)])
        return sorted(
            int(external_id) for external_id in bindings.mapped("external_id")
        )


@tagged("post_install", "-at_install")
class TestDirectBatchImporter(BatchCase):
    __test__ = True

    def test_all_found_records_are_imported_together(self):
        found, jobs = self.run_batch("direct.batch.importer")
        self.assertEqual((found, jobs), (25, []))
        self.assertEqual(self.imported(), list(range(1, 26)))

    def test_filters_reach_the_adapter(self):
        found, _jobs = self.run_batch("direct.batch.importer", {"name": "Partner 7"})
        self.assertEqual((found, self.imported()), (1, [7]))

    def test_a_record_on_two_pages_is_found_once(self):
        pages = [[1, 2], [2, "1", 3], {3: None, 4: None}]
        adapter_class = type(self.component("backend.adapter", PARTNER))
        with patch.object(adapter_class, "search_pages", lambda *_args: iter(pages)):
            run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
            with self.trap_jobs() as trap:
                self.env[PARTNER].import_batch(self.backend, run=run)
                self.run_jobs(trap)
        self.assertEqual((run.found_count, run.created_count), (4, 4))
        self.assertEqual(run.state, "done")

    def test_nothing_found_is_nothing_imported(self):
        found, _jobs = self.run_batch("direct.batch.importer", {"name": "Nobody"})
        self.assertEqual((found, self.imported()), (0, []))

    def test_chunks_have_the_size_of_the_backend_whatever_the_pages(self):
        self.backend.chunk_size = 8
        self.run_batch("direct.batch.importer")
        sizes = [len(call.args[0]) for call in self.system.called("read_many")]
        self.assertEqual(sizes, [8, 8, 8, 1])


@tagged("post_install", "-at_install")
class TestDelayedBatchImporter(BatchCase):
    __test__ = True

    def test_each_chunk_gets_a_job(self):
        self.backend.chunk_size = 10
        found, jobs = self.run_batch("delayed.batch.importer")
        self.assertEqual(found, 25)
        self.assertEqual([job.method_name for job in jobs], ["import_chunk"] * 3)
        self.assertEqual([len(job.args[1]) for job in jobs], [10, 10, 5])
        self.assertFalse(self.imported())

    def test_description_of_the_job_has_count_model_and_backend(self):
        self.backend.chunk_size = 25
        _found, (job,) = self.run_batch("delayed.batch.importer")
        self.assertEqual(job.description, "Import 25 records of Contact from Test")

    def test_job_options_reach_the_job(self):
        options = {"priority": 3, "description": "Mine", "max_retries": 7}
        _found, jobs = self.run_batch("delayed.batch.importer", job_options=options)
        (job,) = jobs
        self.assertEqual(
            (job.priority, job.description, job.max_retries), (3, "Mine", 7)
        )

    def test_other_options_reach_the_import(self):
        _found, (job,) = self.run_batch("delayed.batch.importer", force=True)
        self.assertTrue(job.kwargs["force"])

    def test_connector_that_thinks_in_records_is_asked_for_each(self):
        imported = []

        def import_record(importer, external_id, job_options=None, **kwargs):
            imported.append((external_id, job_options))

        importer_class = type(self.component("delayed.batch.importer", PARTNER))
        with patch.object(importer_class, "_import_record", import_record):
            self.run_batch("delayed.batch.importer", job_options={"priority": 1})
        self.assertEqual(imported, [(key, {"priority": 1}) for key in range(1, 26)])

    def test_import_batch_imports_every_record(self):
        self.backend.chunk_size = 10
        with self.trap_jobs() as trap:
            self.env[PARTNER].import_batch(self.backend)
            self.assertEqual(self.run_jobs(trap), 3)
        self.assertEqual(self.imported(), list(range(1, 26)))


@tagged("post_install", "-at_install")
class TestUpToDatePages(BatchCase):
    """An adapter may return the time of the last change with each id."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.run_batch("direct.batch.importer", {"name": "Partner 1"})
        self.run_batch("direct.batch.importer", {"name": "Partner 2"})
        self.system.put(PARTNER, partner(2, updated_at="2026-02-01 00:00:00"))
        adapter_class = type(self.component("backend.adapter", PARTNER))
        self.enterContext(patch.object(adapter_class, "search_pages", self.pages))

    @staticmethod
    def pages(adapter, filters=None):
        records = adapter.system.tables[PARTNER].values()
        yield {
            record["id"]: datetime.fromisoformat(record["updated_at"])
            for record in records
        }

    def test_up_to_date_records_are_not_read(self):
        self.system.forget_calls()
        found, _jobs = self.run_batch("direct.batch.importer")
        self.assertEqual(found, 25)
        (call,) = self.system.called("read_many")
        self.assertEqual(call.args[0], list(range(2, 26)))

    def test_dates_may_be_texts_with_a_zone(self):
        def pages(adapter, filters=None):
            for page in self.pages(adapter):
                yield {key: f"{value.isoformat()}Z" for key, value in page.items()}

        self.system.forget_calls()
        adapter_class = type(self.component("backend.adapter", PARTNER))
        with patch.object(adapter_class, "search_pages", pages):
            self.run_batch("direct.batch.importer")
        (call,) = self.system.called("read_many")
        self.assertEqual(call.args[0], list(range(2, 26)))

    def test_a_date_that_is_not_one_is_an_error_of_its_record(self):
        def pages(adapter, filters=None):
            for page in self.pages(adapter):
                yield {**page, 3: {"date": 1}, 4: "29 Nov 2026"}

        self.system.forget_calls()
        adapter_class = type(self.component("backend.adapter", PARTNER))
        with patch.object(adapter_class, "search_pages", pages):
            found, _jobs = self.run_batch("direct.batch.importer")
        self.assertEqual(found, 25)
        (call,) = self.system.called("read_many")
        self.assertEqual(call.args[0], list(range(2, 26)))

    def test_force_reads_everything(self):
        self.system.forget_calls()
        self.run_batch("direct.batch.importer", force=True)
        (call,) = self.system.called("read_many")
        self.assertEqual(call.args[0], list(range(1, 26)))
