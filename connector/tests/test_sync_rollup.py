# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sums of outcomes by time, for the dashboard."""

import time
from unittest.mock import patch

from odoo.tests import tagged

from ..models.dashboard_numbers import sum_hours
from .test_dashboard import CONTACT
from .test_sync_run import SyncRunCase


@tagged("post_install", "-at_install")
class TestRollup(SyncRunCase):
    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rollup = cls.env["connector.sync.rollup"]
        cls.runs.search([]).unlink()
        cls.rollup.search([]).unlink()

    def note(self, ago, model_name=CONTACT, **counts):
        run = self.runs._start(self.backend, model_name)
        with patch.object(time, "time", return_value=time.time() - ago):
            run._note_outcome(counts, time.time())
        self.env.flush_all()
        return run

    def sums(self):
        totals = dict.fromkeys(("changed", "unchanged", "skipped", "failed"), 0)
        for row in self.rollup._read_sums(0):
            for name in totals:
                totals[name] += row[name]
        return totals

    def test_sums_are_the_same_before_and_after_they_are_rolled_up(self):
        for hours in (0, 1, 2, 30):
            self.note(hours * 3600, created=2, removed=1, unchanged=4, failed=1)
        before = self.sums()
        self.assertEqual(before["changed"], 12)
        self.rollup._roll_up()
        self.assertGreaterEqual(self.rollup.search_count([]), 3)
        self.assertEqual(self.sums(), before)
        self.rollup._roll_up()
        self.assertEqual(self.sums(), before)

    def test_later_outcomes_are_added(self):
        self.note(3600, created=1)
        self.rollup._roll_up()
        self.note(0, created=2)
        self.assertEqual(self.sums()["changed"], 3)

    def test_a_quarter_is_rolled_up_once_its_outcomes_are_committed(self):
        self.note(60, created=1)
        self.rollup._roll_up()
        self.assertFalse(self.rollup.search([]))

    def test_a_corrected_failure_is_still_one_of_its_hour(self):
        self.note(3600, failed=3)
        self.note(0, created=3, failed=-3)
        self.assertEqual(self.sums()["failed"], 3)
        self.rollup._roll_up()
        self.assertEqual(self.sums()["failed"], 3)

    def test_sums_survive_the_deletion_of_runs(self):
        run = self.note(3600, created=1)
        self.rollup._roll_up()
        run.unlink()
        self.assertEqual(self.sums()["changed"], 1)

    def test_the_sums_of_a_backend_are_deleted_with_it(self):
        backend = self.env["test.export.backend"].create({"name": "A", "folder": "x"})
        run = self.runs._start(backend, "test.export.partner")
        with patch.object(time, "time", return_value=time.time() - 3600):
            run._note_outcome({"created": 1}, time.time())
        self.env.flush_all()
        self.rollup._roll_up()
        self.assertTrue(self.rollup.search([("backend_model", "=", backend._name)]))
        backend.unlink()
        self.assertFalse(self.rollup.search([("backend_model", "=", backend._name)]))

    def test_old_sums_are_deleted_but_not_the_last_change(self):
        for days in (10, 9, 8):
            self.note(days * 86400, updated=1)
        self.note(7 * 86400, unchanged=1)
        self.note(6 * 86400, failed=1)
        self.rollup._roll_up()
        before = self.rollup._read_sums(time.time() - 86400)
        self.rollup._gc_old()
        after = self.rollup._read_sums(time.time() - 86400)
        (kept,) = after
        self.assertEqual(len(self.rollup.search([])), 3)
        for name in ("changed_at", "succeeded_at"):
            self.assertEqual(kept[name], before[0][name])

    def test_hours_before_the_strip_have_no_bar(self):
        row = {"hour": -1, "direction": "import", "changed": 1, "unchanged": 0}
        hours = sum_hours([{**row, "skipped": 0, "failed": 0}])
        self.assertFalse(any(hour["import"][0] for hour in hours))
