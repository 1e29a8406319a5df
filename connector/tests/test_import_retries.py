# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestImportRetries(ImporterCase):
    __test__ = True

    def test_locked_records_are_tried_again_together(self):
        self.put(*(partner(key) for key in range(1, 5)))
        with self.locked_elsewhere(1, 2):
            outcome, jobs = self.run_chunk(range(1, 5))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 2, Outcome.FAILED: 2})
        (job,) = jobs
        self.assertEqual(job.method_name, "import_chunk")
        self.assertEqual(job.args, (self.backend, [1, 2]))
        self.assertEqual(job.kwargs["had_failed"], 2)
        self.assertTrue(job.eta)

    def test_children_of_a_locked_parent_are_tried_again_with_it(self):
        self.put(partner(1), partner(2, parent=1), partner(3, parent=2), partner(4))
        with self.locked_elsewhere(1):
            outcome, jobs = self.run_chunk([1, 2, 3, 4])
        self.assertEqual(
            self.outcomes(outcome),
            {
                1: Outcome.FAILED,
                2: Outcome.FAILED,
                3: Outcome.FAILED,
                4: Outcome.CREATED,
            },
        )
        self.assertEqual([job.args[1] for job in jobs], [[1, 2, 3]])

    def test_only_the_locked_record_gets_a_separate_job(self):
        self.put(partner(1), partner(2))
        with self.locked_elsewhere(1):
            _outcome, jobs = self.run_chunk([1, 2])
        self.assertEqual([job.method_name for job in jobs], ["import_record"])

    def test_records_are_not_tried_together_forever(self):
        self.put(partner(1), partner(2))
        with self.locked_elsewhere(1, 2):
            _outcome, jobs = self.run_chunk([1, 2], retries_left=0)
        self.assertEqual([job.method_name for job in jobs], ["import_record"] * 2)

    def test_jobs_of_a_chunk_run_to_the_end(self):
        self.put(*(partner(key) for key in range(1, 5)))
        with self.trap_jobs() as trap:
            with self.locked_elsewhere(1, 2):
                self.env[PARTNER].import_chunk(self.backend, [1, 2, 3, 4])
            self.run_jobs(trap)
        self.assertEqual(
            self.env[PARTNER].search_count([("backend_id", "=", self.backend.id)]), 4
        )

    def test_options_travel_on_to_the_jobs(self):
        self.put(partner(1, name=None))
        _outcome, (job,) = self.run_chunk([1], force=True)
        self.assertTrue(job.kwargs["force"])
