# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.dashboard_models import find_parents, find_root
from ..models.dashboard_numbers import HOURS
from .test_sync_run import SyncRunCase

OPERATOR = "base.group_user,connector.group_connector_operator"
CONTACT, TAG, BANK = (
    "test.res.partner",
    "test.res.partner.category",
    "test.res.partner.bank",
)


class DashboardMixin:
    #: conditions of the whole database: where tests run, no job runner does
    of_database: tuple = ()

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.registry["connector.health"],
                "_find_database_conditions",
                lambda health, backends: list(self.of_database),
            )
        )

    def data(self, user=None):
        self.env.flush_all()
        dashboards = self.env["connector.dashboard"]
        return (dashboards.with_user(user) if user else dashboards).get_data()

    def card(self, backend=None, user=None):
        """Return the card of a backend; None if it has none."""
        backend = self.backend if backend is None else backend
        card_id = f"{backend._name},{backend.id}"
        cards = [each for each in self.data(user)["cards"] if each["id"] == card_id]
        return cards[0] if cards else None

    def row(self, model_name):
        rows = self.card()["rows"]
        return next(row for row in rows if row["model"] == model_name)

    def note_error(self, model_name=CONTACT, external_id="1", **values):
        self.env["connector.sync.error"]._note(
            self.backend._name,
            self.backend.id,
            f"{model_name} {external_id}",
            **{
                "model_name": model_name,
                "external_id": external_id,
                "direction": "import",
                "cause": "data",
                "reason": "No unit",
                **values,
            },
        )

    def opened(self, link):
        """Return the records that a link opens."""
        action = link.get("action") or self.env["ir.actions.act_window"]._for_xml_id(
            link["xmlid"]
        )
        records = self.env[action["res_model"]]
        return records.search(link.get("domain") or action["domain"])


@tagged("post_install", "-at_install")
class TestDashboard(DashboardMixin, SyncRunCase):
    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs.search([]).unlink()
        cls.env["connector.sync.rollup"].search([]).unlink()
        cls.env["connector.sync.error"].search([]).unlink()

    def _done(self, model_name=CONTACT, direction="import", ago=0, **counts):
        """Return a run whose only job ended some seconds ago."""
        run = self.runs._start(self.backend, model_name, direction)
        run._set_found(sum(counts.values()))
        with patch.object(time, "time", return_value=time.time() - ago):
            run._note_outcome(counts, time.time() - 1)
        return run

    # -- cards ------------------------------------------------------------------

    def test_each_backend_has_a_card_by_name(self):
        self.backend.copy({"name": "another"})
        names = [card["name"] for card in self.data()["cards"]]
        self.assertIn("Test", names)
        self.assertLess(names.index("another"), names.index("Test"))

    def test_a_backend_without_states_has_no_buttons_and_no_schedule(self):
        card = self.card()
        self.assertEqual((card["buttons"], card["next_run"]), ([], False))
        self.assertEqual(card["state"], "ok")

    def test_a_backend_with_a_state_of_its_connector_has_no_schedule(self):
        self.assertEqual(self.backend.state, "production")
        health = self.env["connector.health"]
        self.assertEqual(health._find_conditions(self.backend), [])
        self.assertIsNone(health._next_run(self.backend))
        card_id = f"{self.backend._name},{self.backend.id}"
        reported = [
            each
            for each in health._report()["backends"]
            if f"{each['model']},{each['id']}" == card_id
        ]
        self.assertEqual([each["state"] for each in reported], ["production"])

    def test_a_connector_that_fails_has_a_card_that_says_so(self):
        other = self.env["test.export.backend"].create({"name": "Other", "folder": "x"})
        with (
            patch.object(type(other), "_imported_models", side_effect=KeyError("typo")),
            self.assertLogs("odoo.addons.connector.models.dashboard", "ERROR"),
        ):
            card = self.card(other)
            self.assertEqual(self.card()["name"], "Test")
        self.assertEqual((card["state"], card["name"]), ("error", "Other"))
        self.assertIn("KeyError: 'typo'", card["note"])

    def test_errors_of_an_uninstalled_connector_are_shown(self):
        self.note_error()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_error SET backend_model = 'lost.backend'"
        )
        self.env.invalidate_all()
        (card,) = (c for c in self.data()["cards"] if not c["is_installed"])
        self.assertEqual((card["state"], card["failing"]), ("error", 1))
        self.assertIn("not installed", card["note"])
        self.assertEqual(len(self.opened(card["errors_link"])), 1)

    # -- numbers ----------------------------------------------------------------

    def test_open_errors_are_counted_where_their_link_leads(self):
        self.note_error()
        self.note_error(external_id="2")
        self.note_error(TAG)
        self.note_error(external_id="3", state="resolved")
        self.note_error(external_id="4", state="ignored")
        data = self.data()
        self.assertEqual(data["band"]["failing"], 3)
        self.assertEqual(len(self.opened(data["band"]["failing_link"])), 3)
        self.assertEqual(self.card()["failing"], 3)
        row = self.row(CONTACT)
        self.assertEqual(row["failing"], 2)
        self.assertEqual(len(self.opened(row["errors_link"])), 2)

    def test_jobs_are_counted_by_their_state(self):
        run = self._run(found=3)
        for number, state in enumerate(("pending", "enqueued", "started", "done")):
            self._job(run, state, external_id=number)
        parked = self._job(run, "pending", external_id=7)
        parked.eta = fields.Datetime.now() + timedelta(hours=1)
        card = self.card()
        self.assertEqual((card["waiting"], card["running"]), (3, 1))
        self.assertEqual(card["state"], "running")
        self.assertEqual(len(self.opened(card["jobs_link"])), 4)
        self.assertTrue(card["oldest"])
        self.assertTrue(self.data()["is_live"])
        self.assertEqual(self.row(CONTACT)["waiting"], 3)

    def test_a_backend_whose_jobs_wait_for_later_is_not_live(self):
        job = self._job(self._run(found=1), "pending")
        job.eta = fields.Datetime.now() + timedelta(hours=1)
        card = self.card()
        self.assertEqual((card["waiting"], card["state"]), (1, "ok"))
        self.assertFalse(self.data()["is_live"])

    def test_the_last_success_is_an_outcome_or_a_search(self):
        self.assertFalse(self.card()["last_success"])
        self._done(created=1, ago=3600)
        self._done(failed=1)
        outcome = datetime.fromisoformat(self.card()["last_success"])
        self.assertAlmostEqual(
            (fields.Datetime.now() - outcome).total_seconds(), 3600, delta=5
        )
        cursor = self.env["connector.cursor"]._ensure(self.backend, CONTACT)
        cursor._remember({}, fields.Datetime.now())
        self.assertGreater(datetime.fromisoformat(self.card()["last_success"]), outcome)

    def test_a_row_shows_its_last_change(self):
        self._done(updated=1, ago=7200)
        self._done(unchanged=5)
        changed = datetime.fromisoformat(self.row(CONTACT)["changed_at"])
        self.assertAlmostEqual(
            (fields.Datetime.now() - changed).total_seconds(), 7200, delta=5
        )
        self.assertEqual(self.row(CONTACT)["directions"], ["import"])
        self.assertFalse(self.row(TAG)["changed_at"])

    def test_the_hours_sum_up_imports_and_exports(self):
        self._done(created=2, updated=1, unchanged=5, failed=4)
        self._done(direction="export", updated=7)
        self._done(direction="dry_run", created=100)
        self._done(created=50, ago=30 * 3600)
        hours = self.card()["hours"]
        self.assertEqual(len(hours), HOURS)
        self.assertEqual(hours[-1]["import"], [3, 5, 4])
        self.assertEqual(hours[-1]["export"], [7, 0, 0])
        self.assertEqual(sum(hour["import"][0] for hour in hours), 3)

    def test_the_hours_are_those_of_the_time_zone_of_the_user(self):
        self.env.user.tz = "Asia/Kathmandu"  # 5:45 hours before UTC
        last = datetime.fromisoformat(self.card()["hours"][-1]["at"])
        self.assertEqual(last.minute, 15)
        self.assertLess(fields.Datetime.now() - last, timedelta(hours=1))

    def test_an_outcome_of_a_clock_that_is_ahead_counts_in_the_last_hour(self):
        self._done(created=1, ago=-2 * 3600)
        self.assertEqual(self.card()["hours"][-1]["import"][0], 1)

    # -- sub-models ---------------------------------------------------------------

    def test_sub_models_are_folded_into_the_model_that_owns_them(self):
        self.note_error(BANK)
        self.note_error(CONTACT)
        self._done(CONTACT, created=1, ago=7200)
        self._done(BANK, created=1)
        card = self.card()
        self.assertNotIn(BANK, [row["model"] for row in card["rows"]])
        row = self.row(CONTACT)
        self.assertEqual([part["model"] for part in row["rows"]], [CONTACT, BANK])
        self.assertEqual(row["failing"], 2)
        self.assertEqual(len(self.opened(row["errors_link"])), 2)
        own, bank = row["rows"]
        self.assertEqual((own["failing"], bank["failing"]), (1, 1))
        self.assertEqual(row["changed_at"], bank["changed_at"])
        self.assertLess(own["changed_at"], bank["changed_at"])
        ids = [row["id"], own["id"], bank["id"]]
        self.assertEqual(len(set(ids)), 3)

    def test_a_model_that_may_exist_alone_is_not_folded(self):
        self.assertEqual(find_parents(self.env, [TAG, CONTACT]), {})
        self.assertEqual(find_parents(self.env, [BANK]), {})
        self.assertEqual(find_parents(self.env, ["no.such.model", CONTACT]), {})

    def test_models_that_own_each_other_end_the_search(self):
        self.assertEqual(find_root("a", {"a": "b", "b": "c"}), "c")
        self.assertIn(find_root("a", {"a": "b", "b": "a"}), "ab")

    # -- rights -------------------------------------------------------------------

    def test_only_operators_see_the_dashboard(self):
        user = new_test_user(self.env, "dashboard user")
        operator = new_test_user(self.env, "dashboard operator", groups=OPERATOR)
        with self.assertRaises(AccessError):
            self.data(user)
        self.assertTrue(self.data(operator)["band"])

    def test_only_operators_have_the_menu(self):
        menu = self.env.ref("connector.menu_connector_dashboard")
        operator = new_test_user(self.env, "menu operator", groups=OPERATOR)
        user = new_test_user(self.env, "menu user")
        menus = self.env["ir.ui.menu"]
        self.assertIn(menu.id, menus.with_user(operator)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(user)._visible_menu_ids())

    def test_a_new_backend_takes_no_more_queries(self):
        self._done(created=1)
        self.note_error()
        self.backend.copy({"name": "Backend without errors"})
        few = self._count_queries()
        for number in range(5):
            backend = self.backend.copy({"name": f"Backend {number}"})
            for model_name in (CONTACT, TAG):
                run = self.runs._start(backend, model_name)
                run._note_outcome({"created": 1}, time.time())
            self._job(run, external_id=number)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        self.data()  # names of models are remembered
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.data()
        return self.cr.sql_log_count - before
