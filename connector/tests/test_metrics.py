# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics for monitoring systems."""

import json
import re
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

import pytest

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..jobs.causes import CONNECTION, DATA
from ..jobs.subject import subject_of_backend
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


@tagged("post_install", "-at_install")
class TestMonitoring(HttpCase, MetricsCase):
    def setUp(self):
        super().setUp()
        self.settings = self.env["connector.monitoring"].create({})
        shown = self.settings.action_create_token()
        self.token = shown["context"]["default_token"]
        self.env.flush_all()

    def ask(self, path="health", token=None, **headers):
        token = self.token if token is None else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.url_open(f"/connector/{path}", headers=headers, timeout=60)

    def test_a_healthy_database(self):
        self.backend.write({"import_interval_minutes": 15})
        answer = self.ask()
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        report = answer.json()
        mine = next(b for b in report["backends"] if b["id"] == self.backend.id)
        self.assertEqual((mine["name"], mine["status"]), ("Folder", "ok"))
        self.assertEqual((mine["backlog"], mine["open_errors"]), (0, 0))
        self.assertEqual(report["runner"]["status"], "ok")
        self.assertEqual(report["cron"]["status"], "ok")
        self.assertRegex(report["checked_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_an_error_is_answered_by_503(self):
        self.open_error(
            subject_of_backend(CONNECTION), cause=CONNECTION, model_name=False
        )
        self.open_error("record 7", model_name=PARTNER, record_name="Ada Lovelace")
        self.note(created=2)
        answer = self.ask()
        self.assertEqual((answer.status_code, answer.json()["status"]), (503, "error"))
        mine = next(b for b in answer.json()["backends"] if b["id"] == self.backend.id)
        kinds = {condition["kind"] for condition in mine["conditions"]}
        self.assertEqual(kinds, {"connection", "error"})
        self.assertEqual(mine["open_errors"], 2)
        self.assertTrue(mine["last_success"])
        self.assertNotIn("Ada", answer.text)
        self.assertNotIn("Bad", answer.text)

    def test_a_warning_is_answered_by_200(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "removal")
        run.question = "Remove 5 of 10?"
        answer = self.ask()
        self.assertEqual(
            (answer.status_code, answer.json()["status"]), (200, "warning")
        )

    def test_without_the_token_there_is_no_answer(self):
        for token in ("wrong", "", self.token[:-1], "é", self.token + "x"):
            for path in ("health", "metrics", f"health/db/{self.env.cr.dbname}"):
                answer = self.ask(path, token=token.encode().decode("latin-1"))
                self.assertEqual(answer.status_code, 401, (path, token))
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
                self.assertNotIn("backends", answer.json())
        basic = self.ask(token="", Authorization=f"Basic {self.token}")
        self.assertEqual(basic.status_code, 401)

    def test_a_token_in_the_address_is_refused(self):
        answer = self.ask(f"health?token={self.token}", token="")
        self.assertEqual(answer.status_code, 401)
        self.assertIn("logged", answer.json()["error"])

    def test_a_token_that_was_revoked_or_replaced(self):
        self.settings.action_create_token()
        self.assertEqual(self.ask().status_code, 401)
        self.settings.action_revoke_token()
        self.assertFalse(self.settings.token_created_at)
        for token in (self.token, ""):
            self.assertEqual(self.ask(token=token).status_code, 401)

    def test_the_token_is_not_stored(self):
        values = self.env["ir.config_parameter"].search([]).mapped("value")
        self.assertNotIn(self.token, values)

    def test_the_database_is_in_the_address(self):
        self.assertEqual(self.ask(f"health/db/{self.env.cr.dbname}").status_code, 200)
        self.assertEqual(self.ask("health/db/no_such_database").status_code, 401)
        self.assertTrue(self.settings.health_url.endswith(self.env.cr.dbname))

    @skipUnless(HAS_LIBRARY, "needs prometheus_client")
    def test_metrics(self):
        self.note(created=2)
        answer = self.ask("metrics")
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertIn("text/plain", answer.headers["Content-Type"])
        self.assertIn("connector_records_total{", answer.text)

    @mute_logger("odoo.http")
    def test_metrics_without_the_library(self):
        with patch.dict(sys.modules, {"prometheus_client": None}):
            answer = self.ask("metrics")
        self.assertEqual(answer.status_code, 503)
        self.assertIn("pip install prometheus-client", answer.json()["error"])

    def test_only_managers_create_a_token(self):
        for group in ("base.group_user", "connector.group_connector_operator"):
            user = new_test_user(self.env, f"user of {group}", groups=group)
            settings = self.settings.with_user(user)
            for action in (settings.action_create_token, settings.action_revoke_token):
                with self.assertRaises(AccessError):
                    action()
        manager = "base.group_user,connector.group_connector_manager"
        user = new_test_user(self.env, "manager", groups=manager)
        settings = self.env["connector.monitoring"].with_user(user).create({})
        self.assertTrue(settings.action_create_token()["context"]["default_token"])
        self.assertTrue(settings.token_created_at)
