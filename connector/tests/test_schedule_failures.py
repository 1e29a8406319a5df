# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend that fails leaves the schedules of the others alone; a refusal stops it."""

from datetime import datetime
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tests.common import TransactionCase
from odoo.tools import mute_logger

from ..models.backend_schedule import MAX_INTERVAL_MINUTES, next_time
from .export_common import ExportCase

SCHEDULE_LOGGER = "odoo.addons.connector.models.backend_schedule"


class TestLongIntervals(TransactionCase):
    def test_an_interval_that_reaches_no_date_counts_as_the_longest(self):
        now = datetime(2026, 1, 31, 12)
        longest = next_time(now, MAX_INTERVAL_MINUTES, now)
        for minutes in (2147483647, 2147483647 * 60, 10**12):
            self.assertEqual(next_time(now, minutes, now), longest)
            self.assertGreater(next_time(None, minutes, now), now)
            self.assertGreater(next_time(datetime(1, 1, 1), minutes, now), now)

    def test_the_longest_interval_is_the_limit_of_the_fields(self):
        self.assertEqual(MAX_INTERVAL_MINUTES, 527040)
        self.assertEqual(MAX_INTERVAL_MINUTES // 60, 8784)

    def test_an_interval_of_zero_divides_nothing(self):
        now = datetime(2026, 1, 31, 12)
        for minutes in (0, -5):
            self.assertGreater(next_time(now, minutes, now), now)


class ScheduleCase(ExportCase):
    def setUp(self):
        super().setUp()
        # A test case would send mails, and delete them.
        self.patch(
            self.env.registry["mail.mail"], "send_after_commit", lambda mail: None
        )
        self.backend._find_responsible().email = "responsible@example.com"
        self.backend.import_interval_minutes = 15
        self.other = self.backend.copy({"name": "Other"})
        self.other.write({"state": "production", "import_interval_minutes": 15})

    def run_schedules(self):
        """Return the backends whose import the schedule delays."""
        with self.trap_jobs() as trap, mute_logger(SCHEDULE_LOGGER, "odoo.sql_db"):
            self.env["connector.backend.mixin"]._run_schedules()
        return {job.args[0] for job in trap.enqueued_jobs}

    def open_errors(self, backend=None):
        return self.env["connector.sync.error"].search(
            [
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", (backend or self.backend).id),
                ("state", "=", "open"),
            ]
        )

    def failing(self, method, error=None):
        """Let a method of the first backend, and of no other, fail."""
        original = getattr(type(self.backend), method)
        failing_id = self.backend.id

        def fail(backends, *args, **kwargs):
            if failing_id in backends.ids:
                raise error or OverflowError("date value out of range")
            return original(backends, *args, **kwargs)

        return patch.object(type(self.backend), method, fail)


@tagged("post_install", "-at_install")
class TestScheduleFailures(ScheduleCase):
    def test_one_backend_that_fails_does_not_stop_the_others(self):
        errors = (
            None,
            ValueError("x"),
            psycopg2.errors.UniqueViolation("x"),
        )
        for method in ("import_changes", "_find_reason_to_pause", "_imported_models"):
            for error in errors:
                with self.subTest(method, error=error):
                    self.other.next_import_at = False
                    with self.failing(method, error):
                        self.assertEqual(self.run_schedules(), {self.other})
                    self.assertTrue(self.other.next_import_at)
                    self.assertFalse(self.backend.next_import_at)

    def test_a_backend_that_fails_in_the_database_does_not_stop_the_others(self):
        def fail(backend):
            backend.env.cr.execute("SELECT 1 / 0")

        original = type(self.backend).import_changes

        def import_changes(backend):
            (fail if backend == self.backend else original)(backend)

        with patch.object(type(self.backend), "import_changes", import_changes):
            self.assertEqual(self.run_schedules(), {self.other})

    def test_its_failure_is_logged_and_open_until_it_passes(self):
        with self.failing("import_changes"):
            self.run_schedules()
            self.run_schedules()
        error = self.open_errors()
        self.assertEqual((error.cause, error.attempts), ("schedule", 2))
        self.assertIn("OverflowError: date value out of range", error.reason)
        self.assertFalse(self.open_errors(self.other))
        with self.failing("import_changes"), self.assertLogs(SCHEDULE_LOGGER, "ERROR"):
            with self.trap_jobs():
                self.env["connector.backend.mixin"]._run_schedules()
        self.run_schedules()
        self.assertFalse(self.open_errors())

    def test_a_model_that_fails_does_not_stop_the_others(self):
        model = type(self.backend)
        calls = []

        def run_schedule(backends):
            calls.append(backends._name)
            raise ValueError("x")

        with (
            patch.object(model, "_run_schedule", run_schedule),
            mute_logger(SCHEDULE_LOGGER),
        ):
            self.env["connector.backend.mixin"]._run_schedules()
        self.assertEqual(calls, [self.backend._name])

    def test_an_interval_out_of_bounds_is_refused(self):
        for name in ("import_interval_minutes", "removal_interval_hours"):
            for value in (-1, 2147483647):
                with (
                    self.subTest(name, value=value),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(psycopg2.errors.CheckViolation),
                    self.env.cr.savepoint(),
                ):
                    self.backend[name] = value
                    self.backend.flush_recordset()

    def test_an_interval_that_the_database_holds_anyway_stops_nothing(self):
        for name in ("import_interval_minutes", "removal_interval_hours"):
            self.env.cr.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
                " AND contype = 'c' AND pg_get_constraintdef(oid) LIKE %s",
                (self.backend._table, f"%{name}%"),
            )
            for (constraint,) in self.env.cr.fetchall():
                self.env.cr.execute(
                    f'ALTER TABLE {self.backend._table} DROP CONSTRAINT "{constraint}"'
                )
        self.env.cr.execute(
            f"UPDATE {self.backend._table} SET import_interval_minutes = 2147483647,"
            " removal_interval_hours = 2147483647 WHERE id = %s",
            (self.backend.id,),
        )
        self.env.invalidate_all()
        self.assertEqual(self.run_schedules(), {self.backend, self.other})
