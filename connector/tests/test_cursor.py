# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests.common import TransactionCase, tagged

from ..exception import RetryableJobError
from ..models.connector_cursor import since
from .export_common import Child, ExportCase, ProcessCase

NOON = datetime(2026, 1, 31, 12)


class TestSince(TransactionCase):
    def test_a_cursor_without_position_looks_for_all(self):
        self.assertIsNone(since(None, 60))
        self.assertIsNone(since({}, 60))
        self.assertIsNone(since({"page": 3}, 60))

    def test_a_cursor_looks_back_by_its_overlap(self):
        self.assertEqual(
            since({"since": "2026-01-31 12:00:00"}, 90),
            datetime(2026, 1, 31, 11, 58, 30),
        )


@tagged("post_install", "-at_install")
class TestCursor(ExportCase):
    def cursor(self, **kwargs):
        return self.env["connector.cursor"]._ensure(
            self.backend, "test.export.partner", **kwargs
        )

    def test_there_is_one_cursor_for_backend_model_and_purpose(self):
        cursor = self.cursor()
        self.assertEqual(self.cursor(), cursor)
        self.assertNotEqual(self.cursor(name="stock"), cursor)
        other = self.backend.copy({"name": "Other"})
        self.assertNotEqual(cursor._ensure(other, "test.export.partner"), cursor)
        self.assertNotEqual(
            cursor._ensure(self.backend, "test.export.category"), cursor
        )

    def test_the_overlap_of_a_known_cursor_stays(self):
        self.cursor(overlap_seconds=5)
        self.assertEqual(self.cursor(overlap_seconds=90).overlap_seconds, 5)

    def test_a_cursor_moves_on_and_never_back(self):
        cursor = self.cursor(overlap_seconds=0)
        cursor._move_to(NOON)
        self.assertEqual(cursor._since(), NOON)
        cursor._move_to(datetime(2026, 1, 30))
        self.assertEqual(cursor._since(), NOON)

    def test_a_position_may_be_anything_json_holds(self):
        cursor = self.cursor()
        cursor._move({"page": 3, "token": "abc"})
        self.assertEqual(cursor.position, {"page": 3, "token": "abc"})
        cursor._move_to(NOON)
        self.assertEqual(cursor.position["page"], 3)

    def test_a_manager_sets_the_position_as_text(self):
        cursor = self.cursor()
        cursor.position_text = '{"since": "2026-01-31 12:00:00"}'
        self.assertEqual(cursor.position, {"since": "2026-01-31 12:00:00"})
        cursor.position_text = False
        self.assertFalse(cursor.position)

    def test_a_position_that_is_no_json_is_told(self):
        with self.assertRaisesRegex(ValidationError, "must be JSON.*found yesterday"):
            self.cursor().position_text = "yesterday"

    def test_a_cursor_is_called_by_its_backend(self):
        self.assertEqual(self.cursor().display_name, "Folder: Contact (import)")


@tagged("post_install", "-at_install")
class TestChangesImporter(ExportCase):
    model = "test.export.partner"

    def import_changes(self, at=NOON):
        importer = self.component("changes.importer", self.model)
        with (
            patch.object(type(importer), "_now", return_value=at),
            self.trap_jobs() as trap,
        ):
            message = importer.run()
        return message, trap.enqueued_jobs

    def test_what_is_found_is_enqueued_and_the_cursor_moves(self):
        self.system.create(self.model, {"name": "Ada"})
        message, (job,) = self.import_changes()
        self.assertEqual(message, "1 records found")
        self.assertEqual(job.args, (self.backend, ["1"]))
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertEqual(cursor.position, {"since": "2026-01-31 12:00:00"})

    def test_the_first_time_all_is_looked_for_and_then_the_changes(self):
        asked = []
        importer = self.component("changes.importer", self.model)
        filters_since = type(importer)._filters_since

        def spy(self, moment):
            asked.append(moment)
            return filters_since(self, moment)

        with patch.object(type(importer), "_filters_since", spy):
            self.import_changes()
            self.import_changes(at=datetime(2026, 1, 31, 13))
        self.assertEqual(asked, [None, datetime(2026, 1, 31, 11, 59)])

    def test_the_run_knows_how_many_were_found(self):
        self.system.create(self.model, {"name": "Ada"})
        __, (job,) = self.import_changes()
        run = job.kwargs["run"]
        self.assertEqual((run.found_count, run.model_name), (1, self.model))

    def test_a_failing_search_does_not_move_the_cursor(self):
        importer = self.component("changes.importer", self.model)
        with (
            patch.object(type(importer), "_filters_since", side_effect=ValueError),
            self.assertRaises(ValueError),
        ):
            importer.run()
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertFalse(cursor.position)

    def test_the_job_runs_the_importer(self):
        with self.trap_jobs() as trap:
            message = self.env[self.model].import_changes(self.backend)
        self.assertEqual((message, trap.enqueued_jobs), ("0 records found", []))


@tagged("post_install", "-at_install")
class TestRacingCursors(ProcessCase):
    def ensure(self, env, model="test.export.partner"):
        backend = env["test.export.backend"].browse(self.backend_id)
        return env["connector.cursor"]._ensure(backend, model)

    def hold(self, function):
        def hold(env, parent):
            function(env)
            env.flush_all()
            parent.tell("held")
            parent.wait()

        child = Child(self.registry.db_name, hold)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "held")
        return child

    def test_a_cursor_that_another_job_moves_is_a_retry(self):
        with self.transaction() as env:
            self.ensure(env)
        child = self.hold(lambda env: self.ensure(env)._lock())
        with self.transaction() as env:
            cursor = self.ensure(env)
            with self.assertRaises(RetryableJobError) as refusal:
                cursor._lock()
            self.assertTrue(refusal.exception.ignore_retry)
            with self.assertRaises(RetryableJobError):
                cursor._move_to(NOON)
        child.go_on()
        child.hear()
        with self.transaction() as env:
            self.ensure(env)._move_to(NOON)

    def test_a_cursor_that_another_job_makes_is_a_retry(self):
        child = self.hold(lambda env: self.ensure(env, "test.export.category"))
        with self.transaction() as env:
            with self.assertRaises(RetryableJobError):
                self.ensure(env, "test.export.category")
        child.go_on()
        child.hear()
        with self.transaction() as env:
            self.assertEqual(len(self.ensure(env, "test.export.category")), 1)
