# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..components.backend_adapter import CRUDAdapter
from ..components.importer.removal_limit import TooManyRemoved
from ..exception import (
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..http import RestRefusal
from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestRemovedRecords(ImporterCase):
    """Compare the bound records with those of the backend."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*map(partner, range(1, 31)))
        self.run_chunk(range(1, 31))
        self.sync_run = self.env["connector.sync.run"]._start(
            self.backend, PARTNER, "removal"
        )

    def remove(self, *external_ids):
        for external_id in external_ids:
            self.system.remove(PARTNER, external_id)

    def find_removed(self, policy="archive", **kwargs):
        """Search as a job does; return the jobs."""
        with self.hooked(_missing_record_policy=policy), self.trap_jobs() as trap:
            self.env[PARTNER].import_removed(self.backend, run=self.sync_run, **kwargs)
            jobs = trap.enqueued_jobs
            self.run_jobs(trap)
        return jobs

    def archived(self, *external_ids):
        records = self.env["res.partner"].union(
            *(self.found(external_id).odoo_id for external_id in external_ids)
        )
        return records.filtered(lambda record: not record.active)

    def test_remotely_deleted_records_are_archived_and_counted(self):
        self.remove(7, 19)
        jobs = self.find_removed()
        self.assertEqual([job.args[1] for job in jobs], [["7", "19"]])
        self.assertEqual(len(self.archived(*range(1, 31))), 2)
        self.assertEqual(
            (self.sync_run.removed_count, self.sync_run.found_count), (2, 2)
        )
        self.assertEqual(self.sync_run.state, "done")

    def test_archived_records_are_not_found_again(self):
        self.remove(7)
        self.find_removed()
        self.assertEqual(self.find_removed(), [])
        self.assertEqual(self.sync_run.found_count, 0)

    def test_remotely_deleted_records_are_deleted_or_unbound_by_policy(self):
        self.remove(7)
        record = self.found(7).odoo_id
        self.find_removed("unbind")
        self.assertFalse(self.found(7))
        self.assertTrue(record.exists())
        self.remove(8)
        record = self.found(8).odoo_id
        self.find_removed("delete")
        self.assertFalse(record.exists())

    def test_nothing_is_read_where_deleted_records_are_kept(self):
        self.remove(7)
        self.system.forget_calls()
        self.assertEqual(self.find_removed("skip"), [])
        self.assertEqual(self.system.called("read_many"), [])
        self.assertEqual((self.sync_run.state, self.sync_run.found_count), ("done", 0))

    def test_a_record_that_exists_again_by_then_stays(self):
        self.remove(7)
        with self.hooked(_missing_record_policy="delete"), self.trap_jobs() as trap:
            self.env[PARTNER].import_removed(self.backend, run=self.sync_run)
            self.put(partner(7))
            self.run_jobs(trap)
        self.assertEqual(
            (self.sync_run.unchanged_count, self.sync_run.removed_count), (1, 0)
        )

    def test_bindings_are_compared_in_pages_and_removed_in_chunks(self):
        with self.backend.work_on(PARTNER) as work:
            cls = type(work.component_by_name("generic.removed.records.finder"))
        self.remove(1, 2, 3)
        self.system.forget_calls()
        with patch.multiple(cls, _page_size=8, _chunk_size=2):
            jobs = self.find_removed()
        asked = [len(call.args[0]) for call in self.system.called("read_many")]
        self.assertEqual(asked[:4], [8, 8, 8, 6])
        self.assertEqual([job.args[1] for job in jobs], [["1", "2"], ["3"]])

    def _read_singly(self, read):
        """Let the adapter read one record at a time, by ``read(external_id)``."""
        with self.backend.work_on(PARTNER) as work:
            cls = type(work.component(usage="backend.adapter"))
        self.enterContext(
            patch.multiple(
                cls,
                read=lambda adapter, external_id: read(external_id),
                read_many=CRUDAdapter.read_many,
                find_existing=CRUDAdapter.find_existing,
            )
        )

    def test_records_that_cannot_be_read_are_kept_and_the_others_are_found(self):
        self.remove(7, 19)
        errors = {
            "3": InvalidDataError("odd"),
            "8": RestRefusal("403"),
            "9": KeyError(),
        }

        def read(external_id):
            if external_id in errors:
                raise errors[external_id]
            if external_id in ("7", "19"):
                raise IDMissingInBackend(external_id)
            return {"id": external_id}

        self._read_singly(read)
        logger = "odoo.addons.connector.components.importer.removed"
        with self.assertLogs(logger, "WARNING") as logs:
            jobs = self.find_removed()
        self.assertEqual([job.args[1] for job in jobs], [["7", "19"]])
        self.assertEqual(len(logs.output), 3)

    def test_a_question_about_many_is_asked_for_fewer_where_it_fails(self):
        self.remove(7)
        find_existing = CRUDAdapter.find_existing

        def find(adapter, external_ids):
            if "3" in external_ids:
                raise InvalidDataError("one of these is odd")
            return find_existing(adapter, external_ids)

        with self.backend.work_on(PARTNER) as work:
            cls = type(work.component(usage="backend.adapter"))
        with patch.object(cls, "find_existing", find):
            jobs = self.find_removed()
        self.assertEqual([job.args[1] for job in jobs], [["7"]])

    def test_a_backend_that_refuses_everything_is_an_error(self):
        asked = []

        def read(external_id):
            asked.append(external_id)
            raise RestRefusal("401 revoked")

        self._read_singly(read)
        with self.assertRaisesRegex(RestRefusal, "revoked"):
            self.find_removed()
        self.assertEqual(len(asked), 20)

    def test_credentials_that_are_revoked_meanwhile_end_the_search(self):
        asked = []

        def read(external_id):
            asked.append(external_id)
            if len(asked) > 5:
                raise CredentialsRefused("401 revoked")
            return {"id": external_id}

        self._read_singly(read)
        with self.assertRaisesRegex(CredentialsRefused, "revoked"):
            self.find_removed()
        self.assertEqual(len(asked), 6)

    def test_a_search_that_is_interrupted_continues_where_it_was(self):
        self.remove(7, 19, 28)
        asked, budget = [], [10]

        def read(external_id):
            if not budget[0]:
                raise RetryableJobError("slow down", seconds=20, ignore_retry=True)
            budget[0] -= 1
            asked.append(external_id)
            if external_id in ("7", "19", "28"):
                raise IDMissingInBackend(external_id)
            return {"id": external_id}

        self._read_singly(read)
        model = self.env[PARTNER]
        arguments, rounds = {"run": self.sync_run}, 0
        with self.hooked(_missing_record_policy="archive"), self.trap_jobs() as trap:
            while arguments is not None:
                budget[0], rounds = 10, rounds + 1
                before = len(trap.enqueued_jobs)
                model.import_removed(self.backend, **arguments)
                new = trap.enqueued_jobs[before:]
                again = [job for job in new if job.method_name == "import_removed"]
                arguments = again[0].kwargs if again else None
        self.assertEqual(asked, [str(number) for number in range(1, 31)])
        self.assertEqual(rounds, 3)
        removals = [job for job in new if job.method_name == "import_chunk"]
        self.assertEqual([job.args[1] for job in removals], [["7", "19", "28"]])

    def test_an_interrupted_search_counts_the_share_over_all_its_jobs(self):
        self.remove(1, 2, 3, 4)
        first = self.found(2)
        missing = (self.found(1) + first).ids
        self.find_removed(after_id=first.id, missing_ids=missing)
        self.assertTrue(self.sync_run.question)

    def test_the_bindings_of_another_backend_are_left_alone(self):
        other = self.backend.copy({"name": "Other"})
        self.found(7).copy({"backend_id": other.id, "external_id": "99"})
        self.assertEqual(self.find_removed(), [])

    # -- when in doubt ---------------------------------------------------------

    def test_an_empty_answer_removes_nothing(self):
        self.system.tables[PARTNER].clear()
        self.assertEqual(self.find_removed("delete"), [])
        self.assertEqual(self.sync_run.state, "waiting")
        self.assertEqual(
            self.sync_run.question,
            "30 of 30 contacts no longer exist in Test. Nothing has been removed yet.",
        )
        self.assertTrue(all(self.found(number) for number in range(1, 31)))

    def test_too_large_a_share_is_asked_about(self):
        self.remove(1, 2, 3, 4)
        self.assertEqual(self.find_removed(), [])
        self.assertFalse(self.archived(1, 2, 3, 4))
        self.assertTrue(self.sync_run.question)

    def test_jobs_of_the_first_pages_go_when_a_later_one_is_too_much(self):
        with self.backend.work_on(PARTNER) as work:
            cls = type(work.component_by_name("generic.removed.records.finder"))
        self.remove(1, 2, 3, 28, 29)
        before = self.env["queue.job"].search_count([])
        policy = self.hooked(_missing_record_policy="archive")
        with policy, patch.object(cls, "_page_size", 5):
            self.env[PARTNER].import_removed(self.backend, run=self.sync_run)
        self.assertEqual(self.env["queue.job"].search_count([]), before)
        self.assertTrue(self.sync_run.question)

    def test_without_a_run_the_question_is_an_error(self):
        self.remove(1, 2, 3, 4)
        policy = self.hooked(_missing_record_policy="archive")
        with policy, self.assertRaisesRegex(TooManyRemoved, "Nothing has been removed"):
            self.env[PARTNER].import_removed(self.backend)

    def test_a_failing_answer_removes_nothing(self):
        self.remove(7)
        self.system.fail_next("read_many", NetworkRetryableError("down"))
        with self.assertRaises(NetworkRetryableError):
            self.find_removed()
        self.assertFalse(self.sync_run.searched)

    def test_a_person_says_yes(self):
        self.remove(1, 2, 3, 4)
        self.find_removed()
        with self.hooked(_missing_record_policy="archive"), self.trap_jobs() as trap:
            self.sync_run.action_confirm_removal()
            self.run_jobs(trap)
        self.assertEqual(len(self.archived(1, 2, 3, 4)), 4)
        self.assertEqual(
            (self.sync_run.state, self.sync_run.removed_count), ("done", 4)
        )
        with self.assertRaisesRegex(UserError, "needs no decision"):
            self.sync_run.action_confirm_removal()

    def test_the_decision_of_an_operator_is_carried_out_by_the_user_of_the_backend(
        self,
    ):
        self.remove(1, 2, 3, 4)
        self.find_removed()
        operator = new_test_user(
            self.env,
            "removal-operator",
            groups="base.group_user,connector.group_connector_operator",
        )
        with self.trap_jobs() as trap:
            self.sync_run.with_user(operator).action_confirm_removal()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.recordset.env.user, self.backend.user_id)

    def test_only_an_operator_says_yes(self):
        self.remove(1, 2, 3, 4)
        self.find_removed()
        user = new_test_user(self.env, "removal-user", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.sync_run.with_user(user).action_confirm_removal()
        self.assertTrue(self.sync_run.question)
