# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2

from odoo.tests.common import BaseCase, TransactionCase

from odoo.addons.queue_job.exception import RetryableJobError

from ..database import (
    lock_number,
    pg_try_advisory_lock,
    pg_try_advisory_locks,
    retry_without_database,
)


class TestAdvisoryLocks(TransactionCase):
    def setUp(self):
        super().setUp()
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.other_env = self.env(cr=cr)

    def test_a_lock_is_held_by_one_transaction(self):
        self.assertTrue(pg_try_advisory_lock(self.env, "import(7)"))
        self.assertFalse(pg_try_advisory_lock(self.other_env, "import(7)"))

    def test_a_transaction_gets_its_own_lock_again(self):
        self.assertTrue(pg_try_advisory_lock(self.env, "import(7)"))
        self.assertTrue(pg_try_advisory_lock(self.env, "import(7)"))

    def test_locks_of_different_names_do_not_meet(self):
        self.assertTrue(pg_try_advisory_lock(self.env, "import(7)"))
        self.assertTrue(pg_try_advisory_lock(self.other_env, "import(8)"))

    def test_a_lock_ends_with_the_transaction(self):
        self.assertTrue(pg_try_advisory_lock(self.other_env, "import(7)"))
        self.other_env.cr.rollback()
        self.assertTrue(pg_try_advisory_lock(self.env, "import(7)"))

    def test_a_lock_is_anything_with_a_string_form(self):
        self.assertTrue(pg_try_advisory_lock(self.env, ("import", 7)))
        self.assertFalse(pg_try_advisory_lock(self.other_env, "('import', 7)"))

    def test_of_many_locks_the_free_ones_are_taken(self):
        pg_try_advisory_lock(self.other_env, "b")
        self.assertEqual(pg_try_advisory_locks(self.env, ["a", "b", "c"]), {"a", "c"})

    def test_no_locks_need_no_query(self):
        with self.assertQueryCount(0):
            self.assertEqual(pg_try_advisory_locks(self.env, []), set())

    def test_a_refusal_leaves_the_transaction_usable(self):
        pg_try_advisory_lock(self.other_env, "import(7)")
        pg_try_advisory_lock(self.env, "import(7)")
        self.env.cr.execute("SELECT 1")
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_a_lock_number_is_the_same_in_every_process(self):
        self.assertEqual(lock_number("import(7)"), lock_number("import(7)"))
        self.assertEqual(lock_number("a"), -8721251224300181508)
        self.assertLess(abs(lock_number("x")), 2**63)


class TestLostDatabase(BaseCase):
    def perform(self, error):
        @retry_without_database
        def job():
            raise error

        job()

    def test_a_job_that_lost_the_database_is_tried_again(self):
        for error in (
            psycopg2.InterfaceError("cursor already closed"),
            psycopg2.OperationalError("server closed the connection unexpectedly"),
            psycopg2.errors.AdminShutdown(),
        ):
            with self.assertRaises(RetryableJobError) as caught:
                self.perform(error)
            self.assertTrue(caught.exception.ignore_retry)

    def test_other_errors_of_the_database_pass(self):
        for error in (psycopg2.DataError("x"), psycopg2.ProgrammingError("y")):
            with self.assertRaises(type(error)):
                self.perform(error)

    def test_the_result_of_the_job_is_passed_on(self):
        self.assertEqual(retry_without_database(lambda: 7)(), 7)
