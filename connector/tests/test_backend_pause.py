# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a backend that asks to wait."""

import time
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.tests.common import new_rollbacked_env
from odoo.addons.queue_job.job import Job

from ..components.backend_adapter import CRUDAdapter
from ..database import pg_try_advisory_lock
from ..exception import NetworkRetryableError, RetryableJobError
from ..models import backend_pause as pause
from .import_common import CATEGORY, IMPORTER_LOGGER, PARTNER, ImporterCase, partner
from .rate_limit import RateLimit


class PauseCase(ImporterCase):
    def setUp(self):
        super().setUp()
        self.pauses = self.env["connector.backend.pause"]
        self.limit = None
        #: for how long the test has waited, without waiting
        self.passed = timedelta()
        utc_now = pause.utc_now
        self.enterContext(
            patch.object(pause, "utc_now", lambda: utc_now() + self.passed)
        )
        case = self

        def read(adapter, external_id):
            if case.limit is not None:
                case.limit.ask()
            return adapter.system.read(adapter.model._name, external_id)

        for model_name in (PARTNER, CATEGORY):
            adapter_class = type(self.component("backend.adapter", model_name))
            self.enterContext(
                patch.multiple(
                    adapter_class, read=read, read_many=CRUDAdapter.read_many
                )
            )

    def allow(self, requests, seconds):
        """Let the backend allow so many requests in each span of seconds."""
        self.limit = RateLimit(
            requests, seconds, lambda: time.monotonic() + self.passed.total_seconds()
        )

    def let_pass(self, span):
        """Let some time pass, for the backend, its pauses and the pending jobs."""
        self.passed += span
        for job in self.env["queue.job"].search([("state", "=", "pending")]):
            job.eta = job.eta and job.eta - span

    def delay(self, external_id, backend=None, **options):
        model = self.env[PARTNER].with_delay(**options)
        job = model.import_record(backend or self.backend, external_id)
        return job.db_record()

    def perform(self, record):
        """Perform a job as the runner does; return whether it is done."""
        job = Job.load(self.env, record.uuid)
        try:
            with self.env.cr.savepoint(), mute_logger(IMPORTER_LOGGER):
                job.perform()
        except RetryableJobError as error:
            job.postpone(result=str(error), seconds=error.seconds)
            job.set_pending(reset_retry=False)
            job.store()
            if getattr(error, "paused_until", None):
                # rolled back with the savepoint here, where the backend is not
                # committed; the runner's jobs store it in another transaction
                self.pauses._write_down(
                    self.backend, (error.paused_until, str(error), 0)
                )
            return False
        job.set_done()
        job.date_done = pause.utc_now()
        job.store()
        return True

    def refuse(self, seconds=60):
        """Make the backend refuse a job's request, and return the job."""
        self.allow(0, seconds)
        self.put(partner(99))
        record = self.delay(99)
        self.assertFalse(self.perform(record))
        return record

    def asked(self):
        return len(self.system.called("read"))


@tagged("post_install", "-at_install")
class TestBackendPause(PauseCase):
    __test__ = True

    def test_a_job_that_begins_in_a_pause_asks_nothing(self):
        began = fields.Datetime.now()
        self.refuse()
        self.allow(1000, 60)
        self.put(partner(1))
        record = self.delay(1)
        self.assertFalse(self.perform(record))
        self.assertEqual((self.limit.asked, record.retry), (0, 0))
        self.assertGreater(record.eta, began + timedelta(seconds=50))

    def test_it_tells_until_when_it_waits_and_why(self):
        record = self.refuse()
        self.assertRegex(record.result, r"Test asks to wait until 20.* UTC: 429")
        other = self.delay(1)
        self.perform(other)
        self.assertRegex(other.result, r"Test asks to wait until 20.* UTC: .*429")

    def test_another_backend_goes_on(self):
        self.refuse()
        self.limit = None
        other = self.backend.create({"name": "Other"})
        other.system.put(PARTNER, partner(1))
        self.assertTrue(self.perform(self.delay(1, backend=other)))

    def test_jobs_do_not_begin_in_the_same_second(self):
        self.put(*(partner(key) for key in range(20)))
        self.refuse()
        records = [self.delay(key) for key in range(20)]
        for record in records:
            self.perform(record)
        etas = {record.eta.replace(microsecond=0) for record in records}
        self.assertGreater(len(etas), 5)
        self.assertLess(max(etas) - min(etas), timedelta(seconds=25))

    def test_the_urgent_ones_begin_first(self):
        self.put(*(partner(key) for key in range(40)))
        self.refuse()
        records = [self.delay(key, priority=3 if key % 2 else 20) for key in range(40)]
        for record in records:
            self.perform(record)
        bulk, urgent = records[::2], records[1::2]
        self.assertLess(
            max(record.eta for record in urgent), max(record.eta for record in bulk)
        )

    def test_after_the_pause_one_job_works_at_a_time(self):
        self.refuse()
        self.limit = None
        self.put(partner(1), partner(2))
        over = pause.utc_now() + timedelta(seconds=62)
        with patch.object(pause, "utc_now", return_value=over):
            with new_rollbacked_env() as env:  # another worker
                turn = ("turn", self.backend._name, self.backend.id)
                self.assertTrue(pg_try_advisory_lock(env, turn))
                record = self.delay(1)
                self.assertFalse(self.perform(record))
                self.assertIn("one job at a time", record.result)
                self.assertEqual((self.asked(), record.retry), (0, 0))
            self.assertTrue(self.perform(record))

    def test_a_while_later_they_work_together_again(self):
        self.refuse()
        self.limit = None
        self.put(partner(1))
        later = pause.utc_now() + timedelta(seconds=62 + pause.TURNS_SECONDS)
        with patch.object(pause, "utc_now", return_value=later):
            with new_rollbacked_env() as env:
                turn = ("turn", self.backend._name, self.backend.id)
                self.assertTrue(pg_try_advisory_lock(env, turn))
                self.assertTrue(self.perform(self.delay(1)))

    def test_a_backend_that_never_asks_to_wait_costs_a_query_a_job(self):
        queries = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *args, **kwargs):
            if "connector_backend_pause" in str(query):
                queries.append(query)
            return execute(cr, query, *args, **kwargs)

        self.put(*(partner(key) for key in range(1, 21)))
        job = self.env[PARTNER].with_delay().import_chunk(self.backend, range(1, 21))
        with patch.object(type(self.env.cr), "execute", spy):
            self.assertTrue(self.perform(job.db_record()))
        self.assertEqual(len(queries), 1)

    def test_a_method_that_is_called_directly_does_not_wait(self):
        self.refuse()
        self.limit = None
        self.put(partner(1))
        self.env[PARTNER].import_record(self.backend, 1)
        self.assertTrue(self.found(1))

    def test_a_backend_that_does_not_say_for_how_long_is_left_alone_a_minute(self):
        error = NetworkRetryableError("429", ignore_retry=True)
        self.pauses._note(self.backend, error)
        until, reason, __ = self.pauses._find(self.backend)
        self.assertEqual(reason, "429")
        self.assertAlmostEqual((until - pause.utc_now()).total_seconds(), 60, delta=5)

    def test_a_chunk_that_was_read_in_part_lets_the_others_wait(self):
        self.allow(3, 60)
        self.put(*(partner(key) for key in range(1, 9)))
        job = self.env[PARTNER].with_delay().import_chunk(self.backend, range(1, 9))
        self.assertTrue(self.perform(job.db_record()))
        self.assertIn("5 waiting", job.db_record().result)
        self.assertTrue(self.pauses._find(self.backend))

    def test_an_error_that_asks_for_no_wait_pauses_nothing(self):
        for error in (
            NetworkRetryableError("down", seconds=30),
            RetryableJobError("locked", seconds=2, ignore_retry=True),
        ):

            def fail(importer, external_ids, error=error):
                raise error

            self.put(partner(1))
            with self.hooked(_read_many=fail):
                self.assertFalse(self.perform(self.delay(1)))
            self.assertIsNone(self.pauses._find(self.backend))

    def test_deleted_backends_leave_no_pause(self):
        folder = self.env["test.export.backend"].create({"name": "F", "folder": "/tmp"})
        self.pauses._write_down(folder, (pause.utc_now(), "429", 0))
        folder.unlink()
        self.assertFalse(self.pauses.search([("backend_id", "=", folder.id)]))


@tagged("post_install", "-at_install")
class TestLongerPauses(PauseCase):
    """With waits of one second at a time, a long job would never end."""

    __test__ = True

    def waits(self, at, seconds=2):
        """Return the wait after a request of the backend at a time."""
        error = NetworkRetryableError("429", seconds=seconds, ignore_retry=True)
        with patch.object(pause, "utc_now", return_value=at):
            self.pauses._note(self.backend, error)
        return (error.paused_until - at).total_seconds()

    def test_pauses_double_while_no_job_ends(self):
        at = datetime(2026, 1, 1)
        waits = []
        for __ in range(12):
            waits.append(self.waits(at))
            at += timedelta(seconds=waits[-1] + 1)
        self.assertEqual(waits[:5], [2, 4, 8, 16, 32])
        self.assertEqual(waits[-1], pause.MAX_LONGER_SECONDS)

    def test_a_job_that_was_done_since_makes_them_short_again(self):
        at = datetime(2026, 1, 1)
        self.waits(at)
        at += timedelta(seconds=3)
        self.assertEqual(self.waits(at), 4)
        record = self.delay(1)
        record.write({"state": "done", "date_done": at + timedelta(seconds=5)})
        self.assertEqual(self.waits(at + timedelta(seconds=6)), 2)

    def test_jobs_that_are_refused_together_make_them_no_longer(self):
        at = datetime(2026, 1, 1)
        self.assertEqual([self.waits(at) for __ in range(4)], [2] * 4)

    def test_the_wait_that_the_backend_asks_for_is_always_kept(self):
        at = datetime(2026, 1, 1)
        for __ in range(3):
            at += timedelta(seconds=self.waits(at, 3000) + 1)
        self.assertEqual(self.waits(at, 3000), 3000)
