# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors after a commit are logged, and lose no edit and no external id."""

from unittest.mock import patch

import psycopg2

from odoo.sql_db import PoolError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.component_event import transaction_queue
from odoo.addons.queue_job.controllers.main import _prevent_commit
from odoo.addons.queue_job.job import Job

from ..components.exporter.queue import RepeatJobs, delay_export
from ..models.export_receipt import ConnectorExportReceipt
from .export_common import ProcessCase
from .export_processes import RECEIPT_LOGGER, exporter_class, run_export

JOBS_LOGGER = "odoo.addons.connector.components.exporter.queue"


@tagged("post_install", "-at_install")
class TestRepeatJob(ProcessCase):
    def setUp(self):
        super().setUp()
        self.binding_id = self.make_partner()
        self.addCleanup(self._delete_jobs)
        with self.transaction() as env:
            self.uuid = delay_export(self.binding(env), ["name"]).uuid

    def binding(self, env):
        return env["test.export.partner"].browse(self.binding_id)

    def find_jobs(self, env):
        jobs = env["queue.job"].search([("model_name", "=", "test.export.partner")])
        return jobs.filtered(lambda job: job.records.ids == [self.binding_id])

    def _delete_jobs(self):
        with self.transaction() as env:
            self.find_jobs(env).unlink()

    def begin(self):
        """Let the waiting job begin in another transaction."""
        with self.transaction() as runner:
            Job.db_records_from_uuids(runner, [self.uuid]).write({"state": "started"})

    def pending(self):
        with self.transaction() as env:
            jobs = self.find_jobs(env).filtered(lambda job: job.state == "pending")
            return [(job.kwargs, bool(job.eta)) for job in jobs]

    def test_a_waiting_export_takes_the_change_along(self):
        with self.transaction() as env:
            delay_export(self.binding(env), ["name"])
        with self.transaction() as env:
            self.assertEqual(self.find_jobs(env).uuid, self.uuid)

    def test_an_export_of_this_very_transaction_is_not_looked_at_again(self):
        with self.transaction() as env:
            job = delay_export(self.binding(env), ["email"])
            self.assertEqual(delay_export(self.binding(env), ["email"]).uuid, job.uuid)
            delay_export(self.binding(env), ["name"])
            self.assertEqual([*RepeatJobs.of(env.cr).by_job], [self.uuid])

    def test_an_export_that_began_before_the_change_was_committed_is_repeated(self):
        with self.transaction() as env:
            self.assertEqual(delay_export(self.binding(env), ["name"]).uuid, self.uuid)
            self.begin()
        with self.transaction() as env:
            jobs = self.find_jobs(env)
            self.assertEqual(sorted(jobs.mapped("state")), ["pending", "started"])
            self.assertEqual(
                jobs.mapped("kwargs"), [{"fields": ["name"]}, {"fields": ["name"]}]
            )

    def test_a_needed_repeat_job_starts_immediately(self):
        with self.transaction() as env:
            delay_export(self.binding(env), ["name"])
            self.begin()
        self.assertEqual(self.pending(), [({"fields": ["name"]}, False)])

    def test_several_requests_of_a_transaction_share_a_repeat_job(self):
        with self.transaction() as env:
            delay_export(self.binding(env), ["name"])
            delay_export(self.binding(env), ["name"])
            self.begin()
        self.assertEqual(len(self.pending()), 1)

    def test_a_check_that_fails_leaves_the_export_for_later(self):
        with (
            mute_logger(JOBS_LOGGER),
            patch.object(
                RepeatJobs, "flush", side_effect=psycopg2.OperationalError("gone")
            ),
        ):
            with self.transaction() as env:
                delay_export(self.binding(env), ["name"])
                self.begin()
        self.assertEqual(self.pending(), [({"fields": ["name"]}, True)])

    def test_a_missing_connection_after_the_commit_does_not_fail_the_user(self):
        with self.assertLogs(JOBS_LOGGER, "ERROR"), self.transaction() as env:
            delay_export(self.binding(env), ["name"])
            self.begin()
            with patch.object(
                transaction_queue, "Registry", side_effect=PoolError("full")
            ):
                env.cr.commit()
        self.assertEqual(self.pending(), [({"fields": ["name"]}, True)])

    def test_a_savepoint_that_is_rolled_back_drops_no_export(self):
        with self.transaction() as env:
            delay_export(self.binding(env), ["name"])
            try:
                with env.cr.savepoint():
                    raise ValueError
            except ValueError:
                self.begin()
        self.assertEqual(len(self.pending()), 1)

    def test_callbacks_after_a_failing_check_are_called(self):
        called = []
        with (
            mute_logger(JOBS_LOGGER),
            patch.object(RepeatJobs, "flush", side_effect=ValueError),
        ):
            with self.transaction() as env:
                delay_export(self.binding(env), ["name"])
                env.cr.postcommit.add(lambda: called.append(True))
        self.assertEqual(called, [True])

    def test_a_time_that_the_listener_chose_is_kept(self):
        with self.transaction() as env:
            delay_export(self.binding(env), ["name"], eta=3600)
            self.begin()
        self.assertEqual(self.pending(), [({"fields": ["name"]}, True)])


@tagged("post_install", "-at_install")
class TestReceiptOfAnAbortedTransaction(ProcessCase):
    def setUp(self):
        super().setUp()
        self.before = set(self.system.ids("test.export.partner"))
        self.binding_id = self.make_partner()

    def created(self):
        return set(self.system.ids("test.export.partner")) - self.before

    def test_an_aborted_transaction_leaves_a_receipt(self):
        with self.assertRaises(psycopg2.errors.UndefinedTable):
            with self.transaction() as env, _prevent_commit(env.cr):
                cls = exporter_class(env)
                create = cls._create

                def create_and_abort(exporter, values):
                    create(exporter, values)
                    exporter.env.invalidate_all()
                    with mute_logger("odoo.sql_db"):
                        exporter.env.cr.execute("SELECT 1 FROM no_such_table")

                with patch.object(cls, "_create", create_and_abort):
                    run_export(env, self.binding_id)
        self.assertEqual(self.read_receipts(self.binding_id), [*self.created()])

    def test_the_company_is_read_in_the_transaction_of_the_receipt(self):
        with self.transaction() as env:
            company = env.ref("base.main_company")
            env["test.export.backend"].browse(self.backend_id).company_id = company
        self.addCleanup(self._forget_company)
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            record = env["test.export.partner"].browse(self.binding_id).odoo_id
            env.invalidate_all()
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                env.cr.execute("SELECT 1 FROM no_such_table")
            env["connector.export.receipt"]._leave(
                backend,
                "test.export.partner",
                record,
                external_id="7",
                bound_as=(env["test.export.partner"].browse(), "external_id", "7"),
            )
            env.cr.rollback()
            receipt = env["connector.export.receipt"].search(
                [("record_id", "=", record.id), ("external_id", "=", "7")]
            )
            self.assertEqual(receipt.company_id, env.ref("base.main_company"))

    def _forget_company(self):
        with self.transaction() as env:
            env["test.export.backend"].browse(self.backend_id).company_id = False

    def test_the_error_of_the_export_is_not_replaced_by_that_of_the_receipt(self):
        with mute_logger(RECEIPT_LOGGER), self.assertRaisesRegex(ValueError, "first"):
            with self.transaction() as env, _prevent_commit(env.cr):
                cls = exporter_class(env)
                create = cls._create

                def create_and_fail(exporter, values):
                    create(exporter, values)
                    raise ValueError("first")

                with (
                    patch.object(cls, "_create", create_and_fail),
                    patch.object(
                        ConnectorExportReceipt, "_is_committed", side_effect=KeyError
                    ),
                ):
                    run_export(env, self.binding_id)

    def test_a_receipt_that_cannot_be_dropped_does_not_fail_the_commit(self):
        with self.assertLogs(RECEIPT_LOGGER, "ERROR"), self.transaction() as env:
            with _prevent_commit(env.cr):
                run_export(env, self.binding_id)
            with patch.object(
                ConnectorExportReceipt, "_own_transaction", side_effect=PoolError
            ):
                env.cr.commit()
        (external_id,) = self.created()
        self.assertEqual(self.read_partner(self.binding_id, "external_id"), external_id)
        self.assertEqual(self.read_receipts(self.binding_id), [external_id])
