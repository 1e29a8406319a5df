# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The health of a backend in its form."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..jobs.causes import CONNECTION
from ..models.health import ERROR, Condition
from .backend_form_case import BackendFormCase
from .test_backend_form import PARTNER


@tagged("post_install", "-at_install")
class TestBackendHealth(BackendFormCase):
    """The state in words, and the banner with the button that helps."""

    def described(self):
        self.env.invalidate_all()
        return self.backend.health_status, self.backend.health_text

    def banner(self, user=None):
        self.env.invalidate_all()
        return [
            (line["level"], line["button"] and line["button"]["label"])
            for line in self.backend.with_user(user or self.manager).banner or ()
        ]

    def test_a_backend_without_problems_is_described_by_its_state(self):
        for state, status, text in (
            ("draft", "off", "Not connected yet"),
            ("checked", "off", "Connected, not active"),
            ("production", "ok", "Working"),
            ("paused", "off", "Paused"),
        ):
            self.backend.state = state
            self.assertEqual(self.described(), (status, text))

    def test_a_failing_backend_is_described_by_the_worst(self):
        self.open_error("record 1", model_name=PARTNER)
        status, text = self.described()
        self.assertEqual(status, "error")
        self.assertRegex(text, "Bad.* since ")
        self.open_error("record 2", model_name=PARTNER, cause=CONNECTION)
        self.assertIn("(and 1 more)", self.described()[1])
        self.assertEqual(self.banner(), [])  # a number above the form shows it

    def test_a_refused_connection_has_a_banner_with_the_test(self):
        with self.assertLogs("odoo.addons.connector", "ERROR"):
            self.backend._stop_schedule("401 Unauthorized")
        self.assertEqual(self.banner(), [("danger", "Test connection")])
        self.assertIn("401 Unauthorized", str(self.backend.banner))
        self.assertEqual(self.banner(self.operator), [("danger", None)])
        self.backend.button_check_connection()
        self.assertEqual(self.banner(), [])

    def test_an_overdue_schedule_has_a_banner_with_the_import(self):
        self.backend.write(
            {
                "import_interval_minutes": 15,
                "next_import_at": fields.Datetime.now() - timedelta(hours=2),
            }
        )
        self.assertEqual(self.banner(), [("danger", "Import changes")])

    def test_an_automatic_pause_has_a_banner(self):
        with self.assertLogs("odoo.addons.connector", "WARNING"):
            self.backend._pause("The user is archived.")
        self.assertEqual(self.banner(), [("danger", "Resume")])

    def test_a_job_runner_that_is_down_concerns_active_backends(self):
        self.of_database.append(
            Condition("runner", ERROR, None, None, "runner", "No job runner answers.")
        )
        self.assertEqual(self.described(), ("error", "No job runner answers."))
        self.assertEqual(self.banner(), [("danger", None)])
        self.backend.state = "checked"
        self.assertEqual(self.described(), ("off", "Connected, not active"))

    def test_a_pause_by_a_person_is_information(self):
        self.backend.button_pause()
        self.assertEqual(self.banner(), [("info", None)])

    def test_a_copy_of_the_database_says_so(self):
        self.backend.activated_database = "elsewhere"
        self.assertEqual(self.described()[0], "warning")
        self.assertEqual(self.banner(), [("warning", "Reset to draft")])

    def test_many_backends_need_no_more_queries(self):
        def count(backends):
            self.env.flush_all()
            self.env.invalidate_all()
            backends.mapped("name")
            before = self.env.cr.sql_log_count
            backends.mapped("health_text")
            return self.env.cr.sql_log_count - before

        copies = self.backend
        for number in range(5):
            copies |= self.backend.copy({"name": f"Copy {number}"})
        count(copies)
        self.assertLessEqual(count(copies), count(self.backend) + 5)
