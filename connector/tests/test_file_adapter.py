# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.defaults import FILE_COMPONENTS
from ..exception import (
    AccessRefused,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..files import CSV, XML
from .common import TestConnectorCase
from .job_runs import JobRuns

CATEGORY = "test.res.partner.category"


class FileCase(JobRuns, TestConnectorCase):
    def setUp(self):
        super().setUp()
        self.inbox = Path(self.enterContext(tempfile.TemporaryDirectory()))
        inbox = self.inbox

        class Adapter(Component):
            _name = "test.file.adapter"
            _inherit = ["test.connector", "generic.file.adapter"]
            _apply_on = CATEGORY
            _usage = "backend.adapter"
            _pattern = "*.csv"
            _format = CSV(delimiter=";")
            _id_field = "number"
            _settle_seconds = 0
            _url = str(inbox)

        class BatchImporter(Component):
            _name = "test.file.batch.importer"
            _inherit = ["test.connector", "generic.file.batch.importer"]
            _apply_on = CATEGORY

        class ChangesImporter(Component):
            _name = "test.file.changes.importer"
            _inherit = ["test.connector", "generic.file.changes.importer"]
            _apply_on = CATEGORY

        self.build_components(Adapter, BatchImporter, ChangesImporter)
        self.model = self.env[CATEGORY]
        self.files = self.env["connector.file"]
        self.backend.chunk_size = 3

    @property
    def adapter(self):
        return self.work_on(CATEGORY).component_by_name("test.file.adapter")

    def set(self, **attributes):
        self.enterContext(patch.multiple(type(self.adapter), **attributes))

    def put(self, name, *rows, header="number;name;parent"):
        (self.inbox / name).write_text("\n".join([header, *rows]))

    def listed(self, folder="."):
        found = sorted(
            each.name for each in (self.inbox / folder).iterdir() if each.is_file()
        )
        return found

    def jobs(self, **domain):
        states = ("pending", "failed")
        return self.env["queue.job"].search(
            [("state", "in", states), ("model_name", "=", CATEGORY)], order="id"
        )

    def search_changes(self):
        return self.model.import_changes(self.backend)

    def run_all(self, at_most=60):
        """Run the pending jobs, and those that they delay; return the failed ones."""
        for _turn in range(at_most):
            pending = self.env["queue.job"].search(
                [("state", "=", "pending"), ("model_name", "=", CATEGORY)],
                order="id",
            )
            if not pending:
                break
            # the job that ends a file waits for the others
            ends = pending.filtered(lambda job: job.method_name == "finish_file")
            self.run_stored((pending - ends or pending)[0])
        return self.env["queue.job"].search(
            [("state", "=", "failed"), ("model_name", "=", CATEGORY)]
        )

    def import_all(self):
        self.search_changes()
        return self.run_all()

    def assert_imported(self, failed=None):
        failed = self.import_all() if failed is None else failed
        self.assertEqual(failed.mapped("exc_info"), [])

    def names(self):
        bindings = self.model.search([("backend_id", "=", self.backend.id)])
        return {each.external_id: each.name for each in bindings}


@tagged("post_install", "-at_install")
class TestFileImport(FileCase):
    __test__ = True

    def test_file_is_imported_in_chunks_and_moved(self):
        self.put("a.csv", *(f"{n};P{n};" for n in range(7)))
        (self.inbox / "b.csv.part").write_text("number")
        self.assert_imported()
        self.assertEqual(self.names(), {str(n): f"P{n}" for n in range(7)})
        file = self.files.search([])
        self.assertEqual((file.state, file.record_count), ("done", 7))
        self.assertEqual(file.run_id.created_count, 7)
        self.assertEqual(file.run_id.state, "done")
        self.assertEqual(self.listed("done"), ["a.csv"])
        self.assertEqual(self.listed(), ["b.csv.part"])
        self.assertEqual(file.path, str(self.inbox / "done/a.csv"))
        self.search_changes()
        self.assertEqual(len(self.files.search([])), 1)

    def test_file_stays_until_its_last_record_is_imported(self):
        self.put("a.csv", *(f"{n};P{n};" for n in range(4)))
        self.search_changes()
        self.run_stored(self.jobs())
        ends = self.jobs().filtered(lambda job: job.method_name == "finish_file")
        with self.assertRaisesRegex(RetryableJobError, "not all imported"):
            self.model.finish_file(self.backend, self.files.search([]).id)
        self.assertEqual(self.run_stored(ends).state, "pending")
        self.assertEqual(self.listed(), ["a.csv"])
        self.search_changes()
        self.assertEqual(len(self.files.search([])), 1)
        self.assert_imported(self.run_all())
        self.assertEqual(self.listed(), [])

    def test_bad_rows_fail_alone_and_are_shown(self):
        self.put("a.csv", "1;A;", "2;B", ";C;", "4;D;", "1;A2;")
        self.assert_imported()
        self.assertEqual(self.names(), {"1": "A2", "4": "D"})
        file = self.files.search([])
        self.assertEqual((file.state, file.bad_row_count), ("failed", 2))
        self.assertEqual(self.listed("failed"), ["a.csv"])
        self.assertIn("a.csv, line 3: it has 2 columns", file.problems)
        self.assertIn("a.csv, line 4: it has no number", file.problems)
        self.assertIn("1 rows were replaced", file.note)
        self.assertEqual(file.run_id.failed_count, 2)
        error = self.env["connector.sync.error"].search([("state", "=", "open")])
        self.assertIn("a.csv, line 3", error.reason)
        # the corrected file
        self.put("a.csv", "1;A3;", "2;B;")
        self.assert_imported()
        self.assertEqual(error.state, "resolved")
        self.assertEqual(self.names()["1"], "A3")

    def test_broken_file_imports_nothing_and_fails(self):
        self.put("a.csv", *(f"{n};P{n};" for n in range(9)), '10;"no end;')
        self.put("b.csv", "1;B;")
        self.put("c.csv", "1;C", header="id;name")
        self.assert_imported()
        self.assertEqual(self.names(), {"1": "B"})
        states = {each.name: each.state for each in self.files.search([])}
        self.assertEqual(
            states, {"a.csv": "failed", "b.csv": "done", "c.csv": "failed"}
        )
        self.assertEqual(self.listed("failed"), ["a.csv", "c.csv"])
        problems = "\n".join(filter(None, self.files.search([]).mapped("problems")))
        self.assertIn("a.csv, line 11", problems)
        self.assertIn("c.csv: no row has an id: it has no number", problems)

    def test_failed_record_moves_the_file_when_it_is_imported_later(self):
        self.put("a.csv", "1;A;", "2;;")
        (job,) = self.import_all()
        file = self.files.search([])
        self.assertEqual((file.state, file.failed_count), ("failed", 1))
        self.assertEqual(self.listed("failed"), ["a.csv"])
        failed = self.inbox / "failed/a.csv"
        failed.write_text(failed.read_text().replace("2;;", "2;B;"))
        self.enterContext(self.mapped_name("B"))
        self.run_stored(job)
        self.env.invalidate_all()
        self.search_changes()
        self.run_all()
        self.assertEqual(file.state, "done")
        self.assertEqual(self.listed("done"), ["a.csv"])

    def mapped_name(self, name):
        importer = type(self.component("record.importer", CATEGORY))
        create = importer._create_data

        def named(self_, map_record, **kwargs):
            return {"name": name, **create(self_, map_record, **kwargs)} | {
                "name": name
            }

        return patch.object(importer, "_create_data", named)

    def test_file_that_changes_is_looked_at_again(self):
        self.set(_settle_seconds=10)
        self.put("a.csv", "1;A;")
        self.search_changes()
        (job,) = self.jobs()
        self.assertTrue(job.eta)
        self.put("a.csv", "1;A;", "2;B;")
        self.run_stored(job)
        self.assertEqual(self.names(), {})
        file = self.files.search([])
        self.assertEqual(file.state, "new")
        self.assert_imported(self.run_all())
        self.assertEqual(self.names(), {"1": "A", "2": "B"})
        self.assertEqual(file.run_id.state, "done")

    def test_same_content_is_imported_once_unless_a_user_asks(self):
        for _delivery in range(2):
            self.put("a.csv", "1;A;")
            self.assert_imported()
        second, first = self.files.search([])
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertFalse(second.record_count)
        self.assertIn("the same name and content", second.note)
        self.assertEqual(self.listed("done"), [f"a-{second.id}.csv", "a.csv"])
        second.action_import_again()
        self.assert_imported(self.run_all())
        self.assertEqual((second.state, second.record_count), ("done", 1))
        self.assertEqual(self.listed("done"), [f"a-{second.id}.csv", "a.csv"])
        self.set(_skip_same_content=False)
        self.put("a.csv", "1;A;")
        self.assert_imported()
        self.assertEqual(self.files.search([], limit=1).record_count, 1)

    def test_file_that_is_sent_again_meanwhile_is_imported_too(self):
        self.put("a.csv", "1;A;")
        self.search_changes()
        self.run_stored(self.jobs())
        self.put("a.csv", "1;Changed;")
        self.assert_imported(self.run_all())
        self.assertEqual(self.listed(), ["a.csv"])
        self.assert_imported()
        self.assertEqual(self.names(), {"1": "Changed"})
        self.assertEqual(self.listed("done"), ["a.csv"])

    def test_moved_file_of_a_killed_job_is_found_at_its_target(self):
        self.put("a.csv", "1;A;")
        self.search_changes()
        self.run_stored(self.jobs())
        self.run_stored(self.jobs().filtered(lambda job: "chunk" in job.method_name))
        file = self.files.search([])
        (self.inbox / "done").mkdir()
        os.rename(self.inbox / "a.csv", self.inbox / f"done/a-{file.id}.csv")
        self.put("done/a.csv", "of yesterday")
        self.assert_imported(self.run_all())
        self.assertEqual(file.path, str(self.inbox / f"done/a-{file.id}.csv"))
        self.assertEqual((file.state, file.note), ("done", False))

    def test_folder_without_moves_remembers_versions(self):
        self.set(_done_folder=None)
        self.put("a.csv", "1;A;")
        self.assert_imported()
        self.assertEqual(self.listed(), ["a.csv"])
        self.search_changes()
        self.assertEqual(len(self.files.search([])), 1)
        self.put("a.csv", "1;New;")
        self.assert_imported()
        self.assertEqual(self.names(), {"1": "New"})

    def test_open_file_is_unique(self):
        self.put("a.csv", "1;A;")
        info = self.adapter.find_files()
        files = self.files.sudo()
        self.assertEqual(len(files._claim(self.backend, CATEGORY, info)), 1)
        self.assertFalse(files._claim(self.backend, CATEGORY, info))
        with patch.object(type(files), "_covers", lambda *_args: False):
            with self.assertRaises(RetryableJobError), self.env.cr.savepoint():
                files._claim(self.backend, CATEGORY, info)

    def test_single_record_is_read_from_the_last_file(self):
        self.put("a.csv", "1;A;", "2;B;")
        self.assert_imported()
        self.put("b.csv", "1;A2;")
        self.assert_imported()
        self.assertEqual(self.adapter.read("1")["name"], "A2")
        self.assertEqual(self.adapter.read_many(["2"])["2"]["name"], "B")
        with self.assertRaisesRegex(InvalidDataError, "have no record 9"):
            self.adapter.read("9")
        with self.assertRaisesRegex(InvalidDataError, "which records were deleted"):
            self.adapter.find_existing(["1"])

    def test_broken_file_is_an_error_of_invalid_data_for_a_search(self):
        self.put("a.csv", '1;"A;')
        with self.assertRaisesRegex(InvalidDataError, "a.csv, line 2"):
            self.adapter.search()

    def test_file_that_is_being_imported_is_not_imported_again(self):
        self.put("a.csv", "1;A;")
        self.search_changes()
        with self.assertRaisesRegex(UserError, "is being imported already"):
            self.files.search([]).action_import_again()

    def test_dry_run_moves_nothing(self):
        self.put("a.csv", "1;A;")
        self.assertEqual(self.adapter.search(), ["1"])
        self.assertEqual(self.listed(), ["a.csv"])
        self.assertFalse(self.files.search([]))


@tagged("post_install", "-at_install")
class TestFileSettings(FileCase):
    __test__ = True

    def test_settings_that_are_missing_are_named(self):
        self.set(_url=None)
        with self.assertRaisesRegex(AccessRefused, "Fill in its field url"):
            self.adapter.find_files()
        self.set(_url=str(self.inbox), _format=None)
        self.put("a.csv")
        with self.assertRaisesRegex(ValueError, "set _format"):
            self.adapter.search()
        self.set(_url=f"{self.inbox}/none")
        with self.assertRaisesRegex(InvalidDataError, "does not exist"):
            self.adapter.find_files()
        self.set(_url="ftp://x/y")
        with self.assertRaisesRegex(InvalidDataError, "must begin with"):
            self.adapter.find_files()
        self.set(_url=str(self.inbox), _credentials={"password": "secret"})
        with self.assertRaisesRegex(ValueError, "names the field 'secret'"):
            self.adapter.find_files()

    def test_users_cannot_read_other_local_folders(self):
        self.set(_url=None, _url_field="name")
        for url, allowed in (
            ("/etc", ()),
            ("file:///etc", ("/srv/in",)),
            (f"{self.inbox}/../..", (str(self.inbox),)),
        ):
            self.backend.name = url
            self.set(_local_folders=allowed)
            with self.assertRaisesRegex(AccessRefused, "not below one of"):
                self.adapter.find_files()
        self.backend.name = str(self.inbox)
        self.set(_local_folders=(str(self.inbox.parent),))
        self.assertEqual(self.adapter.find_files(), [])

    def test_passwords_are_masked(self):
        self.set(_url="sftp://odoo:s3cr%20t@127.0.0.1:9/in")
        with self.assertRaises(NetworkRetryableError) as caught:
            self.adapter.find_files()
        self.assertNotIn("s3cr", str(caught.exception))
        self.assertIn("sftp://odoo@127.0.0.1:9/in", str(caught.exception))

    def test_xml(self):
        self.set(_format=XML("partner"), _pattern="*.xml", _id_field="head.number")
        (self.inbox / "a.xml").write_text(
            "<all><partner><head><number> 7 </number></head><name>X</name>"
            "<parent/></partner></all>"
        )
        self.assert_imported()
        self.assertEqual(self.names(), {"7": "X"})

    def test_default_components(self):
        self.assertEqual(
            FILE_COMPONENTS["changes.importer"], "generic.file.changes.importer"
        )


@tagged("post_install", "-at_install")
class TestFileExport(FileCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.set(_export_name="stock_{sequence}.csv", _format=CSV(delimiter=";"))

    def content(self, name):
        return (self.inbox / name).read_text(encoding="utf-8-sig").splitlines()

    def test_batch_is_one_file_and_replaces_none(self):
        self.put("stock_1.csv", "of yesterday")
        rows = [{"number": 1, "name": "A"}, {"name": "B"}, {"number": 3, "name": None}]
        first, second, third = self.adapter.create_many(rows)
        self.assertEqual((first, third), (1, 3))
        self.assertIn("has no number", str(second))
        self.assertEqual(self.listed(), ["stock_1.csv", "stock_2.csv"])
        self.assertEqual(self.content("stock_2.csv"), ["number;name", "1;A", "3;"])
        answers = self.adapter.write_many({"1": {"name": "A2"}})
        self.assertEqual(answers, {"1": None})
        self.assertEqual(self.content("stock_3.csv"), ["number;name", "1;A2"])
        with self.assertRaisesRegex(InvalidDataError, "has no number"):
            self.adapter.create({"name": "B"})
        self.assertEqual(len(self.listed()), 3)

    def test_names_that_are_taken_and_missing_names(self):
        self.set(_export_name="stock.csv")
        self.adapter.create({"number": 1})
        with self.assertRaisesRegex(InvalidDataError, "Use {sequence} or {time}"):
            self.adapter.create({"number": 2})
        self.assertEqual(self.listed(), ["stock.csv"])
        self.set(_export_name=None)
        self.assertFalse(self.adapter.bulk_operations())
        with self.assertRaisesRegex(NotImplementedError, "set _export_name"):
            self.adapter.create({"number": 2})

    def test_file_without_bindings_is_published_after_the_commit(self):
        adapter = self.adapter
        with self.env.cr.savepoint() as savepoint:
            adapter.write_file([{"number": 1}])
            savepoint.rollback()
        self.assertFalse(self.jobs())
        adapter.write_file({"number": number} for number in range(3))
        self.assertEqual(adapter.find_files(), [])
        (job,) = self.jobs()
        self.assertEqual(self.run_stored(job).state, "done")
        self.assertEqual(self.content("stock_1.csv"), ["number", "0", "1", "2"])
        self.run_stored(job)
        self.assertEqual(len(adapter.find_files()), 1)
