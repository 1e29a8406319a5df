# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a backend that asks to wait: progress, and records that wait."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.component.tests.common import new_rollbacked_env

from ..database import pg_try_advisory_lock
from .import_common import CATEGORY, PARTNER, partner
from .test_backend_pause import PauseCase


@tagged("post_install", "-at_install")
class TestProgress(PauseCase):
    """With any rate limit, imported records stay, and all jobs end."""

    __test__ = True

    def put_tree(self, key, tags):
        first = key * 1000
        self.put_tag(*range(first, first + tags))
        self.put(partner(key, tags=list(range(first, first + tags))))

    def perform_all(self):
        """Perform the pending jobs in the order of their times, as these come.

        Return for how long the jobs waited.
        """
        begun = self.passed
        for __ in range(200):
            pending = self.env["queue.job"].search([("state", "=", "pending")])
            if not pending:
                return self.passed - begun
            now = fields.Datetime.now()
            record = min(pending, key=lambda job: (job.eta or now, job.id))
            if record.eta and record.eta > now:
                self.let_pass(record.eta - now)
            self.perform(record)
        raise AssertionError(f"{len(pending)} jobs do not end: {pending[0].result}")

    def test_trees_that_need_most_of_the_rate_limit_end(self):
        self.allow(60, 20)
        for key in range(1, 11):
            self.put_tree(key, 40)
            self.delay(key)
        waited = self.perform_all()
        for key in range(1, 11):
            self.assertEqual(len(self.found(key).category_id), 40)
        # 410 requests take 140 seconds at least
        self.assertLess(waited, timedelta(minutes=6))
        self.assertLess(self.limit.refused, 30)

    def test_a_tree_ends_that_needs_more_than_is_allowed(self):
        self.allow(15, 1)
        self.put_tree(1, 40)
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        run._set_found(1)
        job = (
            self.env[PARTNER]
            .with_delay(priority=21)
            .import_record(self.backend, 1, run=run)
        )
        self.perform(job.db_record())
        again = self.env["queue.job"].search([("state", "=", "pending")])
        self.assertEqual((again.method_name, again.priority), ("import_record", 21))
        self.assertEqual((run.failed_count, run.state), (0, "running"))
        self.perform_all()
        self.assertEqual(len(self.found(1).category_id), 40)
        self.assertEqual((run.created_count, run.failed_count), (1, 0))
        self.assertEqual(run.state, "done")

    def test_a_record_that_was_written_before_is_not_kept_without_what_it_needs(self):
        def import_tags(importer, binding):
            tags = importer.component("record.importer", model_name=CATEGORY)
            for tag in (1, 2, 3):
                tags.run(tag)

        self.put_tag(1, 2, 3)
        self.put(partner(1))
        self.allow(3, 60)
        with self.hooked(_after_import=import_tags):
            self.assertFalse(self.perform(self.delay(1)))
        self.assertFalse(self.found(1))

    def test_a_dry_run_is_halved_until_it_can_be_read(self):
        self.allow(15, 1)
        self.put(*(partner(key) for key in range(1, 41)))
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        run._set_found(40)
        self.env[PARTNER].with_delay().dry_run_chunk(
            self.backend, list(range(1, 41)), run=run
        )
        self.perform_all()
        self.assertEqual((run.created_count, len(run.dry_run_line_ids)), (40, 40))
        self.assertFalse(self.found(1))


@tagged("post_install", "-at_install")
class TestWaitingRecords(PauseCase):
    """A record that waits for another job has not failed, and is read only once."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put_tag(7)
        self.put(partner(1, tags=[7]), partner(2, tags=[7]), partner(3))
        tags = self.component("record.importer", CATEGORY)
        self.lock = tags._lock_name(7)
        self.sync_run = self.env["connector.sync.run"]._start(self.backend, PARTNER)

    def pending(self):
        return self.env["queue.job"].search([("state", "=", "pending")])

    def test_a_chunk_waits_for_a_dependency_without_failing(self):
        self.sync_run._set_found(3)
        job = (
            self.env[PARTNER]
            .with_delay()
            .import_chunk(self.backend, [1, 2, 3], run=self.sync_run)
        )
        with new_rollbacked_env() as env:
            self.assertTrue(pg_try_advisory_lock(env, self.lock))
            self.assertTrue(self.perform(job.db_record()))
            self.assertIn("2 waiting", job.db_record().result)
            again = self.pending()
            self.assertEqual(again.args[1], [1, 2])
            self.assertEqual(
                (self.sync_run.failed_count, self.sync_run.state), (0, "running")
            )
            self.assertEqual(again.sync_had_failed, 0)
            self.system.forget_calls()
            for __ in range(5):
                self.assertFalse(self.perform(again))
            self.assertEqual((self.system.called(), again.retry), ([], 0))
        self.assertTrue(self.perform(again))
        self.assertEqual(
            (self.sync_run.created_count, self.sync_run.failed_count), (3, 0)
        )
        self.assertEqual(self.sync_run.state, "done")
        self.assertFalse(self.pending())

    def test_a_record_waits_for_a_dependency_and_is_read_once(self):
        self.sync_run._set_found(1)
        job = (
            self.env[PARTNER]
            .with_delay()
            .import_record(self.backend, 1, run=self.sync_run)
        )
        with new_rollbacked_env() as env:
            self.assertTrue(pg_try_advisory_lock(env, self.lock))
            self.perform(job.db_record())
            again = self.pending()
            self.system.forget_calls()
            for __ in range(5):
                self.assertFalse(self.perform(again))
            self.assertEqual((self.system.called(), again.retry), ([], 0))
            self.assertEqual(
                (self.sync_run.failed_count, self.sync_run.state), (0, "running")
            )
        self.assertTrue(self.perform(again))
        self.assertEqual(
            (self.sync_run.created_count, self.sync_run.state), (1, "done")
        )

    def test_the_lock_is_free_for_others_while_it_is_waited_for(self):
        job = (
            self.env[PARTNER]
            .with_delay()
            .import_chunk(self.backend, [1, 2], waits_for=[self.lock])
        )
        self.assertTrue(self.perform(job.db_record()))
        with new_rollbacked_env() as env:
            self.assertTrue(pg_try_advisory_lock(env, ("none", self.lock)))

    def test_a_chunk_is_not_split_however_often_it_waits(self):
        job = self.env[PARTNER].with_delay().import_chunk(self.backend, [1, 2])
        record = job.db_record()
        with new_rollbacked_env() as env:
            self.assertTrue(pg_try_advisory_lock(env, self.lock))
            self.perform(record)
            retries_left = self.pending().kwargs["retries_left"]
        self.assertEqual(retries_left, 5)
