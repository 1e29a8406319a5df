# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Users retry, ignore and assign errors, one or thousands."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..exception import BackendUnreachable, InvalidDataError
from .import_common import PARTNER, partner
from .sync_error_case import SyncErrorCase

OPERATOR = "base.group_user,connector.group_connector_operator"


@tagged("post_install", "-at_install")
class TestErrorActions(SyncErrorCase):
    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "errors-operator", groups=OPERATOR)
        cls.user = new_test_user(cls.env, "errors-user", groups="base.group_user")

    def fail_one(self, external_id=1):
        self.put_bad(external_id)
        job = self.run_import(external_id)
        return job, self.unresolved().filtered(
            lambda error: error.external_id == str(external_id)
        )

    def as_operator(self, records):
        return records.with_user(self.operator)

    # -- retry ----------------------------------------------------------------

    def test_an_operator_retries_without_rights_for_the_job_queue(self):
        job, error = self.fail_one()
        self.as_operator(error).action_retry()
        self.assertEqual(error.state, "retrying")
        self.assertEqual(
            (job.state, job.retry, job.user_id), ("pending", 0, self.env.user)
        )

    def test_the_retry_that_fails_is_open_again_and_counted(self):
        job, error = self.fail_one()
        error.action_retry()
        self.run_stored(job)
        self.assertEqual((error.state, error.attempts), ("open", 2))

    def test_the_retry_that_succeeds_resolves_it(self):
        job, error = self.fail_one()
        self.put(partner(1))
        error.action_retry()
        self.run_stored(job)
        self.assertEqual(error.state, "resolved")

    def test_an_error_whose_job_was_deleted_gets_another(self):
        job, error = self.fail_one()
        job.unlink()
        error.action_retry()
        self.assertEqual(self.jobs("pending").method_name, "import_record")
        self.put(partner(1))
        self.run_stored(self.jobs("pending"))
        self.assertEqual(error.state, "resolved")

    def test_an_error_that_cannot_be_retried_stays_open(self):
        errors = self.env["connector.sync.error"]
        errors._note(
            self.backend._name,
            self.backend.id,
            f"{PARTNER} deletion record:7",
            cause="data",
            reason="x",
            model_name=PARTNER,
            direction="deletion",
            external_id="7",
        )
        self.unresolved().action_retry()
        self.assertEqual(self.unresolved().state, "open")

    def test_a_job_that_waits_for_its_retry_runs_now(self):
        self.system.fail_next("read_many", BackendUnreachable("nothing answers"))
        job = self.run_stored(self.model.with_delay().import_record(self.backend, 1))
        self.assertTrue(job.eta)
        self.unresolved().action_retry()
        self.assertFalse(job.eta)

    # -- ignore ---------------------------------------------------------------

    def test_an_ignored_error_ends_its_job_and_is_not_counted(self):
        job, error = self.fail_one()
        self.as_operator(error).action_ignore()
        self.assertEqual((error.state, job.state), ("ignored", "cancelled"))
        self.assertIn("Ignored by", job.result)
        self.assertFalse(error.cause_id.error_count)

    def test_it_stays_ignored_while_it_fails_for_the_same_reason(self):
        __, error = self.fail_one()
        error.action_ignore()
        self.run_import()
        self.assertEqual((error.state, error.attempts), ("ignored", 2))

    def test_another_reason_opens_it_again(self):
        __, error = self.fail_one()
        error.action_ignore()
        self.put(partner(1))
        importer = type(self.component("record.importer", PARTNER))
        refuse = InvalidDataError("no unit")
        with patch.object(importer, "_validate_create_data", side_effect=refuse):
            self.run_import()
        self.assertEqual((error.state, error.reason), ("open", "no unit"))

    def test_a_success_resolves_an_ignored_error(self):
        __, error = self.fail_one()
        error.action_ignore()
        self.put(partner(1))
        self.run_import()
        self.assertEqual(error.state, "resolved")

    def test_an_ignored_error_is_retried_by_its_own_job(self):
        job, error = self.fail_one()
        error.action_ignore()
        error.action_retry()
        self.assertEqual((error.state, job.state), ("retrying", "pending"))

    # -- assign ---------------------------------------------------------------

    def test_an_error_is_assigned_to_a_user(self):
        __, error = self.fail_one()
        self.as_operator(error).action_assign()
        self.assertEqual(error.user_id, self.operator)
        self.as_operator(error).action_assign(self.user.id)
        self.assertEqual(error.user_id, self.user)
        self.run_import()
        self.assertEqual(error.user_id, self.user)

    def test_only_active_internal_users_are_assigned(self):
        __, error = self.fail_one()
        portal = new_test_user(self.env, "errors-portal", groups="base.group_portal")
        self.user.active = False
        for user_id in (portal.id, self.user.id, 10**9):
            with self.assertRaises(UserError):
                error.action_assign(user_id)

    # -- rights ---------------------------------------------------------------

    def test_others_may_do_nothing(self):
        __, error = self.fail_one()
        for records in (error, error.cause_id):
            for name in ("action_retry", "action_ignore", "action_assign"):
                with self.assertRaises(AccessError):
                    getattr(records.with_user(self.user), name)()

    def test_operators_of_another_company_may_do_nothing(self):
        __, error = self.fail_one()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        error.company_id = error.cause_id.company_id = company
        for records in (error, error.cause_id):
            for name in ("action_retry", "action_ignore", "action_assign"):
                with self.assertRaises(AccessError):
                    getattr(self.as_operator(records), name)()

    # -- causes ---------------------------------------------------------------

    def test_one_click_on_a_cause_retries_all_its_errors(self):
        jobs = [self.fail_one(key)[0] for key in (1, 2, 3)]
        other = self.env["connector.sync.error"]
        other._note(self.backend._name, self.backend.id, "x y:z", cause="data")
        cause = self.errors(external_id="1").cause_id
        self.as_operator(cause).action_retry()
        self.assertEqual([job.state for job in jobs], ["pending"] * 3)
        self.assertEqual(len(self.errors(state="retrying")), 3)
        self.assertEqual(len(self.open_errors()), 1)
        self.as_operator(cause).action_assign()
        self.as_operator(cause).action_ignore()
        self.assertEqual(cause.error_ids.user_id, self.operator)
        self.assertEqual(set(cause.error_ids.mapped("state")), {"ignored"})

    def test_a_click_on_ten_thousand_errors_takes_few_queries(self):
        job, error = self.fail_one()
        self.env.flush_all()
        for table, row_id, values, subject in (
            ("queue_job", job.id, {"uuid": "uuid || n"}, "sync_subject"),
            ("connector_sync_error", error.id, {}, "subject"),
        ):
            self.multiply(table, row_id, values, subject)
            # PostgreSQL plans for the few rows that it has seen here.
            self.env.cr.execute(f"DELETE FROM {table} WHERE id <> {row_id}")
            self.env.cr.execute(f"ANALYZE {table}")
            self.multiply(table, row_id, values, subject)
        self.env.invalidate_all()
        cause = error.cause_id
        self.assertEqual(cause.error_count, 10_001)
        for action in ("action_retry", "action_ignore", "action_assign"):
            before = self.env.cr.sql_log_count
            getattr(self.as_operator(cause), action)()
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            # 44 at most: one for a thousand rows, not one for each
            self.assertLess(queries, 100, action)
            for delayed in self.env["queue.job"].search(
                [("model_name", "=", error._name), ("state", "=", "pending")]
            ):
                self.run_stored(delayed)
        self.assertEqual(
            self.env["queue.job"].search_count([("state", "=", "failed")]), 0
        )

    def multiply(self, table, row_id, values, subject):
        """Copy a row 10,000 times, with another subject each."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id'",
            (table,),
        )
        values = {**values, subject: f"{subject} || n"}
        columns = [name for (name,) in self.env.cr.fetchall()]
        copied = ", ".join(values.get(name, name) for name in columns)
        self.env.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {copied}"
            f" FROM {table}, generate_series(1, 10000) AS n WHERE id = {row_id}"
        )

    def test_no_errors_are_handled_without_an_error(self):
        errors = self.as_operator(self.env["connector.sync.error"])
        for name in ("action_retry", "action_ignore", "action_assign"):
            self.assertTrue(getattr(errors, name)())

    def test_an_unbound_record_opens_nothing_here(self):
        __, error = self.fail_one()
        with self.assertRaisesRegex(UserError, "no record in Odoo"):
            error.action_open_local()
        with self.assertRaisesRegex(UserError, "no page"):
            error.action_open_remote()
