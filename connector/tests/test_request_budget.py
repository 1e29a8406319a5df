# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arithmetic of request budgets, in simulated time."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from odoo.tests.common import BaseCase

from ..http.budget.calls import RequestBudget
from ..http.budget.costs import CostBudget
from ..http.budget.usage import Ask, Usage
from .budget_simulation import BucketServer, Simulation, WindowServer
from .fuzz import SHORT, check

#: it says what remains
FREE = Ask(cost=0, is_urgent=True)
JOBS = {"a": (100, 20), "b": (100, 20), "c": (100, 20)}
STEPS = st.lists(
    st.tuples(st.floats(0, 3), st.booleans(), st.booleans(), st.integers(1, 3)),
    max_size=30,
)


def claims(budget, steps):
    """Yield (time, cost) of the calls that are granted, in the order of their times."""
    usage, now, waiting = Usage(), 1000.0, []
    for pause, is_urgent, is_new, cost in steps:
        now += pause
        ask = Ask(cost=cost, is_urgent=is_urgent, is_new=is_new)
        usage, verdict = budget.claim(usage, now, ask)
        waiting.append((now, ask, verdict))
    while waiting:
        waiting.sort(key=lambda each: each[0] + each[2].wait)
        asked, ask, verdict = waiting.pop(0)
        if verdict.refused_for is not None:
            continue
        if verdict.is_granted:
            yield asked + verdict.delay, ask.cost
            continue
        now = max(now, asked + verdict.wait)
        ask = replace(ask, claimed_at=verdict.counted_at)
        usage, verdict = budget.start(usage, now, ask)
        waiting.append((now, ask, verdict))


class TestBudgets(BaseCase):
    def test_a_window_has_never_more_calls_than_the_limit(self):
        for budget in (RequestBudget(5, 1), RequestBudget(110, 10)):
            budgets = st.just(budget)
            check(SHORT // 4, budgets, STEPS)(self.check_window)

    @staticmethod
    def check_window(budget, steps):
        """Check each window of the calls that the steps make."""
        granted = sorted(claims(budget, steps * max(1, budget.calls // 50)))
        for last, (end, _cost) in enumerate(granted):
            total = sum(
                cost for at, cost in granted[: last + 1] if at > end - budget.seconds
            )
            assert total <= budget.calls, (end, total)

    def test_a_bucket_is_never_empty_when_a_call_is_sent(self):
        budget = CostBudget(points=10, restore_per_second=2)

        def check_bucket(steps):
            level, before = budget.points, 0.0
            for at, cost in sorted(claims(budget, steps)):
                gained = (at - before) * budget.restore_per_second
                level, before = min(budget.points, level + gained) - cost, at
                assert level >= -1e-6, level

        check(SHORT // 6, STEPS)(check_bucket)

    def test_a_usage_is_stored_as_it_is(self):
        budget = RequestBudget(2, 1)
        usage = Usage()
        for _call in range(4):
            usage, _verdict = budget.claim(usage, 5.0, Ask(kind="a", is_new=True))
        usage = budget.block(usage, 5.0, 3)
        self.assertTrue(usage.hungry and usage.spent)
        self.assertEqual(Usage.from_json(usage.to_json()), usage)
        self.assertEqual(Usage.from_json(None), Usage())

    def test_a_usage_of_another_version_is_read(self):
        self.assertEqual(Usage.from_json({"level": 5, "other": 1}), Usage(level=5))

    def test_a_clock_that_is_set_back_blocks_nobody(self):
        day = 86400.0
        for budget in (RequestBudget(5, 1), CostBudget(5, 5)):
            usage = Usage()
            for _call in range(9):
                usage, _verdict = budget.claim(usage, 2 * day, Ask())
            usage = budget.block(usage, 2 * day, 5)
            self.assertIs(usage.at(2 * day), usage)
            usage, verdict = budget.claim(usage.at(day), day, Ask(is_urgent=True))
            self.assertLessEqual(usage.blocked_until, day + 3600)
            self.assertTrue(all(at <= day for at, _cost in usage.spent))
            self.assertLessEqual(usage.level_at, day + 3600)

    def test_urgent_calls_find_a_reserve(self):
        for budget in (RequestBudget(60, 20), CostBudget(60, 3)):
            usage, count = Usage(), 0
            while True:
                usage, verdict = budget.claim(usage, 5.0, Ask())
                if not verdict.is_granted:
                    break
                count += 1
            self.assertLess(count, 60)
            urgent = Ask(is_urgent=True)
            self.assertTrue(budget.claim(usage, 5.0, urgent)[1].is_granted)

    def test_a_job_that_used_up_its_waits_waits_longer_the_next_time(self):
        budget = RequestBudget(1, 10)
        usage, _verdict = budget.claim(Usage(), 5.0, Ask())
        for extra in (0, 10, 30, 50, 50):
            ask = Ask(job="uuid", is_new=True)
            self.assertEqual(budget.claim(usage, 40.0, ask)[1].extra_wait, extra)
            busy, _verdict = budget.claim(usage, 40.0, Ask())
            usage, verdict = budget.claim(busy, 40.0, Ask(job="uuid", max_wait=1))
            self.assertGreater(verdict.refused_for, 1)
            usage = replace(Usage(), unfinished=usage.unfinished)

    def test_the_unfinished_jobs_are_limited(self):
        budget, usage = RequestBudget(1, 10), Usage()
        usage, _verdict = budget.claim(usage, 5.0, Ask())
        for number in range(200):
            usage, _verdict = budget.claim(usage, 5.0, Ask(job=f"{number}", max_wait=1))
        self.assertEqual(len(usage.unfinished), 50)
        self.assertIn("199", usage.unfinished)

    def test_foreign_calls_are_counted(self):
        budget = RequestBudget(10, 10)
        usage, _verdict = budget.start(Usage(), 5.0, Ask())
        self.assertIs(budget.correct(usage, 5.0, remaining=9), usage)
        corrected = budget.correct(usage, 5.0, remaining=2)
        self.assertEqual(sum(cost for _at, cost in corrected.spent), 8)
        soon = budget.correct(usage, 5.0, remaining=0, reset=2)
        ask = Ask(cost=9, is_urgent=True)
        self.assertAlmostEqual(budget.claim(soon, 5.0, ask)[1].wait, 2)

    def test_a_bucket_follows_its_server(self):
        budget = CostBudget(points=100, restore_per_second=10)
        usage, _verdict = budget.claim(Usage(), 5.0, Ask(cost=50))
        usage = budget.correct(usage, 5.0, refund=40)
        self.assertEqual(budget.start(usage, 5.0, FREE)[1].remaining, 90)
        usage = budget.correct(
            usage, 5.0, available=20, maximum=2000, restore_per_second=100
        )
        self.assertEqual(budget.start(usage, 5.0, FREE)[1].remaining, 20)
        self.assertEqual(budget.start(usage, 50.0, FREE)[1].remaining, 2000)
        half = budget.scaled(50)
        self.assertEqual(half.start(usage, 50.0, FREE)[1].remaining, 1000)

    def test_an_urgent_call_is_not_sent_before_its_points_are_restored(self):
        budget = CostBudget(points=10, restore_per_second=1)
        empty = budget.charge(Usage(), 5.0, 10)
        ask = Ask(cost=4, is_urgent=True)
        usage, verdict = budget.claim(empty, 5.0, ask)
        self.assertAlmostEqual(verdict.wait, 4)
        # a worker wakes up early
        ask = replace(ask, claimed_at=verdict.counted_at)
        _usage, verdict = budget.start(usage, 8.75, ask)
        self.assertAlmostEqual(verdict.delay, 0.25)

    def test_an_empty_bucket_is_stored_empty(self):
        for usage in (Usage(), Usage(level=0.0, level_at=5.0), Usage(level=-2.0)):
            self.assertEqual(Usage.from_json(usage.to_json()), usage)

    def test_a_block_ends_in_a_queue_not_in_a_storm(self):
        for budget in (RequestBudget(5, 1), CostBudget(5, 5)):
            usage, waits = budget.block(Usage(), 5.0, 3), []
            for _worker in range(4):
                usage, verdict = budget.claim(usage, 5.0, Ask())
                waits.append(verdict.wait)
            self.assertGreaterEqual(waits[0], 3)
            self.assertTrue(all(b - a > 0.19 for a, b in pairwise(waits)), waits)

    def test_a_share_of_a_budget(self):
        self.assertEqual(RequestBudget(60, 20).scaled(50), RequestBudget(30, 20))
        tenth = RequestBudget(2, 1).scaled(10)
        self.assertEqual((tenth.calls, tenth.seconds), (1, 5))
        self.assertIs(tenth.scaled(100), tenth)

    def test_declarations_are_checked(self):
        nan, inf = float("nan"), float("inf")
        for calls, seconds in ((0, 1), (-1, 1), (1, 0), (1, nan), (nan, 1), (1, inf)):
            with self.assertRaisesRegex(ValueError, "RequestBudget"):
                RequestBudget(calls, seconds)
            with self.assertRaisesRegex(ValueError, "CostBudget"):
                CostBudget(seconds, calls)
        with self.assertRaisesRegex(ValueError, "ask for fewer"):
            CostBudget(10, 1).claim(Usage(), 5.0, Ask(cost=11))
        with self.assertRaisesRegex(ValueError, "does not fit"):
            RequestBudget(10, 1).claim(Usage(), 5.0, Ask(cost=11))


class TestSimulations(BaseCase):
    def run_jobs(
        self, budget, server, per_second, seconds, jobs=None, share=0.95, **options
    ):
        jobs = jobs or JOBS
        simulation = Simulation(budget, server, jobs)
        vars(simulation).update(options)
        for at in (1.0, 3.0, 3.1, 5.0):
            simulation.send_urgent(at)
        simulation.run(8, seconds)
        self.assertEqual(server.refused, 0)
        used = sum(simulation.done.values()) / (per_second * seconds)
        self.assertGreaterEqual(used, share)
        self.assertLessEqual(simulation.longest_waits, 10)
        for model in jobs:
            self.assertTrue(simulation.done[model], simulation.done)
        return simulation

    def test_five_calls_per_second(self):
        for seconds in (8, 30):
            budget, server = RequestBudget(5, 1), WindowServer(5, 1)
            simulation = self.run_jobs(budget, server, 5, seconds)
            self.assertLess(max(simulation.urgent_waits), 0.5)

    def test_a_slow_server(self):
        # it refuses none, but the way of its calls takes time
        budget, server = RequestBudget(60, 20), WindowServer(60, 20)
        self.run_jobs(budget, server, 3, 80, latency=0.4)

    def test_many_calls_in_a_minute(self):
        budget, server = RequestBudget(1000, 60), WindowServer(1000, 60)
        self.run_jobs(budget, server, 1000 / 60, 180)

    def test_few_calls(self):
        budget, server = RequestBudget(10, 100), WindowServer(10, 100)
        jobs = {"a": (40, 5), "b": (40, 5)}
        # a job needs several calls: it starts when some have come back
        self.run_jobs(budget, server, 0.1, 2000, jobs, share=0.9)

    def test_a_leaky_bucket(self):
        simulation = self.run_jobs(CostBudget(40, 2), BucketServer(40, 2), 2, 80)
        self.assertEqual(max(simulation.urgent_waits), 0)

    def test_jobs_of_one_call_do_not_hide_those_of_other_models(self):
        jobs = {"a": (1000, 1), "b": (10, 5)}
        self.run_jobs(RequestBudget(5, 1), WindowServer(5, 1), 5, 30, jobs)
