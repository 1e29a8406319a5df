# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics for monitoring systems."""

import json
import re
import time
from importlib.util import find_spec
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

import pytest

from odoo.tests import tagged

from ..jobs.causes import DATA
from ..models import sync_total
from ..models.health import Condition
from ..models.health.metrics import METRICS, PREFIX
from .test_health import PARTNER, HealthCase

HAS_LIBRARY = bool(find_spec("prometheus_client"))
GRAFANA = Path(__file__).parents[2] / "docs" / "operations" / "grafana.json"


class MetricsCase(HealthCase):
    def setUp(self):
        super().setUp()
        # independent of the runner and the scheduled actions of this machine
        self.database_conditions = []
        self.enterContext(
            patch.object(
                self.registry["connector.health"],
                "_find_database_conditions",
                lambda *_arguments: list(self.database_conditions),
            )
        )

    def note(self, direction="import", seconds=2.0, **counts):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, direction)
        run._note_outcome(counts, time.time() - seconds)
        return run

    def read_samples(self):
        """Return {(name, value of other labels): value} of the test's backend."""
        from prometheus_client.parser import text_string_to_metric_families

        mine = f"{self.backend._name},{self.backend.id}"
        text, __ = self.health._metrics()
        found = {}
        for family in text_string_to_metric_families(text.decode()):
            for sample in family.samples:
                labels = dict(sample.labels)
                labels.pop("backend", None)
                if labels.pop("id", mine) != mine:
                    continue
                key = (sample.name, *sorted(labels.values()))
                self.assertNotIn(key, found)
                found[key] = sample.value
        return found


@skipUnless(HAS_LIBRARY, "needs prometheus_client")
@tagged("post_install", "-at_install")
class TestMetrics(MetricsCase):
    def records(self, outcome, direction="import"):
        key = sorted([PARTNER, direction, outcome])
        return self.read_samples().get(("connector_records_total", *key))

    def test_records_and_durations_are_counted(self):
        self.note(created=3, updated=2, failed=1)
        self.note(created=4, seconds=4)
        self.note("export", updated=7)
        found = self.read_samples()
        series = sorted([PARTNER, "import"])
        job_count = ("connector_job_seconds_count", *series)
        job_seconds = ("connector_job_seconds_sum", *series)
        self.assertEqual(self.records("created"), 7)
        self.assertEqual(self.records("failed"), 1)
        self.assertEqual(self.records("updated", "export"), 7)
        self.assertEqual(found[job_count], 2)
        self.assertAlmostEqual(found[job_seconds], 6, delta=0.5)
        last = found["connector_last_success_timestamp_seconds",]
        self.assertAlmostEqual(last, time.time(), delta=5)

    def test_counters_never_decrease(self):
        run = self.note(created=3, failed=2)
        self.assertEqual((self.records("created"), self.records("failed")), (3, 2))
        self.note(created=2, failed=-2)
        self.assertEqual((self.records("created"), self.records("failed")), (5, 2))
        run.unlink()  # as retention does
        self.assertEqual((self.records("created"), self.records("failed")), (5, 2))
        self.note(created=1)
        self.assertEqual(self.records("created"), 6)

    def test_the_schedule_adds_up_what_nobody_reads(self):
        for _run in range(3):
            self.note(created=1)
        self.env.flush_all()
        totals = self.env["connector.sync.total"]
        self.assertGreaterEqual(totals._add_up(limit=2, seconds=10), 3)
        self.assertEqual(totals._add_up(), 0)
        total = totals.search([("backend_id", "=", self.backend.id)])
        self.assertEqual((total.created, total.jobs), (3, 3))

    def put_outcomes(self, count, are_added=False):
        run = self.note(created=1)
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO connector_sync_outcome (run_id, created, started_at, "
            "finished_at, is_in_totals) "
            "SELECT %s, 1, 1, 2, %s FROM generate_series(1, %s)",
            [run.id, are_added, count],
        )

    def test_a_reading_adds_up_some_outcomes(self):
        self.put_outcomes(20000)
        with patch.object(sync_total, "READ_SECONDS", 0):
            self.assertEqual(self.records("created"), sync_total.READ_BATCH)
        self.env["connector.sync.total"]._add_up(seconds=60)
        self.assertEqual(self.records("created"), 20001)

    @pytest.mark.long
    def test_of_a_million_outcomes_a_reading_reads_a_few_hundred(self):
        for are_added in (True, False):
            self.put_outcomes(1000000, are_added)
            for read in (self.health._metrics, self.health._report):
                before = self.count_read_outcomes()
                with patch.object(sync_total, "READ_SECONDS", 0):
                    read()
                count = self.count_read_outcomes() - before
                # each is found, locked and marked
                self.assertLessEqual(count, 4 * sync_total.READ_BATCH)

    def count_read_outcomes(self):
        """Return how many rows this transaction has read from the outcomes."""
        self.env.cr.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) "
            "FROM pg_stat_xact_user_tables WHERE relname = 'connector_sync_outcome'"
        )
        return self.env.cr.fetchone()[0]

    def test_a_deleted_backend_has_no_total(self):
        self.note(created=1)
        self.read_samples()
        domain = [("backend_id", "=", self.backend.id)]
        self.assertTrue(self.env["connector.sync.total"].search(domain))
        self.backend.unlink()
        self.assertFalse(self.env["connector.sync.total"].search(domain))

    def test_errors_and_jobs_are_gauges(self):
        self.open_error("record 1", model_name=PARTNER)
        self.open_error("record 2", model_name=PARTNER)
        self.env[PARTNER].with_delay().import_changes(self.backend)
        self.env[PARTNER].with_delay(eta=3600).import_changes(self.backend)
        found = self.read_samples()
        self.assertEqual(found["connector_open_errors", DATA], 2)
        self.assertEqual(found["connector_jobs", "waiting"], 1)
        self.assertEqual(found["connector_jobs", "postponed"], 1)
        self.assertGreater(found["connector_oldest_waiting_job_seconds",], 0)
        self.assertEqual(found["connector_backend_up",], 0)
        self.assertEqual(found["connector_conditions", "error", "error"], 1)

    def test_the_runner_is_up_or_down(self):
        self.assertEqual(self.read_samples()["connector_runner_up",], 1)
        self.database_conditions = [
            Condition("runner", "error", None, None, "runner:absent", "None")
        ]
        self.assertEqual(self.read_samples()["connector_runner_up",], 0)
        self.assertEqual(self.read_samples()["connector_cron_up",], 1)

    def test_request_budgets(self):
        self.env["connector.request.budget"].sudo().create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "name": "REST",
                "calls": 41,
                "wait_seconds": 2.5,
            }
        )
        found = self.read_samples()
        self.assertEqual(found["connector_request_budget_calls_total", "REST"], 41)
        name = "connector_request_budget_wait_seconds_total"
        self.assertEqual(found[name, "REST"], 2.5)

    def test_names_with_quotes_are_escaped(self):
        self.backend.name = 'A "quoted"\nname\\'
        self.assertTrue(self.read_samples())

    def test_two_backends_of_one_name_are_two_series(self):
        self.backend.copy({"name": self.backend.name})
        self.assertTrue(self.read_samples())

    def test_the_dashboard_of_grafana_shows_the_metrics(self):
        if not GRAFANA.exists():
            self.skipTest("The addon is installed without its documentation")
        exported = set()
        for name, (kind, __, __) in METRICS.items():
            suffixes = {"counter": ["_total"], "summary": ["_sum", "_count"]}
            exported |= {PREFIX + name + end for end in suffixes.get(kind, [""])}
        dashboard = json.loads(GRAFANA.read_text())
        expressions = [
            target["expr"]
            for panel in dashboard["panels"]
            for target in panel["targets"]
        ]
        shown = {
            name
            for expression in expressions
            for name in re.findall(rf"\b{PREFIX}\w+", expression)
        }
        self.assertEqual(shown, exported)
        ids = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))
