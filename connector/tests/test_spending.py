# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests within a request budget: a real server, and the row in the database."""

import threading
import time
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exception import InvalidDataError, PartlyRead, RequestBudgetSpent
from ..http.budget.calls import RequestBudget
from ..http.budget.costs import CostBudget
from ..models import request_budget
from ..models.request_budget import BudgetStore
from .rest_common import PARTNER, RestCase
from .rest_server import Reply

SLEEP = time.sleep
TABLE = "connector_request_budget"


@tagged("post_install", "-at_install")
class TestSpending(RestCase):
    __test__ = True
    uses_request_budgets = True

    def setUp(self):
        super().setUp()
        self.set(_budget=RequestBudget(calls=3, seconds=60))
        self.addCleanup(self.delete_rows)
        self.server.reply = lambda request: Reply({"id": 1})
        self.slept = []
        self.enterContext(patch("time.sleep", self.slept.append))

    def delete_rows(self):
        with self.registry.cursor() as cr:
            cr.execute(f"DELETE FROM {TABLE}")

    def row(self):
        """Return the row that other transactions see."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["connector.request.budget"].search([]).read()[0]

    def send(self, count=1):
        for _call in range(count):
            self.adapter.read(1)

    def adapter_of_job(self, priority=20):
        """Return an adapter as a job has it."""
        job = self.enterContext(
            patch("odoo.addons.connector.models.request_budget.running_job")
        )
        job.return_value.priority = priority
        job.return_value.uuid = "a-uuid"
        job.return_value.model_name = PARTNER
        return self.work_on(PARTNER).component_by_name("test.rest.adapter")

    def test_without_a_budget_nothing_is_read_or_written(self):
        self.set(_budget=None)
        with (
            patch.object(request_budget, "BudgetStore") as store,
            patch.object(self.registry, "cursor") as cursor,
        ):
            self.send()
            self.adapter.session.budget.reserve(5)
            self.adapter.session.budget.correct(cost=3, available=2)
            self.adapter.session.budget.refused(1)
        self.assertFalse(store.called or cursor.called)

    def test_calls_are_counted_in_another_transaction(self):
        self.send(2)
        row = self.row()
        self.assertEqual((row["calls"], row["waits"], row["refused"]), (2, 0, 0))
        self.assertEqual(row["limit_text"], "3 calls per 60 s")
        self.assertEqual(
            (row["backend_id"], row["name"]), (self.backend.id, "requests")
        )

    def test_a_call_makes_two_queries(self):
        self.send()
        execute, queries = Cursor.execute, []

        def count(cr, query, *args, **kwargs):
            queries.append(query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(Cursor, "execute", count):
            self.adapter.session.budget.reserve()
        self.assertEqual(len(queries), 2, queries)

    def test_a_user_gets_an_error_in_words(self):
        self.send(3)
        with self.assertRaisesRegex(
            RequestBudgetSpent,
            r"Waits for the request budget of .* \(3 calls per 60 s\) until .* UTC",
        ):
            self.send()
        self.assertEqual(len(self.server.requests), 3)
        self.assertEqual(self.row()["postponed"], 1)

    def test_a_near_slot_is_waited_for(self):
        self.set(_budget=RequestBudget(calls=3, seconds=0.4))
        with patch("time.sleep", SLEEP):
            self.send(6)
        row = self.row()
        self.assertEqual(row["calls"], 6)
        self.assertTrue(row["waits"] and row["wait_seconds"] > 0.1)

    def test_a_postponed_job_does_not_pause_the_backend(self):
        adapter = self.adapter_of_job()
        self.set(_budget=RequestBudget(calls=1, seconds=60))
        with self.assertRaises(PartlyRead) as caught:
            adapter.read_many([1, 2])
        error = caught.exception
        self.assertTrue(error.ignore_retry and 50 < error.seconds < 70)
        pauses = self.env["connector.backend.pause"]
        pauses._note(self.backend, error)
        self.assertIsNone(pauses._find(self.backend))

    def test_urgent_jobs_find_what_bulk_jobs_leave(self):
        self.set(_budget=CostBudget(points=10, restore_per_second=0.01))
        bulk = self.adapter_of_job()
        with self.assertRaises(RequestBudgetSpent):
            for _call in range(10):
                bulk.read(1)
        self.assertEqual(len(self.server.requests), 8)
        urgent = self.adapter_of_job(priority=3)
        urgent.read(1)
        self.adapter.read(1)
        with self.assertRaises(RequestBudgetSpent):
            urgent.read(1)

    def test_a_refused_call_is_sent_again_after_the_wait(self):
        replies = [Reply("slow", 429, {"Retry-After": "4"}), Reply({"id": 1})]
        self.server.reply = lambda request: replies.pop(0)
        with self.assertRaises(RequestBudgetSpent):
            # time stands still: the budget is blocked after each sleep
            self.send()
        self.assertAlmostEqual(self.slept[0], 4, delta=0.5)
        self.assertEqual(self.row()["refused"], 1)
        other = self.adapter_of_job()
        with self.assertRaises(RequestBudgetSpent):
            other.read(1)
        self.assertEqual(len(replies), 1)
        self.assertIsNone(self.env["connector.backend.pause"]._find(self.backend))

    def test_a_long_block_postpones_all_jobs(self):
        self.server.reply = lambda r: Reply("slow", 429, {"Retry-After": "600"})
        with self.assertRaises(RequestBudgetSpent) as caught:
            self.send()
        self.assertGreater(caught.exception.seconds, 500)
        with self.assertRaises(RequestBudgetSpent):
            self.adapter_of_job(priority=3).read(1)
        self.assertEqual(len(self.server.requests), 1)

    def test_headers_report_foreign_calls(self):
        limits = {"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "0"}
        self.server.reply = lambda request: Reply({"id": 1}, 200, limits)
        self.send()
        with self.assertRaises(RequestBudgetSpent):
            self.send()
        self.assertEqual(len(self.server.requests), 1)

    def test_the_limit_of_another_window_blocks_when_nothing_remains(self):
        limits = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "7",
            "X-RateLimit-Reset": "900",
        }
        self.server.reply = lambda request: Reply({"id": 1}, 200, limits)
        self.send(2)
        limits["X-RateLimit-Remaining"] = "0"
        self.send()
        with self.assertRaises(RequestBudgetSpent) as caught:
            self.send()
        self.assertGreater(caught.exception.seconds, 800)

    def test_costs_are_corrected(self):
        self.set(_budget=CostBudget(points=100, restore_per_second=0.01))
        session = self.adapter.session
        session.call("POST", "/graphql", json={}, cost=90)
        session.budget.correct(cost=20, available=80)
        session.call("POST", "/graphql", json={}, cost=75)
        with self.assertRaises(RequestBudgetSpent):
            session.call("POST", "/graphql", json={}, cost=10)
        self.assertAlmostEqual(self.row()["points"], 95)
        with self.assertRaisesRegex(InvalidDataError, "ask for fewer records"):
            session.call("POST", "/graphql", json={}, cost=101)

    def test_a_budget_of_calls_counts_calls_whatever_they_cost(self):
        session = self.adapter.session
        for _call in range(3):
            session.call("POST", "/graphql", json={}, cost=90)
            session.budget.correct(cost=20, available=0)
        row = self.row()
        self.assertEqual((row["calls"], row["points"]), (3, 3))

    def test_redirects_are_counted(self):
        found = Reply({"id": 1})
        moved = Reply(None, 301, {"Location": "/partners/1/"})
        self.server.reply = lambda r: found if r.path.endswith("/") else moved
        self.send()
        self.assertEqual(self.row()["calls"], 2)

    def test_backends_of_one_account_share_a_budget(self):
        self.set(_budget_account=lambda adapter: "acme")
        self.send(2)
        self.backend = self.backend.copy({"name": "Other"})
        adapter = self.work_on(PARTNER).component_by_name("test.rest.adapter")
        adapter.read(1)
        with self.assertRaisesRegex(RequestBudgetSpent, "budget of acme"):
            adapter.read(1)

    def test_a_person_lowers_the_share(self):
        self.send()
        with self.registry.cursor() as cr:
            cr.execute(f"UPDATE {TABLE} SET share = 67")
        self.send()
        with self.assertRaises(RequestBudgetSpent):
            self.send()

    def test_users_change_the_share_only(self):
        budgets = self.env["connector.request.budget"]
        row = budgets.create({"backend_model": "a", "backend_id": 1, "name": "b"})
        manager = self.env.ref("base.user_admin")
        manager.group_ids |= self.env.ref("connector.group_connector_manager")
        row = row.with_user(manager)
        row.share = 50
        for values in ({"name": "c"}, {"share": 40, "calls": 0}):
            with self.assertRaisesRegex(AccessError, "Only the share"):
                row.write(values)
        with self.assertRaises(AccessError):
            row.read(["usage"])

    @mute_logger("odoo.addons.connector.http.budget.spending")
    def test_a_locked_row_postpones_jobs_and_lets_users_pass(self):
        self.send()
        self.enterContext(patch.object(request_budget, "LOCK_TIMEOUT", "50ms"))
        with self.registry.cursor() as cr:
            cr.execute(f"SELECT 1 FROM {TABLE} FOR UPDATE")
            self.send(3)
            with self.assertRaisesRegex(RequestBudgetSpent, "cannot be read now"):
                self.adapter_of_job().read(1)
        self.assertEqual(len(self.server.requests), 4)

    def test_a_missing_table_is_logged_and_sends_without_a_budget(self):
        adapter = self.adapter_of_job()
        with (
            patch.object(
                BudgetStore, "_find", side_effect=psycopg2.errors.UndefinedTable
            ),
            self.assertLogs("odoo.addons.connector.http.budget.spending") as logs,
        ):
            adapter.read(1)
        self.assertIn("upgrade the addon connector", logs.output[0])
        self.assertEqual(len(self.server.requests), 1)

    def test_the_counters_start_again(self):
        self.send()
        with self.registry.cursor() as cr:
            cr.execute(f"UPDATE {TABLE} SET calls = {2**31 - 2}")
        self.send()
        self.assertEqual(self.row()["calls"], 0)

    def test_workers_take_turns(self):
        self.set(_budget=RequestBudget(calls=1000, seconds=60))
        store = BudgetStore(self.adapter._budget, self.backend, None)

        def count():
            for _call in range(25):
                store.update(lambda b, u, now: (b.charge(u, now, 1), 1), self.calls)

        threads = [threading.Thread(target=count) for _worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.row()["calls"], 100)
        total = store.update(
            lambda b, u, now: (u, sum(cost for _at, cost in u.spent)), lambda _t: {}
        )
        self.assertEqual(total, 100)

    @staticmethod
    def calls(result):
        return {"calls": result}
