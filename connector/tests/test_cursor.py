# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests.common import TransactionCase, tagged

from ..cursor_position import moved, since
from ..exception import RetryableJobError
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

    def test_settled_times_are_not_searched_again(self):
        settled = {"since": "2026-01-31 12:00:00", "settled": True}
        self.assertEqual(since(settled, 90), datetime(2026, 1, 31, 12, 0, 1))


class TestMoved(TransactionCase):
    def after(self, position, seconds, at=NOON):
        return moved(position, at, 60, NOON + timedelta(seconds=seconds))

    def test_a_later_time_is_not_settled(self):
        later = NOON + timedelta(seconds=1)
        position = self.after(self.after({"settled": True}, 0), 100, later)
        self.assertEqual(position["since"], "2026-01-31 12:00:01")
        self.assertNotIn("settled", position)

    def test_a_time_that_stays_longer_than_the_overlap_is_settled(self):
        position = self.after({}, 0)
        self.assertNotIn("settled", self.after(position, 61))
        self.assertTrue(self.after(position, 62)["settled"])

    def test_an_earlier_time_does_not_move_it_back(self):
        position = self.after({}, 0)
        earlier = self.after(position, 1, NOON - timedelta(hours=1))
        self.assertEqual(earlier["since"], "2026-01-31 12:00:00")

    def test_a_position_from_before_counts_from_now_on(self):
        position = self.after({"since": "2026-01-31 12:00:00"}, 1000)
        self.assertNotIn("settled", position)
        self.assertTrue(self.after(position, 1062)["settled"])


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

    def test_a_position_that_is_not_json_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "must be JSON.*found yesterday"):
            self.cursor().position_text = "yesterday"

    def test_a_position_that_no_search_can_begin_at_is_refused(self):
        for text in (
            "5",
            '"noon"',
            "[1]",
            "true",
            '{"since": "yesterday"}',
            '{"since": 5}',
            '{"since": true}',
            '{"since": []}',
            '{"since": "0001-01-01 00:00:00"}',
            '{"since": "0001-01-01"}',
            '{"since": "1969-12-31 23:59:59"}',
            '{"since": "9999-12-31 23:59:59"}',
            '{"since": "2126-01-31 12:00:00"}',
            '{"since": "2026-1-31 12:00:00"}',
            '{"since": "2026-01-31T12:00:00"}',
            '{"since": "2026-01-31 12:00:00+02:00"}',
            '{"since": "2026-01-31 12:00:00", "reached_at": 5}',
            '{"since": "2026-01-31 12:00:00", "reached_at": "soon"}',
            '{"since": "2026-01-31 12:00:00", "reached_at": "0001-01-01 00:00:00"}',
            '{"since": "2026-01-31 12:00:00", "settled": "no"}',
            '{"page": NaN}',
            '{"page": 1e999}',
            '{"token": "a\\u0000b"}',
            '{"token": "\\ud800"}',
            '{"a\\u0000": 1}',
        ):
            with self.subTest(text), self.assertRaises(ValidationError) as caught:
                self.cursor().position_text = text
            self.assertIn(f"found {text}", str(caught.exception))

    def test_a_date_alone_is_its_midnight(self):
        cursor = self.cursor()
        cursor.position_text = '{"since": "2026-01-31"}'
        self.assertEqual(cursor.position, {"since": "2026-01-31 00:00:00"})

    def test_a_position_nested_too_deeply_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "must be JSON"):
            self.cursor().position_text = "[" * 100_000

    def test_a_write_over_rpc_is_checked_as_well(self):
        cursor = self.cursor()
        for values in (
            {"position": 5},
            {"position": {"since": 5}},
            {"position": {"reached_at": 5}},
            {"position": {"since": "0001-01-01 00:00:00"}},
            {"found": 5},
            {"found": {"2026-01-31 12:00:00": 5}},
            {"found": {"yesterday": [1]}},
            {"found": {"2026-01-31 12:00:00": [None]}},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, "No import can begin"),
                self.env.cr.savepoint(),
            ):
                cursor.write(values)
        self.assertIsNone(cursor._since())

    def test_every_position_that_is_taken_can_be_moved_on(self):
        for position in (
            None,
            {},
            {"since": None},
            {"since": "1970-01-01 00:00:00", "settled": True},
            {"since": "2026-01-30 12:00:00", "reached_at": "2026-01-30 12:00:00"},
            {"since": "2026-01-30 12:00:00", "reached_at": None, "page": [1, {}]},
        ):
            with self.subTest(position):
                cursor = self.cursor(overlap_seconds=0)
                cursor.position = position
                cursor.overlap_seconds = 2_000_000_000
                cursor._since()
                cursor._move_to(NOON)
                self.assertEqual(cursor.position["since"], "2026-01-31 12:00:00")

    def test_a_cursor_is_called_by_its_backend(self):
        self.assertEqual(self.cursor().display_name, "Folder: Contact (import)")


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
