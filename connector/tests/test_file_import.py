# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of files: chunks, moves, and files that fail or change."""

import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exception import InvalidDataError, RetryableJobError
from ..models import file_finish
from .file_case import CATEGORY, FileCase


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

    def test_retry_of_an_error_imports_its_own_file(self):
        """The underscore of a name is not a wildcard."""
        for name in ("a_1.csv", "ab1.csv"):
            self.put(name, "1;A;", "2;B")
        self.assert_imported()
        errors = self.env["connector.sync.error"].search([("state", "=", "open")])
        errors.filtered(lambda error: "a_1.csv" in error.subject).action_retry()
        self.assertEqual(
            {file.name: file.state for file in self.files.search([])},
            {"a_1.csv": "new", "ab1.csv": "failed"},
        )

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

    def test_files_that_fail_still_do_not_keep_back_others(self):
        self.patch(file_finish, "RECHECKED", 1)
        self.put("a.csv", "1;;")
        (job,) = self.import_all()
        self.put("b.csv", "2;;")
        self.import_all()
        self.enterContext(self.mapped_name("A"))
        self.run_stored(job)
        self.env.invalidate_all()
        self.search_changes()
        self.run_all()
        states = [file.state for file in self.files.search([], order="id")]
        self.assertEqual(states, ["done", "failed"])

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
        self.assertIn("has not changed for 10 seconds", file.note)
        self.assert_imported(self.run_all())
        self.assertFalse(file.note)
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
