# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of a backend itself."""

from odoo.tests import tagged

from ..exception import (
    AccessRefused,
    BackendUnreachable,
    CredentialsRefused,
)
from .import_common import partner
from .sync_error_case import SyncErrorCase


@tagged("post_install", "-at_install")
class TestFailingBackend(SyncErrorCase):
    __test__ = True

    def run_search(self, error=None):
        if error:
            self.system.fail_next("search_pages", error)
        return self.run_stored(
            self.model.with_delay(max_retries=1).import_batch(self.backend)
        )

    def test_a_backend_that_is_down_is_one_failure_of_all_searches(self):
        for filters in ({"name": "a"}, {"name": "b"}):
            self.system.fail_next("search_pages", BackendUnreachable("no answer"))
            job = self.model.with_delay(max_retries=1).import_batch(
                self.backend, filters
            )
            self.assertEqual(self.run_stored(job).state, "failed")
        error = self.open_errors()
        self.assertEqual(
            (error.cause, error.attempts, error.model_name), ("connection", 2, False)
        )
        self.assertIn("no answer", error.reason)
        self.assertEqual(len(self.jobs("failed")), 2)

    def test_the_search_that_succeeds_resolves_it(self):
        failed = self.run_search(BackendUnreachable("no answer"))
        self.run_search()
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "done")

    def test_a_search_of_another_model_requeues_the_failed_job(self):
        failed = self.run_search(BackendUnreachable("no answer"))
        other = self.env["test.res.partner.category"]
        self.run_stored(other.with_delay().import_batch(self.backend))
        self.assertFalse(self.open_errors())
        self.assertEqual(failed.state, "pending")

    def test_refused_credentials_are_one_failure_of_all_jobs(self):
        self.put(partner(1), partner(2))
        self.run_search(CredentialsRefused("401"))
        for key in (1, 2):
            self.system.fail_next("read_many", CredentialsRefused("401"))
            self.run_import(key)
        error = self.open_errors()
        self.assertEqual((error.cause, error.attempts), ("refused", 3))
        self.assertEqual(len(self.jobs("failed")), 3)

    def test_a_record_that_is_refused_is_its_own_failure(self):
        self.put(partner(1))
        self.system.fail_next("read_many", AccessRefused("403"))
        self.run_import(1)
        error = self.open_errors()
        self.assertEqual((error.cause, error.external_id), ("refused", "1"))
