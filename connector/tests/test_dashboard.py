# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.sync_overview import GRAPHED_RUNS
from .test_sync_run import SyncRunCase

MANAGER = "base.group_user,connector.group_connector_manager"
FIELDS = {
    "display_name": {},
    "backend_name": {},
    "state": {},
    "last_run_at": {},
    "created_count": {},
    "failed_count": {},
    "pending_job_count": {},
    "records_per_second": {},
    "is_live": {},
    "graph": {},
}


@tagged("post_install", "-at_install")
class TestDashboard(SyncRunCase):
    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs.search([]).unlink()
        cls.overviews = cls.env["connector.sync.overview"]

    def _done(self, run, **counts):
        run._set_found(sum(counts.values()))
        run._note_outcome(counts, time.time() - 1)
        return run

    def test_there_is_a_card_for_each_backend_and_model(self):
        other_backend = self.backend.copy({"name": "Other"})
        self._run()
        self._run()
        self._run(model_name="test.res.partner.category")
        self.runs._start(other_backend, "test.res.partner")
        self.assertEqual(
            self.overviews.search([]).mapped("display_name"),
            ["Test: Contact", "Test: Partner Tags", "Other: Contact"],
        )

    def test_a_card_shows_the_last_run(self):
        self._done(self._run(), created=5)
        self._done(self._run(), updated=1, unchanged=2)
        (card,) = self.overviews.search([])
        self.assertEqual(card.run_count, 2)
        self.assertEqual(
            (card.created_count, card.updated_count, card.unchanged_count), (0, 1, 2)
        )
        self.assertEqual(card.state, "done")
        self.assertFalse(card.is_live)

    def test_the_graph_shows_the_last_runs_oldest_first(self):
        for number in range(GRAPHED_RUNS + 2):
            self._done(self._run(), created=number)
        (card,) = self.overviews.search([])
        self.assertEqual(
            [bar["created"] for bar in card.graph], list(range(2, GRAPHED_RUNS + 2))
        )
        self.assertEqual(card.graph[-1]["id"], card.last_run_id.id)

    def test_jobs_of_the_backend_count_whether_or_not_they_have_a_run(self):
        run = self._done(self._run(), created=1)
        pending = self._job(run)
        failed = self._job(run, "failed", external_id=2)
        self._job(run, "done", external_id=3)
        uuid = self.bindings[:1].with_delay().export_record().uuid
        export = self.env["queue.job"].search([("uuid", "=", uuid)])
        (card,) = self.overviews.search([])
        self.assertEqual((card.pending_job_count, card.failed_job_count), (2, 1))
        self.assertTrue(card.is_live)
        self.assertEqual(
            self._opened(card.action_open_pending_jobs()), pending + export
        )
        self.assertEqual(self._opened(card.action_open_failed_jobs()), failed)

    def test_a_job_that_failed_before_there_was_a_run_is_shown(self):
        known = self._done(self._run(model_name="test.res.country"), created=1)
        model = self.env["test.res.partner"]
        failed = self.env["queue.job"]
        for state in ("failed", "failed", "done"):
            uuid = model.with_delay().import_changes(self.backend).uuid
            job = failed.search([("uuid", "=", uuid)])
            job.state = state
            failed |= job.filtered(lambda each: each.state == "failed")
        self.env.flush_all()
        self.env.invalidate_all()
        card = self.overviews.search([("last_run_id", "=", False)])
        self.assertEqual(card.display_name, "Test: Contact")
        self.assertEqual((card.failed_job_count, card.run_count), (2, 0))
        self.assertFalse(card.graph or card.is_live)
        self.assertEqual(self._opened(card.action_open_failed_jobs()), failed)
        (read,) = card.read(FIELDS)
        self.assertFalse(read["state"])
        # once there is a run, its card shows them
        self._run()
        cards = self.overviews.search([])
        self.assertEqual(
            {each.model_name: each.failed_job_count for each in cards},
            {known.model_name: 0, "test.res.partner": 2},
        )

    def test_jobs_of_another_backend_are_not_counted(self):
        other_backend = self.backend.copy({"name": "Other"})
        self._done(self._run(), created=1)
        self.env["test.res.partner"].with_delay().import_record(other_backend, 1)
        self.assertEqual(self.overviews.search([]).pending_job_count, 0)

    def test_numbers_open_what_they_count(self):
        run = self._run(found=1)
        binding = self.bindings[:1]
        run._note_outcome({"created": 1}, time.time(), {"created": binding.ids})
        (card,) = self.overviews.search([])
        action = card.with_context(connector_outcome="created").action_open_records()
        self.assertEqual(self._opened(action), binding.odoo_id)
        self.assertEqual(self._opened(card.action_open_runs()), run)
        self.assertEqual(card.action_open_last_run()["res_id"], run.id)

    def test_the_dashboard_takes_a_constant_number_of_queries(self):
        for _ in range(2):
            self._done(self._run(), created=1)
        few = self._count_queries()
        for model_name in ("test.res.partner.category", "test.res.country"):
            for _ in range(5):
                run = self._done(self._run(model_name=model_name), created=1)
                self._job(run)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        self.env.flush_all()
        self.env.registry.clear_cache()
        self.overviews.web_search_read([], FIELDS)  # names of models are remembered
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.overviews.web_search_read([], FIELDS)
        return self.cr.sql_log_count - before

    def test_only_a_manager_sees_the_dashboard(self):
        self._job(self._done(self._run(), created=1))
        manager = new_test_user(self.env, "dashboard manager", groups=MANAGER)
        user = new_test_user(self.env, "dashboard user")
        (card,) = self.overviews.with_user(manager).web_search_read([], FIELDS)[
            "records"
        ]
        self.assertEqual(card["pending_job_count"], 1)
        self.assertTrue(card["graph"])
        with self.assertRaises(AccessError):
            self.overviews.with_user(user).web_search_read([], FIELDS)
        with self.assertRaises(AccessError):
            self.overviews.with_user(manager).search([]).unlink()

    def test_only_a_manager_has_the_menu(self):
        menu = self.env.ref("connector.menu_connector_dashboard")
        manager = new_test_user(self.env, "menu manager", groups=MANAGER)
        user = new_test_user(self.env, "menu user")
        menus = self.env["ir.ui.menu"]
        self.assertIn(menu.id, menus.with_user(manager)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(user)._visible_menu_ids())


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
