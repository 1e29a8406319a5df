# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.queue_job.job import Job

from ..components.external_id import storable_text
from ..exception import (
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from .common import TestConnectorCase
from .job_runs import JobRuns

#: texts that no database can store, and how they are shown
POISON = {"a\0b": "a\\x00b", "a\ud800b": "a\\ud800b", "é\0\udfff": "é\\x00\\udfff"}


class TestStorableText(BaseCase):
    def test_text_that_no_database_can_store_is_written_in_ascii(self):
        for text, expected in POISON.items():
            self.assertEqual(storable_text(text), expected)
        for text in ("", "plain", "é😀", "a\\x00"):
            self.assertEqual(storable_text(text), text)


@tagged("post_install", "-at_install")
class TestQueueJobText(JobRuns, TestConnectorCase):
    """Errors quote answers of a backend, which may be text that cannot be stored."""

    __test__ = True

    def run_failing(self, error, method="import_record", args=("7",)):
        """Return the job of a method that raises an error, run once."""

        def fail(*_args, **_kwargs):
            raise error

        fail.__name__ = method
        binding_model = self.env["test.res.partner"]
        job = Job(getattr(binding_model, method), args=(self.backend, *args))
        job.store()
        self.env.flush_all()
        with patch.object(type(binding_model), method, fail):
            return self.run_stored(job)

    def test_a_job_fails_with_an_error_that_cannot_be_stored(self):
        for error in (InvalidDataError, IDMissingInBackend, ValueError, KeyError):
            for text, shown in POISON.items():
                with self.subTest(error.__name__, text=ascii(text)):
                    job = self.run_failing(error(text))
                    self.assertEqual(job.state, "failed")
                    self.assertEqual(job.exc_message, shown)
                    self.assertTrue(job.exc_info)
                    failure = self.env["connector.sync.error"].search(
                        [("job_uuid", "=", job.uuid)]
                    )
                    self.assertIn(shown, failure.reason)

    def test_an_error_may_hold_anything(self):
        for held, shown in (
            (b"a\0", "b'a\\x00'"),
            (["\0"], "['\\x00']"),
            ({"a": "\ud800"}, "{'a': '\\ud800'}"),
            (5, "5"),
        ):
            with self.subTest(shown):
                job = self.run_failing(ValueError(held))
                self.assertEqual((job.state, job.exc_message), ("failed", shown))

    def test_a_job_is_tried_again_after_an_error_that_cannot_be_stored(self):
        for error in (RetryableJobError, NetworkRetryableError):
            for text, shown in POISON.items():
                with self.subTest(error.__name__, text=ascii(text)):
                    job = self.run_failing(error(text, seconds=30))
                    self.assertEqual(job.state, "pending")
                    self.assertEqual(job.result, shown)

    def test_a_backend_that_asks_to_wait_so_is_obeyed(self):
        for text, shown in POISON.items():
            with self.subTest(ascii(text)):
                error = NetworkRetryableError(text, seconds=30, ignore_retry=True)
                job = self.run_failing(error)
                self.assertEqual(job.state, "pending")
                self.assertIn(shown, job.result)
                pauses = self.env["connector.backend.pause"]
                error = NetworkRetryableError(text, seconds=30, ignore_retry=True)
                pauses._note(self.backend, error)
                self.assertIn(shown, pauses._find(self.backend)[1])
                pauses._lift(self.backend)

    def test_a_refusal_that_cannot_be_stored_stops_the_schedule_as_any(self):
        job = self.run_failing(CredentialsRefused("no\0"), "import_changes", ())
        failure = self.env["connector.sync.error"].search([("job_uuid", "=", job.uuid)])
        self.assertEqual((failure.cause, failure.reason), ("refused", "no\\x00"))

    def test_a_job_may_be_called_by_such_a_text(self):
        for text, shown in POISON.items():
            job = Job(
                self.env["test.res.partner"].import_record,
                args=(self.backend, "7"),
                description=text,
            )
            job.store()
            self.env.flush_all()
            self.assertEqual(job.db_record().name, shown)
