# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, new_test_user, tagged

from ..models.sync_run_numbers import run_state
from .common import TestConnectorCase


class TestRunState(BaseCase):
    def test_a_run_is_queued_until_its_records_are_known(self):
        self.assertEqual(run_state(None, 0, 0, {"pending": 1}), "queued")

    def test_a_run_that_could_not_find_its_records_failed(self):
        self.assertEqual(run_state(None, 0, 0, {"failed": 1}), "failed")

    def test_a_run_goes_on_while_records_have_no_outcome(self):
        self.assertEqual(run_state(10, 9, 0, {"started": 1}), "running")

    def test_a_broken_job_does_not_stop_the_others(self):
        self.assertEqual(run_state(10, 5, 0, {"failed": 1, "pending": 1}), "running")

    def test_a_run_whose_last_jobs_broke_is_over(self):
        for broken in ("failed", "cancelled"):
            self.assertEqual(run_state(10, 9, 0, {broken: 1, "done": 3}), "failed")

    def test_a_run_whose_jobs_were_deleted_or_set_to_done_is_over(self):
        self.assertEqual(run_state(10, 9, 0, {}), "failed")
        self.assertEqual(run_state(10, 9, 0, {"done": 1}), "failed")
        self.assertEqual(run_state(None, 0, 0, {"done": 1}), "failed")

    def test_a_run_is_done_when_each_record_has_an_outcome(self):
        self.assertEqual(run_state(10, 10, 0, {"done": 2}), "done")
        self.assertEqual(run_state(0, 0, 0, {}), "done")

    def test_a_run_with_failed_records_has_not_succeeded(self):
        self.assertEqual(run_state(10, 10, 1, {"pending": 1}), "failed")


class SyncRunCase(TestConnectorCase):
    __test__ = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = cls.env["connector.sync.run"]
        cls.bindings = cls.env["test.res.partner"].create(
            [
                {"backend_id": cls.backend.id, "external_id": name, "name": name}
                for name in ("one", "two", "three")
            ]
        )

    def _run(self, found=0, model_name="test.res.partner"):
        run = self.runs._start(self.backend, model_name)
        run._set_found(found)
        return run

    def _job(self, run, state="pending", external_id=1, **kwargs):
        """Store a job of the run, in a state."""
        delayed = self.env[run.model_name].with_delay()
        uuid = delayed.import_record(self.backend, external_id, run=run, **kwargs).uuid
        job = self.env["queue.job"].search([("uuid", "=", uuid)])
        job.state = state
        self.env.flush_all()
        self.env.invalidate_all()
        return job

    def _opened(self, action):
        records = self.env[action["res_model"]]
        return records.with_context(active_test=False).search(action["domain"])


@tagged("post_install", "-at_install")
class TestSyncRun(SyncRunCase):
    __test__ = True

    def test_outcomes_are_added_up(self):
        run = self._run(found=10)
        now = time.time()
        run._note_outcome({"created": 3, "failed": 2}, now - 2)
        run._note_outcome({"unchanged": 4, "failed": -1}, now - 4)
        self.assertEqual(
            (run.created_count, run.unchanged_count, run.failed_count), (3, 4, 1)
        )
        self.assertEqual(run.progress, 80)
        self.assertAlmostEqual(run.duration_seconds, 4, places=1)
        self.assertAlmostEqual(run.records_per_second, 2, places=1)

    def test_workers_only_add_rows(self):
        run = self._run(found=2)
        run._note_outcome({"skipped": 1}, time.time())  # cache the defaults
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT xmin FROM connector_sync_run WHERE id = %s", run.ids
        )
        version = self.env.cr.fetchone()
        with self.assertQueryCount(2):  # does the run exist, insert
            run._note_outcome({"created": 2}, time.time(), {"created": [1, 2]})
            self.env.flush_all()
        self.env.cr.execute(
            "SELECT xmin FROM connector_sync_run WHERE id = %s", run.ids
        )
        self.assertEqual(self.env.cr.fetchone(), version)

    def test_an_outcome_of_a_run_that_was_deleted_is_dropped(self):
        run = self._run()
        run.unlink()
        run._note_outcome({"created": 1}, time.time())
        self.assertFalse(
            self.env["connector.sync.outcome"].search([("run_id", "=", run.id)])
        )

    def test_a_number_opens_the_records_that_it_counts(self):
        run = self._run(found=3)
        one, two, three = self.bindings
        run._note_outcome(
            {"created": 2, "unchanged": 1},
            time.time(),
            {"created": [one.id, two.id], "unchanged": [three.id]},
        )
        action = run.with_context(connector_outcome="created").action_open_records()
        self.assertEqual(self._opened(action), (one + two).odoo_id)
        action = run.with_context(connector_outcome="unchanged").action_open_records()
        self.assertEqual(self._opened(action), three.odoo_id)

    def test_archived_records_are_opened_and_deleted_ones_are_not(self):
        run = self._run(found=2)
        one, two, three = self.bindings
        run._note_outcome({"updated": 2}, time.time(), {"updated": [one.id, two.id]})
        one.odoo_id.active = False
        deleted = two.odoo_id
        two.unlink()
        deleted.unlink()
        action = run.with_context(connector_outcome="updated").action_open_records()
        self.assertEqual(self._opened(action), one.odoo_id)

    def test_an_import_notes_which_records_it_touched(self):
        self.system.put(
            "test.res.partner.category",
            *({"id": n, "name": f"Tag {n}", "parent": None} for n in (1, 2)),
        )
        run = self.runs._start(self.backend, "test.res.partner.category")
        with self.trap_jobs() as trap:
            self.env["test.res.partner.category"].import_batch(self.backend, run=run)
            self.run_jobs(trap)
        created = run._find_records("created")
        self.assertEqual(run.created_count, 2)
        self.assertEqual(created._name, "res.partner.category")
        self.assertEqual(set(created.mapped("name")), {"Tag 1", "Tag 2"})

    def test_the_failed_open_their_jobs(self):
        run = self._run(found=2)
        run._note_outcome({"failed": 2}, time.time())
        retried, mended, other = (
            self._job(run, external_id=1, had_failed=1),
            self._job(run, state="done", external_id=2, had_failed=1),
            self._job(run, external_id=3),
        )
        action = run.with_context(connector_outcome="failed").action_open_records()
        self.assertEqual(self._opened(action), retried)
        other.state = "failed"
        self.assertEqual(self._opened(action), retried + other)
        self.assertNotIn(mended, self._opened(action))

    def test_an_outcome_that_does_not_exist_is_refused(self):
        with self.assertRaisesRegex(ValueError, "connector_outcome"):
            self._run().with_context(connector_outcome="bogus").action_open_records()

    def test_a_run_shows_the_last_error_until_its_jobs_are_tried_again(self):
        run = self._run(2)
        self.assertFalse(run.last_error)
        for number, message in enumerate(("no such key", "no such login")):
            self._job(run, "failed", external_id=number).exc_message = message
        run.invalidate_recordset()
        self.assertEqual(run.last_error, "no such login")
        run.action_retry_failed_jobs()
        run.invalidate_recordset()
        self.assertFalse(run.last_error)

    def test_failed_jobs_are_enqueued_once_more(self):
        run = self._run(found=2)
        failed, done = self._job(run, "failed"), self._job(run, "done", external_id=2)
        self.assertEqual(run.failed_job_count, 1)
        self.assertEqual(self._opened(run.action_open_failed_jobs()), failed)
        run.action_retry_failed_jobs()
        self.assertEqual((failed.state, done.state), ("pending", "done"))
        self.assertEqual(self._opened(run.action_open_pending_jobs()), failed)
        self.assertEqual(self._opened(run.action_open_jobs()), failed + done)

    def test_a_run_of_an_uninstalled_connector_has_technical_names(self):
        run = self.runs.create(
            {
                "backend_model": "lost.backend",
                "backend_id": 7,
                "model_name": "lost.model",
            }
        )
        self.assertEqual(run.backend_name, "lost.backend 7")
        self.assertRegex(run.display_name, "^Import of lost.model, ")
        self.assertEqual(run.state, "queued")

    def test_runs_are_read_in_a_constant_number_of_queries(self):
        names = ["display_name", "state", "progress", "created_count", "is_live"]
        few = self._run(found=1) + self._run(found=1)
        few.read(names)  # the format of dates is cached
        counts = []
        for runs in (few, few + self.runs.union(*(self._run(1) for _ in range(8)))):
            for run in runs:
                run._note_outcome({"created": 1}, time.time())
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            runs.read(names)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_only_a_manager_sees_runs(self):
        run = self._run()
        manager = new_test_user(
            self.env,
            "sync manager",
            groups="base.group_user,connector.group_connector_manager",
        )
        user = new_test_user(self.env, "sync user")
        self._job(run)
        self.assertEqual(run.with_user(manager).pending_job_count, 1)
        self.assertEqual(len(run.with_user(manager).job_ids.mapped("name")), 1)
        for use in (
            lambda run: run.read(["state"]),
            lambda run: run.action_retry_failed_jobs(),
        ):
            with self.assertRaises(AccessError):
                use(run.with_user(user))
        with self.assertRaises(AccessError):
            run.with_user(manager).direction = "export"
