# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retries and replays of kept records, and records that changed since the search."""

from odoo.tests import tagged

from ..exception import NetworkRetryableError
from .import_common import PARTNER, partner
from .record_pages_case import RecordPagesCase


@tagged("post_install", "-at_install")
class TestKeptRecordsAgain(RecordPagesCase):
    __test__ = True

    # -- retries and replays ----------------------------------------------------

    def test_a_retry_of_a_chunk_asks_nothing(self):
        (job, *_others) = self.enqueue()
        error = NetworkRetryableError("The image server is down")
        broken = self.hooked(_create_many=lambda *_args: (_ for _ in ()).throw(error))
        with broken:
            (retry,) = self.perform(job)
        self.assertEqual(retry.kwargs["kept"], job.kwargs["kept"])
        self.perform(retry)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(1, 10), ["Partner 1", "Partner 10"])

    def test_a_replay_of_a_chunk_asks_nothing(self):
        jobs = self.enqueue()
        self.perform(*jobs)
        self.found(3).odoo_id.name = "Edited"
        self.perform(*jobs)
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(3), ["Partner 3"])

    def test_a_hook_may_delete_an_imported_record(self):
        (job, *_others) = self.enqueue()

        def after_import(importer, binding):
            if importer.external_id == 3:
                binding.unlink()

        with self.hooked(_after_import=after_import):
            self.assertEqual(self.perform(job), [])
        self.assertFalse(self.found(3))
        self.assertEqual(self.names(4), ["Partner 4"])

    def test_a_failing_record_gets_a_job_that_asks_nothing(self):
        self.put(partner(4, name=False))
        (job, *_others) = self.enqueue()
        (single,) = self.perform(job)
        self.assertEqual(single.method_name, "import_record")
        self.put(partner(4))
        with self.assertRaisesRegex(Exception, "name"):
            self.perform(single)
        self.assertEqual(self.reads(), [])

    def test_a_record_that_failed_in_its_job_is_read_again(self):
        self.put(partner(4, name=False))
        (job, *_others) = self.enqueue()
        (single,) = self.perform(job)
        self.put(partner(4, name="Corrected"))
        self.env["connector.sync.error"]._note(
            "test.backend",
            self.backend.id,
            f"{PARTNER} import record:4",
            model_name=PARTNER,
            cause="data",
            reason="no name",
        )
        self.perform(single)
        self.assertEqual(self.reads(), [4])
        self.assertEqual(self.names(4), ["Corrected"])

    # -- older than the binding -------------------------------------------------

    def test_a_newer_import_is_not_overwritten(self):
        jobs = self.enqueue()
        self.put(partner(3, name="Newer"))
        self.env[PARTNER].import_record(self.backend, 3)
        self.system.forget_calls()
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(2, 3), ["Partner 2", "Newer"])

    def test_a_replay_does_not_overwrite_a_newer_import(self):
        jobs = self.enqueue()
        self.perform(*jobs)
        self.put(partner(3, name="Newer"))
        self.env[PARTNER].import_record(self.backend, 3)
        self.system.forget_calls()
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(3), ["Newer"])

    def test_an_export_since_the_page_is_not_overwritten(self):
        self.import_all()
        jobs = self.enqueue()
        binding = self.found(3)
        binding.name = "Exported"
        self.put(partner(3, name="Exported"))
        self.component("binder", PARTNER).bind("3", binding)
        self.perform(*jobs)
        self.assertEqual(self.reads(), [3])
        self.assertEqual(self.names(3), ["Exported"])

    def test_an_import_before_the_page_does_not_read_again(self):
        self.import_all()
        self.put(partner(3, name="Changed"))
        self.import_all()
        self.assertEqual(self.reads(), [])
        self.assertEqual(self.names(3), ["Changed"])
