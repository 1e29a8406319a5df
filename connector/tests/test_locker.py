# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import tagged

from ..exception import RetryableJobError
from .export_common import Child, ExportCase, ProcessCase


@tagged("post_install", "-at_install")
class TestRecordLocker(ExportCase):
    def setUp(self):
        super().setUp()
        self.locker = self.component("record.locker", "test.export.partner")

    def test_an_empty_recordset_is_fine(self):
        self.locker.lock(self.env["test.export.partner"])

    def test_a_deleted_record_is_ignored(self):
        binding = self.make_binding()
        binding.unlink()
        self.locker.lock(binding)

    def test_records_that_are_locked_by_this_transaction_can_be_locked_again(self):
        binding = self.make_binding()
        self.locker.lock(binding)
        self.locker.lock(binding)


@tagged("post_install", "-at_install")
class TestRacingLocks(ProcessCase):
    def hold(self, lock):
        """Hold a lock in another process, until the returned child continues."""

        def hold(env, parent):
            lock(env)
            parent.tell("held")
            parent.wait()

        child = Child(self.registry.db_name, hold)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "held")
        return child

    def locker(self, env):
        backend = env["test.export.backend"].browse(self.backend_id)
        with backend.work_on("test.export.partner") as work:
            return work.component(usage="record.locker")

    def lock_record(self, env, binding_id, **kwargs):
        self.locker(env).lock(env["test.export.partner"].browse(binding_id), **kwargs)

    def test_a_record_that_another_process_holds_is_refused_without_waiting(self):
        binding_id = self.make_partner()
        child = self.hold(lambda env: self.lock_record(env, binding_id))
        with self.transaction() as env:
            with self.assertRaises(RetryableJobError) as refusal:
                self.lock_record(env, binding_id, seconds=7)
            self.assertEqual(refusal.exception.seconds, 7)
            self.assertTrue(refusal.exception.ignore_retry)
            self.assertIn("test.export.partner", str(refusal.exception))
            # the transaction is as usable as before
            self.assertEqual(env["test.export.partner"].browse(binding_id).name, "Ada")
        child.go_on()
        child.hear()
        with self.transaction() as env:
            self.lock_record(env, binding_id)

    def test_one_held_record_of_several_is_a_refusal(self):
        binding_ids = [self.make_partner() for __ in range(3)]
        self.hold(lambda env: self.lock_record(env, binding_ids[1]))
        with self.transaction() as env:
            with self.assertRaises(RetryableJobError):
                self.lock_record(env, binding_ids)
            self.lock_record(env, [binding_ids[0], binding_ids[2]])

    def test_the_record_behind_the_binding_stays_free(self):
        binding_id = self.make_partner()
        self.hold(lambda env: self.lock_record(env, binding_id))
        with self.transaction() as env:
            partner = env["test.export.partner"].browse(binding_id).odoo_id
            self.assertTrue(partner.try_lock_for_update())

    def test_a_process_that_dies_holds_nothing(self):
        binding_id = self.make_partner()
        child = self.hold(lambda env: self.lock_record(env, binding_id))
        child.go_on()
        child.end()
        with self.transaction() as env:
            self.lock_record(env, binding_id)

    def test_a_named_lock_that_another_process_holds_is_a_retry(self):
        name = f"export({self.backend_id}, 7)"
        child = self.hold(lambda env: self.locker(env).advisory_lock_or_retry(name))
        with self.transaction() as env:
            locker = self.locker(env)
            with self.assertRaises(RetryableJobError) as refusal:
                locker.advisory_lock_or_retry(name, retry_seconds=3)
            self.assertEqual(refusal.exception.seconds, 3)
            locker.advisory_lock_or_retry(f"{name} of another")
        child.go_on()
        child.hear()
        with self.transaction() as env:
            self.locker(env).advisory_lock_or_retry(name)
