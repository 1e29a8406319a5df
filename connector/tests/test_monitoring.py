# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The token of monitoring systems, and their requests."""

import sys
from unittest import skipUnless
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..jobs.causes import CONNECTION
from ..jobs.subject import subject_of_backend
from .test_health import PARTNER
from .test_metrics import HAS_LIBRARY, MetricsCase


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
