# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The jobs of a run."""

import time

from odoo.tests import tagged

from ..models.queue_job.job import find_backend
from .test_sync_run import SyncRunCase


@tagged("post_install", "-at_install")
class TestJobOfRun(SyncRunCase):
    __test__ = True

    def test_a_job_knows_its_run_and_backend(self):
        run = self._run()
        job = self._job(run, had_failed=3)
        self.assertEqual(job.sync_run_id, run)
        self.assertEqual(job.sync_had_failed, 3)
        self.assertEqual(job.sync_backend_model, "test.backend")
        self.assertEqual(job.sync_backend_id, self.backend.id)

    def test_a_job_whose_run_was_deleted_is_made_without_one(self):
        run = self._run()
        deleted = self.runs.browse(run.id)
        run.unlink()
        model = self.env["test.res.partner"]
        uuid = model.with_delay().import_record(self.backend, 1, run=deleted).uuid
        job = self.env["queue.job"].search([("uuid", "=", uuid)])
        self.assertFalse(job.sync_run_id)
        self.assertEqual(job.sync_backend_id, self.backend.id)

    def test_the_backend_is_found_in_the_arguments_or_by_the_binding(self):
        none = self.env["test.res.partner"]
        self.assertEqual(find_backend(none, (self.backend, 1)), self.backend)
        self.assertEqual(find_backend(self.backend, ()), self.backend)
        self.assertEqual(find_backend(self.bindings[:1], (["name"],)), self.backend)
        self.assertFalse(find_backend(none, (1,)))
        self.assertIsNone(find_backend(self.env.user, (1,)))

    def test_the_job_of_a_deleted_binding_is_still_made(self):
        deleted = self.env["test.res.partner"].browse(self.bindings[0].id)
        self.bindings[0].unlink()
        self.assertIsNone(find_backend(deleted, ()))

    def test_other_jobs_are_left_alone(self):
        uuid = self.env.user.partner_id.with_delay().write({"comment": "x"}).uuid
        job = self.env["queue.job"].search([("uuid", "=", uuid)])
        self.assertFalse(job.sync_run_id or job.sync_backend_id)

    def test_a_job_that_is_done_again_is_counted_once(self):
        self.system.put("test.res.country", {"id": 1, "name": "Utopia", "code": "U1"})
        run = self._run(found=1)
        job = self._job(run, "done")
        other = self._job(run, "done", external_id=2)
        for each, counts in ((job, {"created": 1}), (other, {"skipped": 1})):
            run.with_context(job_uuid=each.uuid)._note_outcome(counts, time.time())
        job.requeue()
        self.assertEqual((run.created_count, run.skipped_count), (0, 1))

    def test_a_repeated_search_restarts_its_run(self):
        run = self._run(found=2)
        uuid = (
            self.env[run.model_name]
            .with_delay()
            .import_batch(self.backend, run=run)
            .uuid
        )
        search = self.env["queue.job"].search([("uuid", "=", uuid)])
        search.state = "done"
        run._note_outcome({"created": 2}, time.time())
        search.requeue()
        self.assertEqual((run.created_count, run.searched), (0, False))
        self.assertEqual(run.state, "queued")

    def test_a_run_goes_with_its_search(self):
        run = self.runs._start(self.backend, "test.res.partner")
        known = self._run(found=2)
        searches = self.env["queue.job"]
        for each in (run, known):
            model = self.env[each.model_name]
            uuid = model.with_delay().import_batch(self.backend, run=each).uuid
            searches |= searches.search([("uuid", "=", uuid)])
        searches.unlink()
        self.assertEqual((run + known).exists(), known)

    def test_making_a_job_costs_one_query_more_at_most(self):
        run = self._run()
        model = self.env["test.res.partner"]
        self._job(run)  # warm

        def queries(**kwargs):
            self.env.flush_all()
            before = self.cr.sql_log_count
            model.with_delay().import_record(self.backend, 1, **kwargs)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        queries()
        self.assertLessEqual(queries(run=run) - queries(), 1)
