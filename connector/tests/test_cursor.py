# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests.common import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import Component

from ..components.synchronizer.overlap import Overlap, is_fresh
from ..exception import RetryableJobError
from ..models.connector_cursor import moved, since
from .export_common import Child, ExportCase, ProcessCase
from .test_importer import IMPORTER_LOGGER, PARTNER, ImporterCase, partner

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

    def test_what_is_settled_is_not_looked_at_again(self):
        settled = {"since": "2026-01-31 12:00:00", "settled": True}
        self.assertEqual(since(settled, 90), datetime(2026, 1, 31, 12, 0, 1))


class TestMoved(TransactionCase):
    def after(self, position, seconds, moment=NOON):
        return moved(position, moment, 60, NOON + timedelta(seconds=seconds))

    def test_a_later_moment_is_not_settled(self):
        later = NOON + timedelta(seconds=1)
        position = self.after(self.after({"settled": True}, 0), 100, later)
        self.assertEqual(position["since"], "2026-01-31 12:00:01")
        self.assertNotIn("settled", position)

    def test_a_moment_that_stays_longer_than_the_overlap_is_settled(self):
        position = self.after({}, 0)
        self.assertNotIn("settled", self.after(position, 61))
        self.assertTrue(self.after(position, 62)["settled"])

    def test_an_earlier_moment_does_not_move_it_back(self):
        position = self.after({}, 0)
        earlier = self.after(position, 1, NOON - timedelta(hours=1))
        self.assertEqual(earlier["since"], "2026-01-31 12:00:00")

    def test_a_position_from_before_counts_from_now_on(self):
        position = self.after({"since": "2026-01-31 12:00:00"}, 1000)
        self.assertNotIn("settled", position)
        self.assertTrue(self.after(position, 1062)["settled"])


class TestOverlap(TransactionCase):
    def look(self, page, found=None):
        overlap = Overlap(found, NOON, read_at=NOON + timedelta(hours=1))
        return overlap.without_known(page), dict(overlap.found)

    def test_what_was_found_with_the_same_date_is_passed_over(self):
        __, found = self.look({1: NOON, 2: NOON})
        page = {1: NOON, 2: NOON + timedelta(seconds=1), 3: NOON}
        new, found = self.look(page, found)
        self.assertEqual(list(new), [2, 3])
        self.assertEqual(
            found, {"2026-01-31 12:00:00": [1, 3], "2026-01-31 12:00:01": [2]}
        )

    def test_an_id_is_known_as_a_number_or_as_text(self):
        new, __ = self.look({"7": NOON}, {"2026-01-31 12:00:00": [7]})
        self.assertEqual(new, {})

    def test_what_the_next_search_does_not_find_again_is_not_remembered(self):
        self.assertEqual(self.look({1: NOON - timedelta(seconds=1), 2: None})[1], {})

    def test_what_is_fresh_is_not_remembered(self):
        overlap = Overlap(None, NOON, read_at=NOON)
        overlap.without_known({1: NOON, 2: NOON - timedelta(days=1)})
        self.assertEqual(overlap.found, {})

    def test_a_page_without_dates_stays_as_it_is(self):
        self.assertEqual(self.look([1, 2])[0], [1, 2])

    def test_only_dates_of_now_are_fresh(self):
        self.assertTrue(is_fresh(NOON, NOON + timedelta(seconds=5)))
        self.assertTrue(is_fresh(NOON + timedelta(seconds=5), NOON))
        self.assertFalse(is_fresh(NOON, NOON + timedelta(seconds=6)))
        self.assertFalse(is_fresh(None, NOON))


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

    def test_a_position_that_no_search_could_begin_at_is_told(self):
        for text in ("5", '"noon"', "[1]", '{"since": "yesterday"}', '{"since": 5}'):
            with self.subTest(text), self.assertRaises(ValidationError) as caught:
                self.cursor().position_text = text
            self.assertIn(f"found {text}", str(caught.exception))

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
        self.assertEqual(cursor.position["since"], "2026-01-31 12:00:00")
        self.assertTrue(cursor.looked_at)

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

    def test_a_search_that_finds_nothing_leaves_no_run(self):
        runs = self.env["connector.sync.run"].search_count([])
        message, jobs = self.import_changes()
        self.assertEqual((message, jobs), ("0 records found", []))
        self.assertEqual(self.env["connector.sync.run"].search_count([]), runs)
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertTrue(cursor.looked_at)

    def test_a_failing_search_does_not_move_the_cursor(self):
        importer = self.component("changes.importer", self.model)
        with (
            patch.object(type(importer), "_filters_since", side_effect=ValueError),
            self.assertRaises(ValueError),
        ):
            importer.run()
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertFalse(cursor.position)

    def test_a_connector_manager_may_have_changes_looked_for(self):
        self.system.create("test.export.category", {"name": "Tag"})
        manager = new_test_user(
            self.env, "manager", groups="connector.group_connector_manager"
        )
        backend = self.backend.with_user(manager)
        with self.trap_jobs() as trap:
            backend.env["test.export.category"].import_changes(backend)
            (job,) = trap.enqueued_jobs
        self.assertEqual(job.kwargs["run"].found_count, 1)

    def test_the_job_runs_the_importer(self):
        with self.trap_jobs() as trap:
            message = self.env[self.model].import_changes(self.backend)
        self.assertEqual((message, trap.enqueued_jobs), ("0 records found", []))

    def test_a_manager_runs_the_importer(self):
        manager = new_test_user(
            self.env, "manager", "base.group_user,connector.group_connector_manager"
        )
        model = self.env[self.model].with_user(manager)
        with self.trap_jobs():
            message = model.import_changes(self.backend.with_user(manager))
        self.assertEqual(message, "0 records found")


@tagged("post_install", "-at_install")
class TestOverlappingSearches(ImporterCase):
    """Search twice in the same time, with an adapter that tells dates."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(partner(1), partner(2), partner(3))
        self.found_ids = []

    def import_changes(self, perform=True, **kwargs):
        """Look for changes; return the ids that are enqueued."""

        class Importer(Component):
            _name = "test.changes.importer"
            _inherit = ["test.connector", "generic.changes.importer"]

            def _filters_since(self, since):
                return None

            def _now(self):
                return datetime(2026, 1, 1)

        if not self.found_ids:
            self.build_components(Importer)
        dated = {
            key: fields.Datetime.to_datetime(record["updated_at"])
            for key, record in self.system.tables[PARTNER].items()
        }
        adapter = type(self.component("backend.adapter", PARTNER))
        pages = patch.object(adapter, "search_pages", lambda *args: iter([dated]))
        with pages, self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER):
            self.env[PARTNER].import_changes(self.backend, **kwargs)
            jobs = trap.enqueued_jobs
            if perform:
                trap.perform_enqueued_jobs()
        self.found_ids.append([key for job in jobs for key in job.args[1]])
        return self.found_ids[-1]

    def test_what_was_found_is_not_enqueued_again(self):
        self.assertEqual(self.import_changes(), [1, 2, 3])
        self.assertEqual(self.import_changes(), [])

    def test_jobs_that_still_wait_are_not_doubled(self):
        self.import_changes(perform=False)
        self.assertEqual(self.import_changes(), [])

    def test_what_failed_has_a_job_and_is_not_enqueued_again(self):
        with self.hooked(_validate_create_data=lambda importer, values: 1 / 0):
            self.import_changes()
            self.assertEqual(self.import_changes(), [])

    def test_what_changed_once_more_is_enqueued(self):
        self.import_changes()
        self.put(partner(2, updated_at="2026-01-01 00:00:01"))
        self.assertEqual(self.import_changes(), [2])

    def test_what_was_changed_in_the_second_of_its_import_is_looked_at_again(self):
        now = fields.Datetime.to_string(fields.Datetime.now())
        self.put(partner(2, updated_at=now))
        self.import_changes()
        self.put(partner(2, email="later@example.com", updated_at=now))
        self.assertEqual(self.import_changes(), [2])
        self.assertEqual(self.found(2).email, "later@example.com")

    def test_a_forced_search_enqueues_everything(self):
        self.import_changes()
        self.assertEqual(self.import_changes(force=True), [1, 2, 3])

    def test_a_position_set_by_hand_looks_at_everything_again(self):
        self.import_changes(perform=False)
        cursor = self.env["connector.cursor"]._find(self.backend, PARTNER)
        cursor.position_text = False
        self.assertEqual(self.import_changes(), [1, 2, 3])


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
