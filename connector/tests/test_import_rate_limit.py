# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports from a backend that allows few calls a minute."""

from unittest.mock import patch

from odoo.tests import tagged

from ..components.backend_adapter import CRUDAdapter
from ..exception import NetworkRetryableError, PartlyRead
from ..outcome import Outcome
from .import_common import INDUSTRY, PARTNER, ImporterCase, partner

ALLOWED = 3


@tagged("post_install", "-at_install")
class TestImportRateLimit(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.read = []

        def read(adapter, external_id):
            if len(self.read) == ALLOWED:
                raise NetworkRetryableError("429", seconds=60, ignore_retry=True)
            self.read.append(external_id)
            return adapter.system.read(adapter.model._name, external_id)

        for model_name in (PARTNER, INDUSTRY):
            adapter_class = type(self.component("backend.adapter", model_name))
            self.enterContext(
                patch.multiple(
                    adapter_class, read=read, read_many=CRUDAdapter.read_many
                )
            )

    def wait(self):
        """Let a minute pass."""
        self.read.clear()

    def test_records_read_before_the_limit_are_imported_and_the_rest_later(self):
        self.put(*(partner(key) for key in range(1, 9)))
        outcome, (job,) = self.run_chunk(range(1, 9))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 3, Outcome.FAILED: 5})
        self.assertEqual(job.args, (self.backend, [4, 5, 6, 7, 8]))
        self.assertTrue(job.eta)

    def test_progress_is_made_as_often_as_it_takes(self):
        self.put(*(partner(key) for key in range(1, 30)))
        _outcome, jobs = self.run_chunk(range(1, 30))
        rounds = 1
        while jobs:
            self.wait()
            (job,) = jobs
            kwargs = {"retries_left": job.kwargs["retries_left"]}
            _outcome, jobs = self.run_chunk(job.args[1], **kwargs)
            rounds += 1
        self.assertEqual(rounds, 10)
        self.assertTrue(all(self.found(key) for key in range(1, 30)))

    def test_nothing_read_at_all_leaves_the_job_as_it_is(self):
        self.put(partner(1), partner(2))
        self.read.extend("another job's" for _ in range(ALLOWED))
        with self.assertRaises(NetworkRetryableError) as caught:
            self.run_chunk([1, 2])
        self.assertNotIsInstance(caught.exception, PartlyRead)

    def test_those_whose_dependency_must_wait_are_imported_later(self):
        self.put_industry(7)
        self.put(partner(1), partner(2, industry=7), partner(3))
        outcome, (job,) = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.CREATED, 2: Outcome.FAILED, 3: Outcome.CREATED},
        )
        self.assertEqual((job.method_name, job.args[1]), ("import_record", 2))
        self.wait()
        self.assertEqual(self.run_one(2).outcome, Outcome.CREATED)

    def test_a_dry_run_waits_as_a_whole(self):
        self.put(*(partner(key) for key in range(1, 9)))
        dry_run = self.work_on(PARTNER).component_by_name("generic.dry.run")
        with self.assertRaises(NetworkRetryableError):
            dry_run.run_chunk(range(1, 9))
