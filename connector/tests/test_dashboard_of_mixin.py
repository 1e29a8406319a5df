# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The dashboard of backends with states, and buttons of bindings."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.health import Condition
from .export_common import ExportCase
from .test_dashboard import OPERATOR, DashboardMixin
from .test_sync_run import SyncRunCase

MANAGER = "base.group_user,connector.group_connector_manager"


@tagged("post_install", "-at_install")
class TestDashboardOfMixin(DashboardMixin, ExportCase):
    def setUp(self):
        super().setUp()
        self.backend.state = "production"

    def test_a_manager_imports_pauses_and_resumes(self):
        manager = new_test_user(self.env, "card manager", groups=MANAGER)
        self.assertEqual(
            self.card(user=manager)["buttons"],
            ["button_check_connection", "button_import_now", "button_pause"],
        )
        self.backend.button_pause()
        card = self.card(user=manager)
        self.assertEqual(card["buttons"], ["button_check_connection", "button_resume"])
        self.assertEqual((card["state"], card["backend_state"]), ("off", "paused"))
        self.assertIn("is paused", card["note"])

    def test_an_operator_has_no_buttons_of_managers(self):
        operator = new_test_user(self.env, "card operator", groups=OPERATOR)
        card = self.card(user=operator)
        self.assertEqual(card["buttons"], [])
        connectors = self.data(operator)["connectors"]
        self.assertFalse(any(each["can_create"] for each in connectors))

    def test_the_next_run_is_shown_while_the_schedule_runs(self):
        self.assertFalse(self.card()["has_schedule"])
        self.backend.write(
            {"import_interval_minutes": 5, "next_import_at": "2030-01-01 12:00:00"}
        )
        card = self.card()
        self.assertTrue(card["has_schedule"])
        self.assertEqual(card["next_run"], "2030-01-01 12:00:00")
        self.backend.button_pause()
        self.assertEqual(self.card()["next_run"], False)

    def test_a_job_runner_that_does_not_run_concerns_each_active_backend(self):
        self.of_database = (Condition("runner", "error", None, None, "runner", "Down"),)
        self.assertEqual(self.card()["state"], "error")
        self.assertEqual(self.card()["conditions"], [])
        data = self.data()
        self.assertEqual([each["text"] for each in data["conditions"]], ["Down"])
        self.backend.button_pause()
        self.assertEqual(self.card()["state"], "off")

    def test_a_refused_connection_is_what_a_card_says_first(self):
        self.assertEqual(self.card()["state"], "ok")
        self.env["connector.sync.error"]._note(
            self.backend._name,
            self.backend.id,
            "backend: connection",
            cause="connection",
            reason="ConnectionRefusedError: refused",
        )
        card = self.card()
        self.assertEqual(card["state"], "error")
        (condition,) = (c for c in card["conditions"] if c["kind"] == "connection")
        self.assertTrue(condition["can_test"])
        self.assertTrue(condition["since"])
        self.assertEqual(self.data()["band"]["attention"], 1)

    def test_a_question_asks_for_a_decision(self):
        run = self.env["connector.sync.run"]._start(
            self.backend, "test.export.partner", "removal"
        )
        run.question = "2 of 7 tags no longer exist"
        card = self.card()
        self.assertEqual(card["state"], "decision")
        band = self.data()["band"]
        self.assertEqual((band["decision"], band["conflict"]), (1, 0))
        self.assertEqual(self.opened(band["decision_link"]), run)

    def test_the_models_are_those_that_the_backend_names(self):
        names = {row["model"]: row["directions"] for row in self.card()["rows"]}
        for name in self.backend._imported_models():
            self.assertEqual(names[name], ["import", "export"])


@tagged("post_install", "-at_install")
class TestBindingButtons(SyncRunCase):
    __test__ = True

    def test_synchronize_imports_the_record_again_in_a_job(self):
        binding = self.bindings[:1]
        with self.trap_jobs() as trap:
            notification = binding.button_synchronize()
        trap.assert_jobs_count(1, only=self.env["test.res.partner"].import_record)
        self.assertIn(binding.display_name, notification["params"]["message"])

    def test_a_backend_without_pages_says_so(self):
        with self.assertRaisesRegex(UserError, "no page to open"):
            self.bindings[:1].button_open_in_backend()

    def test_a_user_without_write_access_may_not_synchronize(self):
        user = new_test_user(self.env, "binding user")
        with self.assertRaises(AccessError):
            self.bindings[:1].with_user(user).button_synchronize()
