# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Alerts reach the right user, from one server at a time."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..jobs.causes import CONNECTION
from ..jobs.subject import subject_of_backend
from ..models.alert import page_load
from ..models.health import Condition
from .test_alerts import AlertCase
from .test_health import PARTNER

CHECK_LOGGER = "odoo.addons.connector.models.alert.check"


@tagged("post_install", "-at_install")
class TestRecipients(AlertCase):
    def test_the_responsible_of_the_settings_gets_alerts_and_conflicts(self):
        self.assertEqual(self.backend._find_responsible(), self.user)
        self.user.active = False
        self.assertNotEqual(self.backend._find_responsible(), self.user)

    def test_the_mail_is_in_the_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        seen = []
        model = self.env.registry["connector.alert"]
        original = model._subject

        def spy(alert, condition):
            seen.append((alert.env.lang, alert.env.context["tz"]))
            return original(alert, condition)

        with patch.object(model, "_subject", spy):
            self.open_error("one", model_name=PARTNER)
            self.check()
        self.assertEqual(seen, [("fr_FR", self.user.tz or "UTC")])

    def test_policies(self):
        for policy, count in (("none", 0), ("digest", 0), ("at_once", 1)):
            with self.subTest(policy=policy):
                self.backend.alert_policy = policy
                self.open_error("one", model_name=PARTNER)
                self.assertEqual(len(self.check()), count)

    def test_backends_that_are_off_send_nothing(self):
        self.open_error("one", model_name=PARTNER)
        off = [
            {"state": "draft"},
            {"state": "paused"},
            {"activated_database": "a copy"},
        ]
        for values in off:
            with self.subTest(values=values):
                before = {name: self.backend[name] for name in values}
                self.backend.write(values)
                self.assertTrue(self.backend._find_reason_to_pause())
                self.assertEqual(self.check(), [])
                self.backend.write(before)
        self.assertEqual(len(self.check()), 1)

    def test_alerts_of_a_deleted_backend_are_deleted(self):
        self.open_error("one", model_name=PARTNER)
        self.check()
        alert = self.alerts.search([])
        alert.backend_id = 10**6
        self.assertEqual(len(self.check()), 1, "the existing backend")
        self.assertFalse(alert.exists())

    def test_the_digest_lists_open_conditions_by_backend(self):
        self.backend.alert_policy = "digest"
        last = self.last_mail().id
        self.alerts._send_digests()
        self.assertEqual(self.last_mail().id, last, "all is well")
        self.open_error("one", model_name=PARTNER)
        self.open_error(subject_of_backend(CONNECTION), cause=CONNECTION)
        self.alerts._send_digests()
        mail = self.last_mail()
        self.assertEqual(mail.subject, "Connectors: 2 open problems")
        self.assertEqual(mail.recipient_ids, self.user.partner_id)
        self.assertEqual(mail.body_html.count("<li>"), 2)
        self.assertIn("<h3>Shop</h3>", mail.body_html)

    def test_a_digest_that_fails_does_not_keep_back_others(self):
        other = new_test_user(
            self.env,
            "other_alerted",
            groups="base.group_user,connector.group_connector_operator",
            email="other@example.com",
        )
        copy = self.backend.copy({"name": "Other"})
        copy.write({"state": "production", "alert_user_id": other.id})
        (self.backend + copy).write({"alert_policy": "digest"})
        for backend in (self.backend, copy):
            self.open_error("one", backend=backend, model_name=PARTNER)
        model = self.env.registry["connector.alert"]
        original = model._send_digest
        for failing, notified in ((self.user, other), (other, self.user)):

            def send(alert, user, backends, failing=failing):
                if user == failing:
                    raise ValueError("no address")
                return original(alert, user, backends)

            with patch.object(model, "_send_digest", send), mute_logger(CHECK_LOGGER):
                self.alerts._send_digests()
            self.assertEqual(self.last_mail().recipient_ids, notified.partner_id)


@tagged("post_install", "-at_install")
class TestConcurrentChecks(AlertCase):
    def test_a_backend_that_cannot_be_asked_does_not_keep_back_others(self):
        other = self.backend.copy({"name": "Other"})
        other.write({"state": "production", "alert_user_id": self.user.id})
        self.of_database.append(
            Condition("cron", "error", None, None, "cron", text="Nothing is run.")
        )
        for backend in (self.backend, other):
            self.open_error("one", backend=backend, model_name=PARTNER)
        model = type(self.backend)
        original = model._find_reason_to_pause

        def find(backend):
            if backend == self.backend:
                raise ValueError("no licence")
            return original(backend)

        with patch.object(model, "_find_reason_to_pause", find):
            with mute_logger("odoo.addons.connector.models.health.health"):
                subjects = self.check()
        self.assertEqual(len(subjects), 2, subjects)
        self.assertIn("Other", " ".join(subjects))
        self.assertIn("Nothing is run", " ".join(subjects))

    def test_an_alert_that_fails_does_not_keep_back_others(self):
        other = self.backend.copy({"name": "Other"})
        other.write({"state": "production", "alert_user_id": self.user.id})
        model = self.env.registry["connector.alert"]
        original = model._send_alert

        def send(alert, backends, is_new):
            if backends[0] == self.backend:
                raise ValueError("no recipient")
            return original(alert, backends, is_new)

        for backend in (self.backend, other):
            self.open_error("one", backend=backend, model_name=PARTNER)
        with patch.object(model, "_send_alert", send), mute_logger(CHECK_LOGGER):
            (subject,) = self.check()
        self.assertIn("Other", subject)
        (subject,) = self.check()
        self.assertIn("Shop", subject)

    def test_a_condition_has_one_row(self):
        self.open_error("one", model_name=PARTNER)
        self.check()
        alert = self.alerts.search([])
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            alert.copy()
            self.env.flush_all()

    def test_while_another_server_checks_nothing_is_sent(self):
        self.open_error("one", model_name=PARTNER)
        lock = "odoo.addons.connector.models.alert.check.pg_try_advisory_lock"
        with patch(lock, return_value=False):
            self.assertEqual(self.check(), [])
        self.assertEqual(len(self.check()), 1)

    def test_the_other_check_has_notified(self):
        self.open_error("one", model_name=PARTNER)
        model = self.env.registry["connector.alert"]
        error = psycopg2.errors.SerializationFailure("concurrent")
        with patch.object(model, "_compare", side_effect=error):
            with self.assertNoLogs(CHECK_LOGGER):
                self.alerts._check_backend(self.backend)

    def test_pages_check_where_the_scheduled_action_does_not(self):
        cron = self.env.ref(page_load.CRON)
        old = fields.Datetime.now() - timedelta(minutes=10)
        for lastcall, is_late in ((fields.Datetime.now(), False), (old, True)):
            self.env.cr.execute(
                "UPDATE ir_cron SET lastcall = %s, active = true WHERE id = %s",
                (lastcall, cron.id),
            )
            self.env.invalidate_all()
            self.assertEqual(self.alerts._is_cron_late(), is_late)
        page_load._looked_at[self.env.cr.dbname] = page_load.time.monotonic()
        self.assertFalse(self.alerts._check_if_late(), "another page has looked")
