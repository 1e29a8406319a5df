# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Old rows are deleted in batches, by the settings of their backend."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .export_common import ExportCase

PARTNER = "test.export.partner"


@tagged("post_install", "-at_install")
class TestRetention(ExportCase):
    def setUp(self):
        super().setUp()
        self.retention = self.env["connector.retention"]
        self.enterContext(patch.object(type(self.retention), "_batch", 3))

    def make_history(self, days, count, backend=None):
        backend = backend or self.backend
        rows = [
            {
                "model_name": PARTNER,
                "direction": "import",
                "outcome": "updated",
                "external_id": str(number),
            }
            for number in range(count)
        ]
        common = {
            "at": fields.Datetime.now() - timedelta(days=days),
            "backend_model": backend._name,
            "backend_id": backend.id,
        }
        self.env["connector.sync.change"]._append(rows, common)

    def make_run(self, days, model_name=PARTNER, **counts):
        run = self.env["connector.sync.run"]._start(self.backend, model_name)
        run._set_found(sum(counts.values()))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_run SET create_date = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(days=days), run.id),
        )
        run.invalidate_recordset()
        return run

    def prune(self, name):
        """Call a method as the autovacuum does; return the size of each batch."""
        sizes = []
        while True:
            done, is_more = getattr(self.retention, name)()
            if done:
                sizes.append(done)
            if not is_more:
                return sizes

    def history(self, backend=None):
        backend = backend or self.backend
        return self.env["connector.sync.change"].search_count(
            [("backend_model", "=", backend._name), ("backend_id", "=", backend.id)]
        )

    def test_pruning_continues_in_batches_and_keeps_young_rows(self):
        self.make_history(100, 7)
        self.make_history(10, 2)
        self.assertEqual(self.prune("_gc_history"), [3, 3, 1])
        self.assertEqual(self.history(), 2)
        self.backend.keep_history_days = 5
        self.assertEqual(self.prune("_gc_history"), [2])

    def test_each_backend_has_its_own_settings(self):
        other = self.backend.copy()
        self.make_history(100, 2)
        self.make_history(100, 2, other)
        self.backend.keep_history_days = 0
        other.keep_history_days = 30
        self.prune("_gc_history")
        self.assertEqual((self.history(), self.history(other)), (2, 0))

    def test_an_archived_backend_is_pruned_too(self):
        self.make_history(100, 1)
        if "active" in self.backend._fields:
            self.backend.active = False
        self.assertEqual(self.prune("_gc_history"), [1])

    def test_outcomes_become_sums_in_batches(self):
        run = self.make_run(40, created=5)
        for started_at in range(5):
            run._note_outcome({"created": 1}, float(started_at + 1))
        self.prune("_gc_outcomes")
        self.assertEqual((len(run.outcome_ids), run.created_count), (1, 5))

    def test_the_sum_of_outcomes_keeps_the_duration(self):
        self.enterContext(patch.object(type(self.retention), "_batch", 10))
        run = self.make_run(40, created=5, failed=0)
        for started_at in (1000.0, 1001.0, 5000.0, 5000.0, 9000.0):
            run._note_outcome({"created": 1}, started_at, {"created": [1]})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_outcome SET finished_at = started_at + 2"
            " WHERE run_id = %s",
            [run.id],
        )
        run.invalidate_recordset()
        self.assertEqual(run.duration_seconds, 7)
        self.prune("_gc_outcomes")
        self.assertEqual(len(run.outcome_ids), 1)
        self.assertEqual((run.created_count, run.state), (5, "done"))
        self.assertEqual(run.duration_seconds, 7)
        self.assertEqual(run.duration_text, "7.0 s")
        self.assertEqual(self.prune("_gc_outcomes"), [])

    def test_old_runs_go_after_their_outcomes(self):
        old, young = self.make_run(200, created=4), self.make_run(100)
        for _number in range(4):
            old._note_outcome({"created": 1}, 1.0)
        question = self.make_run(300)
        question.question = "Remove them?"
        self.assertEqual(self.prune("_gc_runs"), [3, 1, 1])
        self.assertFalse(old.exists())
        self.assertEqual((young | question).exists(), young | question)

    def test_history_outlives_its_run_where_it_is_kept_longer(self):
        self.backend.keep_history_days = 0
        run = self.make_run(200)
        self.make_history(200, 1)
        change = self.env["connector.sync.change"].search([], limit=1)
        self.env.cr.execute(
            "UPDATE connector_sync_change SET run_id = %s WHERE id = %s",
            (run.id, change.id),
        )
        self.prune("_gc_runs")
        self.assertFalse(run.exists())
        change.invalidate_recordset()
        self.assertTrue(change.exists())
        self.assertFalse(change.run_id)

    def test_empty_scheduled_batches_go_early(self):
        batches = self.env["connector.sync.batch"]
        scheduled = batches.with_context(connector_trigger="schedule")
        empty = scheduled._start(self.backend, "changes", 5)
        by_user = batches._start(self.backend, "changes", 5)
        with_run = scheduled._start(self.backend, "changes", 5)
        self.make_run(3).batch_id = with_run
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_batch SET create_date = %s",
            [fields.Datetime.now() - timedelta(days=3)],
        )
        self.prune("_gc_runs")
        self.assertEqual((empty | by_user | with_run).exists(), by_user | with_run)

    def test_a_setting_is_not_negative(self):
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
        ):
            self.backend.keep_runs_days = -1
            self.env.flush_all()
