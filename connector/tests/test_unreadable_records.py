# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record that cannot be read fails alone; the others of its request are imported."""

from odoo.tests import tagged

from ..exception import InvalidDataError, NetworkRetryableError, PartlyUnreadable
from ..outcome import Outcome
from .import_common import ImporterCase, partner


@tagged("post_install", "-at_install")
class TestUnreadableRecords(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.requests = []
        self.errors = {"2": InvalidDataError("no price")}
        requests, errors = self.requests, self.errors

        def read_many(_importer, external_ids):
            requests.append(list(external_ids))
            failed = {key: errors[key] for key in external_ids if key in errors}
            found = {key: partner(key) for key in external_ids if key not in errors}
            if failed:
                raise PartlyUnreadable(found, failed)
            return found

        self.enterContext(self.hooked(_read_many=read_many))

    def test_one_request_for_all(self):
        outcome, jobs = self.run_chunk(["1", "2", "3"])
        self.assertEqual(
            self.outcomes(outcome),
            {"1": Outcome.CREATED, "2": Outcome.FAILED, "3": Outcome.CREATED},
        )
        self.assertEqual(self.requests, [["1", "2", "3"]])
        (failed,) = outcome.failed
        self.assertEqual(str(failed.error), "no price")
        (job,) = jobs
        self.assertEqual(job.method_name, "import_record")

    def test_records_that_may_be_readable_later_are_retried_together(self):
        self.errors["3"] = self.errors["2"] = NetworkRetryableError("busy")
        _outcome, jobs = self.run_chunk(["1", "2", "3"])
        (job,) = jobs
        self.assertEqual((job.method_name, job.args[1]), ("import_chunk", ["2", "3"]))

    def test_a_single_record_raises_its_error(self):
        with self.assertRaisesRegex(InvalidDataError, "no price"):
            self.run_one("2")
