# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that a search has read, kept for the jobs that import them."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.kept_records import pack, unpack
from .import_common import PARTNER, partner
from .record_pages_case import KEPT, LOGGER, RecordPagesCase


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
        retention = self.env["connector.retention"]
        retention._gc_payloads()
        self.assertEqual(len(rows.exists()), 3)
        # a backend without settings has the defaults
        retention._gc_payloads()
        self.assertEqual(len(rows.exists()), 3)
        self.patch(type(retention), "_days_of", lambda *args: 2)
        retention._gc_payloads()
        self.assertEqual(rows.exists(), rows[1:])

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
