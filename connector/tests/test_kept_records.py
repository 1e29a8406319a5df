# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..components.importer.found import pack, unpack
from ..components.record_page import RecordPage
from ..exception import NetworkRetryableError
from .import_common import IMPORTER_LOGGER, PARTNER, ImporterCase, partner

KEPT = "connector.kept.records"
LOGGER = "odoo.addons.connector.models.kept_records"


class RecordPagesCase(ImporterCase):
    """The system in memory answers a search with pages of ten whole records."""

    has_dates = False

    def setUp(self):
        super().setUp()
        self.backend.chunk_size = 10
        self.put(*map(partner, range(1, 26)))
        adapter_class = type(self.component("backend.adapter", PARTNER))
        has_dates = self.has_dates

        def search_pages(adapter, filters=None):
            records = adapter.search_read(filters)
            for start in range(0, len(records), 10):
                page = {record["id"]: record for record in records[start : start + 10]}
                dates = {key: page[key]["updated_at"] for key in page}
                yield RecordPage(page, dates if has_dates else None)

        self.enterContext(patch.object(adapter_class, "search_pages", search_pages))
        if not self.has_dates:
            self.enterContext(self.hooked(_external_updated_at=lambda importer: None))

    def enqueue(self, **kwargs):
        """Search, and return the jobs of the chunks."""
        with self.trap_jobs() as trap:
            self.env[PARTNER].import_batch(self.backend, **kwargs)
        return trap.enqueued_jobs

    def perform(self, *jobs):
        """Perform jobs; return the jobs that they delay."""
        with self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            for job in jobs:
                job.perform()
        return trap.enqueued_jobs

    def import_all(self, **kwargs):
        self.perform(*self.enqueue(**kwargs))

    def reads(self):
        """Return the external ids that were read one by one, and forget them."""
        calls = [*self.system.called("read_many"), *self.system.called("read")]
        self.system.forget_calls()
        return [
            key
            for call in calls
            for key in (call.args[0] if call.operation == "read_many" else call.args)
        ]

    def names(self, *external_ids):
        return [self.found(external_id).name for external_id in external_ids]


@tagged("post_install", "-at_install")
class TestKeptRecords(RecordPagesCase):
    __test__ = True

    def test_no_record_is_read_again(self):
        jobs = self.enqueue()
        self.assertEqual([len(job.args[1]) for job in jobs], [10, 10, 5])
        self.put(partner(3, name="Changed after the page"))
        self.perform(*jobs)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(1, 3, 25), ["Partner 1", "Partner 3", "Partner 25"])

    def test_a_row_names_run_backend_model_and_ids(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        jobs = self.enqueue(run=run)
        row = jobs[2].kwargs["kept"]
        self.assertEqual(row.external_ids, ["21", "22", "23", "24", "25"])
        self.assertEqual((row.run_id, row.record_count), (run, 5))
        self.assertEqual(row._subject_key(), ("test.backend", self.backend.id, PARTNER))

    def test_a_direct_import_keeps_the_records_in_memory(self):
        importer = self.component("direct.batch.importer", PARTNER)
        self.assertEqual(importer.run(), 25)
        self.assertEqual(self.reads(), [])
        self.assertFalse(self.env[KEPT].search([]))
        self.assertEqual(self.names(25), ["Partner 25"])
        self.assertFalse(importer._records)

    def test_other_imports_read_the_backend(self):
        self.perform(*self.enqueue(force=True))
        self.assertEqual(self.reads(), list(range(1, 26)))
        self.assertFalse(self.env[KEPT].search([]))
        self.env[PARTNER].import_record(self.backend, 7)
        self.assertEqual(self.reads(), [7])

    def test_a_forced_import_of_a_kept_chunk_reads_the_backend(self):
        jobs = self.enqueue()
        options = {**jobs[2].kwargs, "force": True}
        self.env[PARTNER].import_chunk(*jobs[2].args, **options)
        self.assertEqual(self.reads(), [21, 22, 23, 24, 25])

    def test_a_dry_run_reads_the_backend(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        with self.trap_jobs() as trap:
            self.env[PARTNER].dry_run_batch(self.backend, run=run)
            self.perform(*trap.enqueued_jobs)
        self.assertEqual(self.reads(), list(range(1, 26)))
        self.assertFalse(self.env[KEPT].search([]))

    def test_without_the_row_the_backend_is_read(self):
        jobs = self.enqueue()
        jobs[2].kwargs["kept"].unlink()
        self.perform(*jobs)
        self.assertEqual(self.reads(), [21, 22, 23, 24, 25])
        self.assertEqual(self.names(25), ["Partner 25"])

    def test_a_damaged_row_is_logged_and_the_backend_is_read(self):
        (job, *_others) = self.enqueue()
        job.kwargs["kept"].sudo().content = b"bm90IGNvbXByZXNzZWQ="
        with self.assertLogs(LOGGER, "WARNING"):
            self.perform(job)
        self.assertEqual(self.reads(), list(range(1, 11)))

    def test_a_row_of_another_model_or_backend_is_not_used(self):
        (job, *_others) = self.enqueue()
        row = job.kwargs["kept"].sudo()
        other = self.backend.copy()
        self.assertEqual(row._load(other, PARTNER), {})
        self.assertEqual(row._load(self.backend, "test.res.partner.category"), {})
        self.assertEqual(len(row._load(self.backend, PARTNER)), 10)

    # -- retries and replays ----------------------------------------------------

    def test_a_retry_of_a_chunk_asks_nothing(self):
        (job, *_others) = self.enqueue()
        error = NetworkRetryableError("The image server is down")
        broken = self.hooked(_create_many=lambda *_args: (_ for _ in ()).throw(error))
        with broken:
            (retry,) = self.perform(job)
        self.assertEqual(retry.kwargs["kept"], job.kwargs["kept"])
        self.perform(retry)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(1, 10), ["Partner 1", "Partner 10"])

    def test_a_replay_of_a_chunk_asks_nothing(self):
        jobs = self.enqueue()
        self.perform(*jobs)
        self.found(3).odoo_id.name = "Edited"
        self.perform(*jobs)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(3), ["Partner 3"])

    def test_a_hook_may_delete_an_imported_record(self):
        (job, *_others) = self.enqueue()

        def after_import(importer, binding):
            if importer.external_id == 3:
                binding.unlink()

        with self.hooked(_after_import=after_import):
            self.assertEqual(self.perform(job), [])
        self.assertFalse(self.found(3))
        self.assertEqual(self.names(4), ["Partner 4"])

    def test_a_failing_record_gets_a_job_that_asks_nothing(self):
        self.put(partner(4, name=False))
        (job, *_others) = self.enqueue()
        (single,) = self.perform(job)
        self.assertEqual(single.method_name, "import_record")
        self.put(partner(4))
        with self.assertRaisesRegex(Exception, "name"):
            self.perform(single)
        self.assertEqual(self.reads(), [])

    def test_a_record_that_failed_in_its_job_is_read_again(self):
        self.put(partner(4, name=False))
        (job, *_others) = self.enqueue()
        (single,) = self.perform(job)
        self.put(partner(4, name="Corrected"))
        self.env["connector.sync.error"]._note(
            "test.backend",
            self.backend.id,
            f"{PARTNER} import record:4",
            model_name=PARTNER,
            cause="data",
            reason="no name",
        )
        self.perform(single)
        self.assertEqual(self.reads(), [4])
        self.assertEqual(self.names(4), ["Corrected"])

    # -- older than the binding -------------------------------------------------

    def test_a_newer_import_is_not_overwritten(self):
        jobs = self.enqueue()
        self.put(partner(3, name="Newer"))
        self.env[PARTNER].import_record(self.backend, 3)
        self.system.forget_calls()
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(2, 3), ["Partner 2", "Newer"])

    def test_a_replay_does_not_overwrite_a_newer_import(self):
        jobs = self.enqueue()
        self.perform(*jobs)
        self.put(partner(3, name="Newer"))
        self.env[PARTNER].import_record(self.backend, 3)
        self.system.forget_calls()
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(3), ["Newer"])

    def test_an_export_since_the_page_is_not_overwritten(self):
        self.import_all()
        jobs = self.enqueue()
        binding = self.found(3)
        binding.name = "Exported"
        self.put(partner(3, name="Exported"))
        self.component("binder", PARTNER).bind("3", binding)
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(3), ["Exported"])

    def test_an_import_before_the_page_does_not_read_again(self):
        self.import_all()
        self.put(partner(3, name="Changed"))
        self.import_all()
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(3), ["Changed"])

    # -- content ----------------------------------------------------------------

    def test_records_that_json_changes_are_read_again(self):
        today = fields.Date.today()
        self.put(partner(4, born=today), partner(5, sizes={1: "S"}))
        with self.assertLogs(LOGGER, "WARNING") as logs:
            jobs = self.enqueue()
        self.assertRegex(
            logs.output[0], "2 of 10 records .* born: date of the record 4"
        )
        self.perform(*jobs)
        self.assertEqual(self.reads(), [4, 5])

    def test_any_json_is_the_same_later(self):
        records = {"1": {"a": "\ud800\0é", "b": [1, 1.5, None, True, {"c": {}}]}}
        content, refused = pack(records)
        self.assertEqual((unpack(content), refused), (records, {}))

    def test_content_is_readable_by_nobody_and_rows_by_managers(self):
        (job, *_others) = self.enqueue()
        row = job.kwargs["kept"]
        user = new_test_user(self.env, "kept_user")
        group = "base.group_user,connector.group_connector_manager"
        manager = new_test_user(self.env, "kept_manager", groups=group)
        with self.assertRaises(AccessError):
            row.with_user(user).read(["record_count"])
        self.assertEqual(row.with_user(manager).record_count, 10)
        self.assertNotIn("content", row.with_user(manager).read()[0])
        with self.assertRaises(AccessError):
            row.with_user(manager).read(["content"])
        row.with_user(manager).unlink()

    # -- life -------------------------------------------------------------------

    def test_rows_are_deleted_after_some_days(self):
        rows = self.env[KEPT].union(*(job.kwargs["kept"] for job in self.enqueue()))
        long_ago = fields.Datetime.now() - timedelta(days=3)
        self.env.cr.execute(
            "UPDATE connector_kept_records SET create_date = %s WHERE id = %s",
            (long_ago, rows[0].id),
        )
        rows.invalidate_recordset()
        self.env[KEPT]._gc_kept()
        self.assertEqual(len(rows.exists()), 3)
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("connector.kept_records_days", "2")
        self.env[KEPT]._gc_kept()
        self.assertEqual(rows.exists(), rows[1:])
        parameters.set_param("connector.kept_records_days", "two")
        with self.assertLogs(LOGGER, "ERROR"):
            self.assertEqual(self.env[KEPT]._kept_days(), 7)

    def test_rows_go_with_their_backend(self):
        self.enqueue()
        self.backend.unlink()
        self.assertFalse(self.env[KEPT].search([]))

    def test_rows_go_with_their_run(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        self.enqueue(run=run)
        run.unlink()
        self.assertFalse(self.env[KEPT].search([]))


@tagged("post_install", "-at_install")
class TestKeptRecordsWithDates(RecordPagesCase):
    __test__ = True
    has_dates = True

    def test_unchanged_records_are_not_kept(self):
        self.import_all()
        self.assertEqual(self.enqueue(), [])
        self.put(partner(3, name="Changed", updated_at="2026-02-01 00:00:00"))
        (job,) = self.enqueue()
        self.assertEqual(job.kwargs["kept"].external_ids, ["3"])
        self.perform(job)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(3), ["Changed"])

    def test_the_overlap_window_keeps_nothing_twice(self):
        self.put(partner(3, updated_at="2026-02-01 00:00:00"))
        importer = self.component("direct.batch.importer", PARTNER)
        importer.without_known = lambda page: {
            key: date for key, date in page.items() if key != 3
        }
        self.assertEqual(importer.run(), 24)
        self.assertFalse(importer._records)
        self.assertFalse(self.found(3))
