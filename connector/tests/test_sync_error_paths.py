# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every path on which something fails opens one error, and ends with none."""

import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..exception import (
    BackendUnreachable,
    CredentialsRefused,
    InvalidDataError,
    NetworkRetryableError,
)
from .export_common import ExportCase
from .import_common import PARTNER, partner
from .inbox_case import ShopifyInboxCase
from .job_runs import JobRuns
from .sync_error_case import SyncErrorCase


@tagged("post_install", "-at_install")
class TestImportPaths(SyncErrorCase):
    __test__ = True

    def test_a_search_that_fails_on_its_own_is_one_error(self):
        for _ in range(20):
            self.system.fail_next("search_pages", InvalidDataError("bad filter"))
            self.run_stored(self.model.with_delay().import_batch(self.backend))
        error = self.unresolved()
        self.assertEqual((error.attempts, error.direction), (20, "import"))
        self.assertTrue(error.record_name)
        self.run_stored(self.model.with_delay().import_batch(self.backend))
        self.assertFalse(self.unresolved())

    def test_a_chunk_that_fails_as_a_whole_is_one_error(self):
        self.put(*(partner(key) for key in (1, 2, 3)))
        importer = type(self.component("record.importer", PARTNER))
        for _ in range(2):
            with patch.object(importer, "_read_many", side_effect=ValueError("bug")):
                self.run_stored(
                    self.model.with_delay().import_chunk(self.backend, [1, 2, 3])
                )
        error = self.unresolved()
        self.assertEqual((error.cause, error.attempts), ("code", 2))
        self.assertEqual(error.reason, "ValueError: bug")
        self.assertTrue(error.record_name.startswith("3 × "))
        error.action_retry()
        self.run_stored(self.jobs("pending"))
        self.assertFalse(self.unresolved())

    def test_a_failed_job_that_no_transaction_has_noted_is_one_error(self):
        self.put_bad()
        job = self.run_import()
        self.unresolved().unlink()
        for _ in range(2):
            self.env["queue.job"]._note_unnoted()
        self.assertEqual((self.unresolved().attempts, job.state), (1, "failed"))

    def test_one_that_failed_with_its_backend_is_noted_once(self):
        self.system.fail_next("read_many", CredentialsRefused("401"))
        job = self.run_import()
        self.unresolved().unlink()
        job.sync_behind = False
        for _ in range(2):
            self.env["queue.job"]._note_unnoted()
        error = self.unresolved()
        self.assertEqual((error.attempts, error.cause), (1, "refused"))
        self.assertEqual(job.sync_behind, "backend refused")

    def test_the_error_of_a_deleted_binding_is_resolved(self):
        self.put(partner(1))
        self.run_import()
        self.put_bad(1)
        self.put(partner(1, email="\0", updated_at="2026-02-01 00:00:00"))
        self.run_import()
        self.assertTrue(self.unresolved().binding_id)
        self.component("binder", PARTNER).to_internal(1).unlink()
        self.assertFalse(self.unresolved())
        self.assertFalse(self.jobs("failed"))

    def test_the_error_of_a_binding_that_the_database_deleted_is_resolved(self):
        self.put(partner(1))
        self.run_import()
        self.put(partner(1, email="\0", updated_at="2026-02-01 00:00:00"))
        self.run_import()
        binding = self.component("binder", PARTNER).to_internal(1)
        self.env.flush_all()
        self.env.cr.execute(f"DELETE FROM {binding._table} WHERE id = {binding.id}")
        self.env.invalidate_all()
        self.env["connector.sync.error"]._resolve_deleted()
        self.assertFalse(self.unresolved())


@tagged("post_install", "-at_install")
class TestExportPaths(JobRuns, ExportCase):
    def unresolved(self):
        return self.env["connector.sync.error"].search(
            [
                ("state", "!=", "resolved"),
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", self.backend.id),
            ]
        )

    def fail(self, operation, error, job):
        adapter = type(self.component("backend.adapter", "test.export.partner"))
        with patch.object(adapter, operation, side_effect=error):
            return self.run_stored(job)

    def test_the_export_of_a_new_record_is_one_error_with_its_name(self):
        binding = self.make_binding(name="Ada Lovelace")
        for _ in range(20):
            job = binding.with_delay(identity_key=None).export_record()
            self.fail("create", InvalidDataError("refused"), job)
        error = self.unresolved()
        self.assertEqual((len(error), error.attempts), (1, 20))
        self.assertEqual(error.record_name, "Ada Lovelace")
        self.assertEqual((error.direction, error.binding_id), ("export", binding.id))
        self.assertIn("Ada Lovelace", error.values_text)
        error.action_retry()
        job = self.env["queue.job"].search([("uuid", "=", error.job_uuid)])
        self.run_stored(job)
        self.assertFalse(self.unresolved())

    def test_the_export_of_an_edit_is_one_error(self):
        binding = self.make_binding()
        self.run_stored(binding.with_delay().export_record())
        job = binding.with_delay().export_record(fields=["name"])
        self.fail("write", InvalidDataError("refused"), job)
        self.assertEqual(self.unresolved().direction, "export")
        self.run_stored(binding.with_delay().export_record(fields=["name"]))
        self.assertFalse(self.unresolved())

    def test_a_deletion_is_one_error(self):
        model = self.env["test.export.partner"]
        binding = self.make_binding()
        self.run_stored(binding.with_delay().export_record())
        delay = model.with_delay()
        job = delay.export_delete_record(self.backend, binding.external_id)
        self.fail("delete", InvalidDataError("refused"), job)
        error = self.unresolved()
        self.assertEqual(
            (error.direction, error.external_id), ("deletion", binding.external_id)
        )
        error.action_retry()
        self.run_stored(job)
        self.assertFalse(self.unresolved())

    def test_a_server_that_does_not_answer_is_one_error_of_all_directions(self):
        first, second = self.make_binding(), self.make_binding(name="Grace")
        down = BackendUnreachable("nothing answers")
        for binding in (first, second):
            self.fail("create", down, binding.with_delay().export_record())
        model = self.env["test.export.partner"]
        self.fail(
            "delete", down, model.with_delay().export_delete_record(self.backend, "9")
        )
        self.assertEqual((len(self.unresolved()), self.unresolved().attempts), (1, 3))
        self.run_stored(first.with_delay().export_record())
        self.assertFalse(self.unresolved())

    def test_an_export_that_sends_nothing_does_not_resolve_it(self):
        binding = self.make_binding()
        self.run_stored(binding.with_delay().export_record())
        down = BackendUnreachable("nothing answers")
        other = self.make_binding(name="Grace")
        self.fail("create", down, other.with_delay().export_record())
        with self.hooked_skip():
            self.run_stored(binding.with_delay().export_record())
        self.assertEqual(len(self.unresolved()), 1)

    def hooked_skip(self):
        exporter = type(self.exporter())
        return patch.object(exporter, "_has_to_skip", lambda *args: "not now")

    def test_refused_credentials_stop_the_schedule(self):
        job = self.make_binding().with_delay().export_record()
        self.fail("create", CredentialsRefused("401"), job)
        self.assertEqual(self.unresolved().cause, "refused")
        self.assertIn("401", self.backend.schedule_stopped_reason)

    def test_a_retry_tests_the_connection_and_runs_the_jobs_again(self):
        job = self.make_binding().with_delay(max_retries=1).export_record()
        self.fail("create", CredentialsRefused("401"), job)
        error, backend = self.unresolved(), type(self.backend)
        operator = new_test_user(
            self.env,
            "paths-operator",
            groups="base.group_user,connector.group_connector_operator",
        )
        refused = NetworkRetryableError("still down")
        with (
            patch.object(backend, "_check_connection", side_effect=refused),
            self.assertRaisesRegex(UserError, "still down"),
        ):
            error.with_user(operator).action_retry()
        with patch.object(backend, "_check_connection", lambda self: None):
            error.with_user(operator).action_retry()
        self.assertEqual(error.state, "resolved")
        self.assertFalse(self.backend.schedule_stopped_reason)
        self.assertEqual(job.db_record().state, "pending")

    def test_a_receipt_that_nothing_claims_is_one_error(self):
        binding = self.make_binding(name="Ada")
        self.run_stored(binding.with_delay().export_record())
        created_id, binding.external_id = binding.external_id, False
        receipts = self.env["connector.export.receipt"]
        receipt = receipts.create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": binding._name,
                "record_model": binding.odoo_id._name,
                "record_id": binding.odoo_id.id,
                "external_id": created_id,
            }
        )
        receipts._note_orphans()
        self.assertFalse(self.unresolved())
        receipt.left_at = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        for _ in range(2):
            receipts._note_orphans()
        error = self.unresolved()
        self.assertEqual((error.record_name, error.external_id), ("Ada", created_id))
        self.assertEqual((error.cause, error.attempts), ("receipt", 1))
        error.action_retry()
        job = self.env["queue.job"].search(
            [
                ("sync_subject", "=", f"{binding._name} export binding:{binding.id}"),
                ("state", "=", "pending"),
            ]
        )
        self.run_stored(job)
        self.assertEqual(binding.external_id, created_id)
        receipts._note_orphans()
        self.assertFalse(self.unresolved())


@tagged("post_install", "-at_install")
class TestEventPaths(ShopifyInboxCase):
    def unresolved(self):
        return self.env["connector.sync.error"].search(
            [("state", "!=", "resolved"), ("backend_id", "=", self.backend.id)]
        )

    def test_an_event_of_an_unknown_record_did_not_import_it(self):
        self.post_partner(404)
        self.run_job()
        event = self.events()
        self.assertEqual(event.state, "nothing")
        self.assertIn("no record with the ID 404", event.error)

    def test_an_event_of_some_unknown_records_names_them(self):
        self.system.put(PARTNER, partner(1))
        self.post_partner(1)
        self.events().external_ids = [1, 404]
        self.run_job()
        self.assertEqual(self.events().state, "imported")
        self.assertIn("404", self.events().error)
        self.assertTrue(self.found(1))

    def test_an_event_that_cannot_be_read_is_one_error_until_it_is(self):
        backend = type(self.backend)
        broken = patch.object(
            backend, "_webhook_external_ids", side_effect=ValueError("no id")
        )
        with broken:
            self.post_partner(1)
        error = self.unresolved()
        self.assertEqual((error.cause, error.attempts), ("webhook", 1))
        self.assertIn("no id", error.reason)
        self.assertEqual(json.loads(error.values_text)["id"], 1)
        with broken:
            error.action_retry()
        self.assertEqual(self.unresolved().state, "open")
        self.unresolved().action_retry()
        self.assertFalse(self.unresolved())
        self.assertEqual(self.events().state, "received")
