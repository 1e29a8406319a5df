# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A hook that raises SkipError: the record is skipped, on each path."""

from unittest.mock import patch

from odoo.tests import tagged

from ..exception import InvalidDataError, SkipError
from ..outcome import Outcome
from .bulk_export_case import BulkCase
from .export_common import ExportCase
from .file_case import FileCase
from .import_common import CATEGORY, PARTNER, ImporterCase, partner

REASON = "Not for this shop."
EXPORTED = "test.export.partner"


def raise_skip(*args, **kwargs):
    raise SkipError(REASON)


@tagged("post_install", "-at_install")
class TestSkippedImports(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*(partner(key) for key in range(1, 6)))

    def skipping(self, hook, external_id=3, before=None):
        """Let a hook raise the error for one record, after it has called ``before``."""
        original = getattr(type(self.importer), hook)

        def skip(importer, *args, **kwargs):
            if str(importer.external_id) == str(external_id):
                if before:
                    before(importer)
                raise_skip()
            return original(importer, *args, **kwargs)

        return self.hooked(**{hook: skip})

    def reasons(self):
        self.env.flush_all()
        changes = self.env["connector.sync.change"]
        domain = [("backend_id", "=", self.backend.id), ("outcome", "=", "skipped")]
        return changes.search(domain).mapped(lambda row: (row.external_id, row.reason))

    def test_each_hook_of_a_chunk_may_skip_one_record(self):
        for hook in ("_before_import", "_map_data", "_create_data", "_after_import"):
            with self.subTest(hook), self.skipping(hook):
                outcome, jobs = self.run_chunk(range(1, 6), force=True)
                self.assertEqual(self.outcomes(outcome)[3], Outcome.SKIPPED)
                self.assertNotIn(Outcome.FAILED, outcome.counts)
                self.assertFalse(jobs)
                self.assertFalse(self.found(3))
        self.assertEqual(self.reasons(), [("3", REASON)] * 4)

    def test_a_record_that_is_imported_alone_is_skipped(self):
        for hook in ("_before_import", "_map_data", "_create_data", "_after_import"):
            with self.subTest(hook), self.skipping(hook):
                item = self.run_one(3)
                self.assertEqual((item.outcome, item.reason), ("skipped", REASON))
                self.assertFalse(item.binding)
                self.assertFalse(self.found(3))

    def write_tag(self, importer):
        importer.env["res.partner.category"].create({"name": "Of a hook"})

    def assert_no_tag(self):
        tags = self.env["res.partner.category"]
        self.assertFalse(tags.search([("name", "=", "Of a hook")]))

    def test_nothing_of_a_skipped_record_stays(self):
        for run in (lambda: self.run_chunk([2, 3]), lambda: self.run_one(3)):
            with self.skipping("_map_data", before=self.write_tag):
                run()
            self.assert_no_tag()

    def test_nothing_stays_that_an_earlier_hook_has_written(self):
        for run in (lambda: self.run_chunk([2, 3]), lambda: self.run_one(3)):
            with self.skipping("_after_import"), self.writing_tag("_map_data"):
                run()
            self.assert_no_tag()

    def test_nothing_of_a_failed_record_of_a_chunk_stays(self):
        def fail(importer, binding):
            raise InvalidDataError("No.")

        with self.hooked(_after_import=fail), self.writing_tag("_map_data"):
            outcome, jobs = self.run_chunk([2, 3])
        self.assertEqual(outcome.counts, {Outcome.FAILED: 2})
        self.assert_no_tag()

    def writing_tag(self, hook):
        """Let a hook write a record for one of the external records."""
        original = getattr(type(self.importer), hook)

        def write(importer, *args, **kwargs):
            if str(importer.external_id) == "3":
                self.write_tag(importer)
            return original(importer, *args, **kwargs)

        return self.hooked(**{hook: write})

    def test_an_adapter_may_skip_what_it_reads(self):
        read_many = type(self.importer)._read_many

        def skip(importer, external_ids):
            return (
                raise_skip() if 3 in external_ids else read_many(importer, external_ids)
            )

        with self.hooked(_read_many=skip):
            outcome, jobs = self.run_chunk([1, 3])
            item = self.run_one(3)
        self.assertEqual(self.outcomes(outcome), {1: "created", 3: "skipped"})
        self.assertFalse(jobs)
        self.assertEqual((item.outcome, item.reason), ("skipped", REASON))
        self.assertFalse(item.is_missing)

    def test_a_chunk_whose_records_are_all_skipped_succeeds(self):
        with self.hooked(_read_many=raise_skip):
            outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual((outcome.counts, jobs), ({Outcome.SKIPPED: 3}, []))

    def test_a_job_counts_it_as_skipped(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        with self.skipping("_map_data"), self.trap_jobs() as trap:
            self.env[PARTNER].import_chunk(self.backend, [2, 3], run=run)
            self.env[PARTNER].import_record(self.backend, 3, run=run)
        self.assertEqual((run.created_count, run.skipped_count), (1, 2))
        self.assertEqual((run.failed_count, trap.enqueued_jobs), (0, []))

    def test_an_importer_with_its_own_run_may_skip(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        with patch.object(type(self.importer), "run", raise_skip):
            self.env[PARTNER].import_record(self.backend, 3, run=run)
        self.assertEqual((run.skipped_count, run.failed_count), (1, 0))

    def test_a_dry_run_lists_the_reason(self):
        with self.skipping("_map_data"):
            dry_run = self.work_on(PARTNER).component_by_name("generic.dry.run")
            _outcome, (line,) = dry_run.run_chunk([3])
        self.assertEqual((line["outcome"], line["reason"]), ("skipped", REASON))


@tagged("post_install", "-at_install")
class TestSkippedRows(FileCase):
    __test__ = True

    def test_a_row_of_a_file_is_skipped(self):
        mapper = type(self.component("import.mapper", CATEGORY))
        finalize = mapper.finalize

        def skip(mapper, map_record, values):
            if map_record.source["number"] == "2":
                raise_skip()
            return finalize(mapper, map_record, values)

        self.put("a.csv", "1;A;", "2;B;", "3;C;")
        with patch.object(mapper, "finalize", skip):
            self.assert_imported()
        self.assertEqual(self.names(), {"1": "A", "3": "C"})
        file = self.files.search([])
        self.assertEqual((file.state, file.run_id.skipped_count), ("done", 1))
        self.assertEqual(file.run_id.failed_count, 0)


@tagged("post_install", "-at_install")
class TestSkippedExports(ExportCase):
    def export(self, binding, hook):
        """Export by a job whose hook raises the error; return message and run."""
        runs = self.env["connector.sync.run"]
        run = runs._start(self.backend, EXPORTED, direction="export")
        patched = patch.object(type(self.exporter()), hook, raise_skip, create=True)
        with patched, self.trap_jobs() as trap:
            message = binding.export_record(run=run)
        self.assertEqual(trap.enqueued_jobs, [])
        self.assertEqual((run.skipped_count, run.failed_count), (1, 0))
        return message

    def test_each_hook_may_skip_the_record(self):
        for hook in ("_should_import", "_run", "_map_data", "_create", "run"):
            with self.subTest(hook):
                binding = self.make_binding()
                self.assertIn(REASON, self.export(binding, hook))
                self.assertFalse(binding.external_id)
        self.assertEqual(self.system.ids(EXPORTED), [])

    def test_a_bound_record_keeps_its_external_id(self):
        binding = self.make_binding()
        binding.export_record()
        external_id, binding.name = binding.external_id, "Grace"
        self.assertIn(REASON, self.export(binding, "_update"))
        self.assertEqual(binding.external_id, external_id)
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_the_reason_is_in_the_history(self):
        binding = self.make_binding()
        self.export(binding, "_map_data")
        self.env.flush_all()
        domain = [("binding_id", "=", binding.id), ("model_name", "=", EXPORTED)]
        row = self.env["connector.sync.change"].search(domain)
        self.assertEqual((row.outcome, row.reason), ("skipped", REASON))

    def test_a_direct_batch_goes_on(self):
        bindings = self.make_binding() + self.make_binding(name="Grace")
        exporter = type(self.exporter())
        run = exporter.run

        def skip(exporter, binding, **kwargs):
            return raise_skip() if binding == bindings[0] else run(exporter, binding)

        with patch.object(exporter, "run", skip):
            self.component("direct.batch.exporter", EXPORTED).run()
        self.assertEqual(bindings.mapped("external_id")[0], False)
        self.assertEqual(len(self.system.ids(EXPORTED)), 1)

    def test_a_dry_run_lists_the_reason(self):
        binding = self.make_binding()
        with patch.object(type(self.exporter()), "_map_data", raise_skip, create=True):
            name = "generic.export.dry.run"
            preview = self.work_on(EXPORTED).component_by_name(name).run_chunk(binding)
        (line,) = preview.lines
        self.assertEqual(line["outcome"], "skipped")
        self.assertIn(REASON, line["reason"])

    def test_a_deleter_may_keep_the_record(self):
        binding = self.make_binding()
        binding.export_record()
        deleter = type(self.component("record.exporter.deleter", EXPORTED))
        with patch.object(deleter, "_delete", raise_skip, create=True):
            message = binding.export_delete_record(self.backend, binding.external_id)
        self.assertEqual(message, REASON)
        self.env.flush_all()
        domain = [("direction", "=", "deletion"), ("model_name", "=", EXPORTED)]
        row = self.env["connector.sync.change"].search(domain, limit=1)
        self.assertEqual((row.outcome, row.reason), ("skipped", REASON))
        self.assertEqual(len(self.system.ids(EXPORTED)), 1)


@tagged("post_install", "-at_install")
class TestSkippedBulkExports(BulkCase):
    def skipping(self, operation, skip):
        return patch.object(self.adapter_class, operation, skip)

    def test_a_record_of_a_bulk_export_is_skipped(self):
        good, bad = self.make_partners("Good", "Bad")
        original = self.exporter_class._map_data

        def map_data(exporter):
            return raise_skip() if exporter.binding.id == bad else original(exporter)

        with patch.object(self.exporter_class, "_map_data", map_data):
            self.export_chunk([good, bad])
        self.assertEqual(self.names([good]), ["Good"])
        self.assertEqual((self.bound([bad]), self.perform_jobs()), ([False], []))

    def test_an_answer_for_one_record_skips_it(self):
        binding_ids = self.make_partners("Good", "Bad")
        create_many = self.adapter_class.create_many

        def skip_last(adapter, values, *args, **kwargs):
            answers = create_many(adapter, values[:1], *args, **kwargs)
            return [*answers, SkipError(REASON)]

        self.declare(_idempotency_header=None)
        with self.skipping("create_many", skip_last):
            self.export_chunk(binding_ids)
        self.assertEqual(self.names(binding_ids[:1]), ["Good"])
        self.assertEqual(
            (self.bound(binding_ids[1:]), self.perform_jobs()), ([False], [])
        )

    def test_an_error_of_the_whole_call_skips_no_record(self):
        binding_ids = self.make_partners("A", "B")
        self.declare(_idempotency_header=None)
        with self.skipping("create_many", raise_skip):
            self.export_chunk(binding_ids)
        self.assertEqual(self.perform_jobs(), ["export_record"] * 2)
        self.assertEqual(self.names(binding_ids), ["A", "B"])
