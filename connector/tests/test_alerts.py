# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Users get one message when a problem begins, and one when it is over."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..jobs.causes import CONNECTION, REFUSED, SCHEDULE
from ..jobs.subject import subject_of_backend
from ..models.alert.alert import MAX_QUIET, QUIET
from ..models.health import Condition
from .test_health import PARTNER, HealthCase


class AlertCase(HealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "alerted",
            groups="base.group_user,connector.group_connector_operator",
            email="alerted@example.com",
        )

    def setUp(self):
        super().setUp()
        self.env["connector.alert"].search([]).unlink()
        self.alerts = self.env["connector.alert"]
        self.backend.write({"name": "Shop", "alert_user_id": self.user.id})
        # Conditions of the database depend on the machine of the tests.
        self.of_database = []
        self.patch(
            self.env.registry["connector.health"],
            "_find_database_conditions",
            lambda health, backends: list(self.of_database),
        )
        # A test case would send them, and delete them.
        self.patch(
            self.env.registry["mail.mail"], "send_after_commit", lambda mail: None
        )
        self.errors = self.env["connector.sync.error"]

    def check(self):
        """Run the scheduled action; return the subjects of the mails that it sends."""
        mails = self.env["mail.mail"]
        last = mails.search([], order="id desc", limit=1).id or 0
        self.alerts._check()
        return mails.search([("id", ">", last)], order="id").mapped("subject")

    def wait(self, duration=QUIET):
        """Let time pass: move the times of the alerts."""
        for alert in self.alerts.search([]):
            for name in ("absent_since", "closed_at"):
                if alert[name]:
                    alert[name] -= duration

    def check_until_quiet(self):
        """Return the subjects of the mails about the end of a problem."""
        subjects = self.check()
        self.wait()
        return subjects + self.check()

    def heal(self):
        self.errors.search([("backend_id", "=", self.backend.id)])._resolve()

    def activities(self):
        return self.env["mail.activity"].search([("user_id", "=", self.user.id)])

    def last_mail(self):
        return self.env["mail.mail"].search([], order="id desc", limit=1)


@tagged("post_install", "-at_install")
class TestMessages(AlertCase):
    def test_a_fault_that_repeats_sends_one_message_and_one_at_its_end(self):
        subject = subject_of_backend(CONNECTION)
        sent = []
        for _ in range(20):
            self.open_error(subject, cause=CONNECTION)
            sent += self.check()
        self.assertEqual(len(sent), 1, sent)
        self.assertRegex(sent[0], r"^Shop: .+ since \d+:\d\d")
        self.heal()
        (over,) = self.check_until_quiet()
        self.assertIn("Shop works again since", over)
        self.assertEqual(self.check_until_quiet(), [])
        self.assertEqual(self.alerts.search([]).state, "closed")

    def test_the_mail_says_where_and_why_as_text(self):
        self.open_error("one", model_name=PARTNER, record_name="<b>Blocks</b>")
        self.check()
        body = self.last_mail().body_html
        for text in ("Shop", "Bad", "&lt;b&gt;Blocks", f"/{self.backend._name}/"):
            self.assertIn(text, body)
        self.assertNotIn("<b>Blocks", body)
        self.assertEqual(self.last_mail().recipient_ids, self.user.partner_id)

    def test_a_returning_fault_is_damped(self):
        subject = subject_of_backend(CONNECTION)
        sent = []
        for _ in range(10):
            self.open_error(subject, cause=CONNECTION)
            sent += self.check()
            self.wait(timedelta(minutes=1))
            self.heal()
            sent += self.check()
            self.wait(timedelta(minutes=1))
        self.assertEqual(len(sent), 1, sent)
        alert = self.alerts.search([])
        self.assertEqual(alert.return_count, 9)
        self.assertEqual(alert._quiet_time(), MAX_QUIET)
        self.wait(MAX_QUIET)
        self.assertEqual(len(self.check()), 1)

    def test_a_fault_after_the_end_of_another_sends_an_alert(self):
        for _ in range(2):
            self.open_error(subject_of_backend(CONNECTION), cause=CONNECTION)
            self.assertEqual(len(self.check()), 1)
            self.heal()
            self.check()
            self.wait(MAX_QUIET)
            self.assertEqual(len(self.check()), 1)
        self.assertEqual(len(self.alerts.search([])), 1)

    def test_many_records_send_another_alert(self):
        self.backend.alert_failures = 3
        sent = []
        for number in range(6):
            self.open_error(f"record {number}", model_name=PARTNER)
            sent.append(len(self.check()))
        self.assertEqual(sent, [1, 0, 1, 0, 0, 0])
        self.assertLessEqual(len(self.activities()), 1)

    def test_many_records_in_the_beginning_send_one_alert(self):
        self.backend.alert_failures = 3
        for number in range(6):
            self.open_error(f"record {number}", model_name=PARTNER)
        self.assertEqual(len(self.check()), 1)
        self.assertEqual(self.check(), [])

    def test_ignored_errors_send_nothing(self):
        self.open_error("one", model_name=PARTNER)
        self.assertEqual(len(self.check()), 1)
        self.errors.search([("subject", "=", "one")]).state = "ignored"
        self.env.flush_all()
        self.assertEqual(self.check_until_quiet(), [])
        self.assertEqual(self.alerts.search([]).state, "closed")

    def test_an_error_that_is_retried_is_not_over(self):
        self.open_error("one", model_name=PARTNER)
        self.check()
        self.errors.search([("subject", "=", "one")]).state = "retrying"
        self.assertEqual(self.check_until_quiet(), [])
        self.assertEqual(self.alerts.search([]).state, "open")

    def test_each_kind_sends_one_message_and_one_at_its_end(self):
        causes = {
            "connection": CONNECTION,
            "refused": REFUSED,
            "error": SCHEDULE,
        }
        for kind, cause in causes.items():
            with self.subTest(kind=kind):
                self.open_error(subject_of_backend(cause), cause=cause)
                self.assertEqual(len(self.check()), 1)
                self.assertEqual(self.alerts.search([], limit=1).kind, kind)
                self.heal()
                self.assertEqual(len(self.check_until_quiet()), 1)

    def test_a_decision_sends_one_message_and_one_at_its_end(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "removal")
        run._ask("Remove 5 of 10?")
        self.assertEqual(len(self.check()), 1)
        run.question = False
        self.assertEqual(len(self.check_until_quiet()), 1)

    def test_a_conflict_sends_one_message_and_one_at_its_end(self):
        edit = self.env["connector.unconfirmed.field"].create(
            {
                "model_name": PARTNER,
                "binding_id": self.make_binding().id,
                "name": "name",
                "in_conflict": True,
                "edited_at": fields.Datetime.now(),
            }
        )
        self.assertEqual(len(self.check()), 1)
        edit.in_conflict = False
        self.env.flush_all()
        self.assertEqual(len(self.check_until_quiet()), 1)

    def test_an_overdue_schedule_sends_one_message_and_one_at_its_end(self):
        late = fields.Datetime.now() - timedelta(hours=1)
        self.backend.write({"import_interval_minutes": 5, "next_import_at": late})
        (subject,) = self.check()
        self.assertIn("overdue", subject)
        self.backend.next_import_at = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual(len(self.check_until_quiet()), 1)

    def test_runner_and_cron_notify_each_responsible_user_once(self):
        other = self.backend.copy({"name": "Other"})
        other.write({"state": "production", "alert_user_id": self.user.id})
        for kind in ("runner", "cron"):
            with self.subTest(kind=kind):
                text = f"The {kind} does not run."
                condition = Condition(kind, "error", None, None, f"{kind}:x", text)
                self.of_database = [condition]
                (subject,) = self.check()
                self.assertIn(f"Connectors: The {kind} does not run since", subject)
                self.of_database = []
                self.assertEqual(len(self.check_until_quiet()), 1)

    def test_a_paused_backend_sends_only_why_it_was_paused(self):
        self.open_error("one", model_name=PARTNER)
        with mute_logger("odoo.addons.connector.models.backend_switch"):
            self.backend._pause("The token was revoked.")
        (subject,) = self.last_mail().mapped("subject")
        self.assertIn("The token was revoked", subject)
        self.assertEqual(self.check(), [])
        self.backend.button_resume()
        subjects = self.check()
        self.assertEqual(len(subjects), 1, "the failing record")
        self.wait()
        self.assertEqual(len(self.check()), 1, "it works again")
