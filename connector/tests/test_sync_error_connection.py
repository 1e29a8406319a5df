# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One error of a backend that does not answer, from the first failure to a success."""

from unittest.mock import patch

from odoo.tests import tagged

from ..exception import (
    BackendUnreachable,
    InsecureConnection,
    InvalidDataError,
    NetworkRetryableError,
)
from .import_common import CATEGORY, PARTNER, partner
from .sync_error_case import SyncErrorCase


@tagged("post_install", "-at_install")
class TestUnreachableBackend(SyncErrorCase):
    __test__ = True

    def fail_import(self, external_id=1, error=None, **options):
        error = error or BackendUnreachable("nothing answers")
        self.system.fail_next("read_many", error)
        job = self.model.with_delay(**options).import_record(self.backend, external_id)
        return self.run_stored(job)

    def test_the_first_failure_is_visible_while_the_job_is_retried(self):
        job = self.fail_import()
        self.assertEqual(job.state, "pending")
        error = self.unresolved()
        self.assertEqual(
            (error.state, error.cause, error.model_name, error.attempts),
            ("retrying", "connection", False, 1),
        )
        self.assertIn("nothing answers", error.reason)
        self.assertIn("Check whether", error.suggested_fix)

    def test_many_records_that_meet_it_make_one_error(self):
        for key in range(1, 13):
            self.fail_import(key)
        self.assertEqual(len(self.unresolved()), 1)
        self.assertEqual(self.unresolved().attempts, 12)

    def test_any_success_of_the_backend_resolves_it(self):
        self.put(partner(1), partner(2))
        self.fail_import(1)
        self.run_import(2)
        self.assertFalse(self.unresolved())
        self.assertEqual(self.errors().state, "resolved")

    def test_a_success_without_a_call_resolves_nothing(self):
        self.fail_import(1)
        errors = self.env["connector.sync.error"]
        errors._resolve_subjects(self.backend, ["test.res.partner import record:2"])
        self.assertEqual(len(self.unresolved()), 1)

    def test_a_success_takes_one_query_more_than_none(self):
        errors = self.env["connector.sync.error"]
        subjects = ["test.res.partner import record:2"]
        errors._resolve_subjects(self.backend, subjects, reached=True)
        with self.assertQueryCount(1):
            errors._resolve_subjects(self.backend, subjects, reached=True)

    def test_jobs_that_gave_up_run_again_after_the_first_success(self):
        self.put(partner(1), partner(2), partner(3))
        gone = [self.fail_import(key, max_retries=1) for key in (1, 2)]
        self.assertEqual([job.state for job in gone], ["failed", "failed"])
        self.assertEqual(self.unresolved().state, "open")
        self.run_import(3)
        self.assertFalse(self.unresolved())
        self.assertEqual([job.state for job in gone], ["pending", "pending"])
        self.assertFalse(gone[0].sync_behind)

    def test_the_failed_jobs_of_records_do_not_run_again_with_it(self):
        self.put_bad(1)
        failed = self.run_import(1)
        self.put(partner(3))
        self.fail_import(2, max_retries=1)
        self.run_import(3)
        self.assertEqual(failed.state, "failed")
        self.assertEqual(self.unresolved().external_id, "1")

    def test_a_certificate_concerns_the_backend_too(self):
        error = InsecureConnection("the certificate has expired")
        for key in (1, 2):
            self.assertEqual(self.fail_import(key, error).state, "failed")
        self.assertEqual(
            (self.unresolved().cause, len(self.unresolved())), ("connection", 1)
        )

    def test_a_record_without_answer_among_others_gets_its_own_error(self):
        """The server answers other jobs between the tries of this one."""
        self.put(partner(1), partner(2))
        job = self.fail_import(1, max_retries=2)
        self.run_import(2)
        self.system.fail_next("read_many", BackendUnreachable("no answer in time"))
        job = self.run_stored(job)
        self.assertEqual(job.state, "failed")
        error = self.unresolved()
        self.assertEqual((error.external_id, error.state), ("1", "open"))

    def test_a_failure_with_an_answer_concerns_the_record_from_its_second_try(self):
        error = NetworkRetryableError("500 Internal Server Error")
        job = self.fail_import(1, error)
        self.assertFalse(self.unresolved())
        self.system.fail_next("read_many", error)
        self.run_stored(job)
        found = self.unresolved()
        self.assertEqual((found.external_id, found.state), ("1", "retrying"))
        self.put(partner(1))
        self.run_stored(job)
        self.assertFalse(self.unresolved())

    def test_a_failure_with_an_answer_counts_for_a_backend_that_is_down(self):
        self.fail_import(1)
        for _ in range(3):
            self.fail_import(2, NetworkRetryableError("502 Bad Gateway"), max_retries=1)
        self.assertEqual((len(self.unresolved()), self.unresolved().attempts), (1, 4))

    def test_many_records_on_which_it_fails_become_one_error(self):
        error = NetworkRetryableError("503 Service Unavailable")
        jobs = [self.fail_import(key, error) for key in range(1, 9)]
        for job in jobs:
            self.system.fail_next("read_many", error)
            self.run_stored(job)
        found = self.unresolved()
        self.assertEqual((len(found), found.model_name), (1, False))

    def test_a_rate_limit_is_not_an_error(self):
        error = NetworkRetryableError("429", seconds=5, ignore_retry=True)
        self.fail_import(1, error)
        self.assertFalse(self.unresolved())

    def fail_search(self, model=PARTNER, **options):
        self.system.fail_next("search_pages", NetworkRetryableError("500"))
        delay = self.env[model].with_delay(**options)
        return self.run_stored(delay.import_batch(self.backend))

    def test_a_search_that_fails_with_an_answer_is_visible_until_it_succeeds(self):
        """Other searches and records succeed meanwhile."""
        self.put(partner(1))
        job = self.fail_search(CATEGORY)
        error = self.unresolved()
        self.assertEqual((error.state, error.model_name), ("retrying", False))
        self.assertEqual(error.record_name, job.name)
        self.run_import(1)
        self.run_stored(self.model.with_delay().import_batch(self.backend))
        self.assertEqual(self.unresolved(), error)
        self.run_stored(job)
        self.assertFalse(self.unresolved())

    def test_a_search_that_gave_up_runs_again_after_a_success(self):
        job = self.fail_search(CATEGORY, max_retries=1)
        self.assertEqual((job.state, self.unresolved().state), ("failed", "open"))
        self.run_stored(self.env[CATEGORY].with_delay().import_batch(self.backend))
        self.assertEqual(job.state, "done")
        self.assertFalse(self.unresolved())

    def test_a_chunk_that_ends_without_an_answer_shows_it(self):
        """The job of the chunk succeeds; its records are delayed."""
        self.put(partner(1), partner(2))
        importer = type(self.component("record.importer", PARTNER))

        def validate(hooks, values):
            if str(hooks.external_id) == "2":
                raise BackendUnreachable("nothing answers")

        with patch.object(importer, "_validate_create_data", validate):
            job = self.model.with_delay().import_chunk(self.backend, [1, 2])
            self.assertEqual(self.run_stored(job).state, "done")
        self.assertEqual(self.unresolved().cause, "connection")

    def test_a_retried_error_without_a_job_is_open_again(self):
        job = self.fail_import()
        job.button_cancelled()
        self.env["connector.sync.error"]._open_abandoned()
        self.assertEqual(self.unresolved().state, "retrying")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_error SET write_date = write_date - interval '1 h'"
        )
        self.env["connector.sync.error"]._open_abandoned()
        self.assertEqual(self.unresolved().state, "open")

    def test_an_error_of_data_while_it_is_down_is_one_of_the_record(self):
        self.fail_import(1)
        self.put(partner(2))
        self.fail_import(2, InvalidDataError("no name"))
        self.assertEqual(
            {error.external_id for error in self.unresolved()}, {False, "2"}
        )
