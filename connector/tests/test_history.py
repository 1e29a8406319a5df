# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows that the flows add to the history of records."""

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import JobError

from ..components.history.values import (
    MAX_TEXT,
    described_lines,
    held_values,
    is_secret,
    plain_value,
)
from ..exception import InvalidDataError
from .export_common import ExportCase
from .import_common import PARTNER, ImporterCase, partner
from .test_export_listener import PartnerListener

EXPORTED = "test.export.partner"


@tagged("post_install", "-at_install")
class TestValues(TransactionCase):
    """The form in which values are stored."""

    def test_relations_are_names_with_ids_and_secrets_are_masked(self):
        country = self.env.ref("base.be")
        company = self.env["res.partner"].create(
            {"name": "Agrolait", "country_id": country.id, "comment": "<p>Good</p>"}
        )
        values = held_values(company, ["name", "country_id", "comment", "is_company"])
        self.assertEqual(
            values,
            {
                "name": "Agrolait",
                "country_id": f"Belgium (ID {country.id})",
                "comment": "Good",
                "is_company": False,
            },
        )
        user = held_values(self.env.user, ["password", "login"])
        self.assertEqual(user["password"], "***")

    def test_binary_values_are_stored_as_their_size(self):
        record = self.env["res.partner"].create({"name": "a"})
        record.image_1920 = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
            "DwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        size = held_values(record, ["image_1920"])["image_1920"]
        self.assertRegex(str(size), r"^[\d.]+ (bytes|Kb)$")

    def test_names_of_secrets(self):
        for name in ("password", "api_key", "apikey", "access_token", "client_secret"):
            self.assertTrue(is_secret(name), name)
        for name in ("access_key", "accessKey", "api-key", "cookie"):
            self.assertTrue(is_secret(name), name)
        for name in ("name", "keyboard", "pass_date"):
            self.assertFalse(is_secret(name), name)

    def test_sent_values_are_bounded_and_masked_at_any_depth(self):
        self.assertEqual(len(plain_value("note", "x" * 1000)), MAX_TEXT)
        text = plain_value("address", {"city": "Ghent", "login": {"password": "abc"}})
        self.assertIn("Ghent", text)
        self.assertNotIn("abc", text)
        self.assertEqual(plain_value("file", b"x" * 2048), "2.0 kB")
        self.assertEqual(plain_value("rate", float("nan")), "nan")

    def test_lines_are_described_by_their_changes(self):
        parent = self.env["res.partner"].create(
            {"name": "a", "child_ids": [(0, 0, {"name": "Ada"})]}
        )
        commands = [(1, parent.child_ids.id, {"name": "Eva"})]
        text = described_lines(parent, {"child_ids": commands})["child_ids"]
        self.assertIn("Ada → Eva", text)


@tagged("post_install", "-at_install")
class TestImportHistory(ImporterCase):
    """Imports: created, updated, skipped, failed and removed records."""

    __test__ = True

    def history(self, *domain):
        self.env.flush_all()
        return self.env["connector.sync.change"].search(
            [
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", self.backend.id),
                *domain,
            ]
        )

    def test_created_records_have_a_row_without_values(self):
        self.put(partner("a"), partner("b"))
        self.run_chunk(["a", "b"])
        rows = self.history()
        self.assertEqual(rows.mapped("outcome"), ["created", "created"])
        row = rows.filtered(lambda row: row.external_id == "a")
        self.assertEqual(row.record_name, "Partner a")
        self.assertEqual(
            (row.res_model, row.res_id), ("res.partner", self.found("a").odoo_id.id)
        )
        self.assertEqual(
            (row.model_name, row.binding_id), (PARTNER, self.found("a").id)
        )
        self.assertFalse(row.changes)
        self.assertEqual(row.user_id, self.env.user)

    def test_one_statement_for_a_chunk_and_none_without_changes(self):
        ids = [f"p{number}" for number in range(50)]
        self.put(*map(partner, ids))
        sent = []
        execute = type(self.env.cr).execute

        def note(cr, query, *args, **kwargs):
            sent.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", note)
        self.run_chunk(ids)
        self.assertEqual(len([q for q in sent if "connector_sync_change" in q]), 1)
        self.assertEqual(len(self.history()), 50)
        sent.clear()
        self.run_chunk(ids)
        self.assertFalse([q for q in sent if "connector_sync_change" in q])

    def test_updated_records_show_old_and_new_values(self):
        self.put_industry("i1", "i2")
        self.put(partner("a", industry="i1"))
        self.run_chunk(["a"])
        self.put(
            partner("a", name="Ada", industry="i2", updated_at="2026-02-01 00:00:00")
        )
        self.run_chunk(["a"])
        row = self.history(("outcome", "=", "updated"))
        self.assertEqual(row.changes["name"], ["Partner a", "Ada"])
        old, new = row.changes["industry_id"]
        self.assertRegex(old, r"^Industry i1 \(ID \d+\)$")
        self.assertRegex(new, r"^Industry i2 \(ID \d+\)$")
        self.assertIn("Name: Partner a → Ada", row.changes_text)

    def test_a_skipped_record_has_its_name_and_its_reason(self):
        self.put(partner("a", skip=True))
        self.run_chunk(["a", "gone"])
        rows = self.history()
        reasons = {row.external_id: row.reason for row in rows}
        names = {row.external_id: row.record_name for row in rows}
        self.assertEqual(names, {"a": "Partner a", "gone": False})
        self.assertEqual(reasons["a"], "it says so")
        self.assertRegex(reasons["gone"], "does not have this record")

    def test_dependencies_are_in_the_history_too(self):
        self.put_tag("t")
        self.put(partner("a", tags=["t"]))
        self.run_chunk(["a"])
        self.assertEqual(
            set(self.history().mapped("model_name")),
            {PARTNER, "test.res.partner.category"},
        )

    def test_a_failure_is_noted_once_and_superseded_by_success(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        self.put(partner("a"), partner("b"))
        refused = ["a"]

        def check(importer, values):
            if importer.external_id in refused:
                raise InvalidDataError("No name")

        with self.hooked(_validate_create_data=check), mute_logger("odoo.sql_db"):
            with (
                self.trap_jobs() as trap,
                mute_logger("odoo.addons.connector.components.importer.retries"),
            ):
                self.env[PARTNER].import_chunk(self.backend, ["a", "b"], run=run)
            failed = self.history(("outcome", "=", "failed"))
            self.assertEqual((failed.external_id, failed.reason), ("a", "No name"))
            self.assertEqual(failed.record_name, "Partner a")
            self.assertEqual(failed.run_id, run)
            refused.clear()
            (job,) = trap.enqueued_jobs
            job.perform()
        self.assertTrue(failed.is_superseded)
        self.assertEqual(len(self.history(("external_id", "=", "a"))), 2)
        self.assertEqual(run.failed_count, 0)

    def test_rows_of_a_rolled_back_savepoint_are_dropped(self):
        self.put(partner("a"), partner("b"))
        self.put_tag("t")

        def import_more(importer, binding):
            importer.component("record.importer", "test.res.partner.category").run("t")
            if importer.external_id == "a":
                raise InvalidDataError("too late")

        with self.hooked(_after_import=import_more):
            self.run_chunk(["a"])
        self.assertEqual(self.history().mapped("outcome"), ["failed"])
        self.assertFalse(self.found("t", "test.res.partner.category"))

    def test_a_dry_run_leaves_nothing(self):
        self.put(partner("a"))
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        self.env[PARTNER].dry_run_chunk(self.backend, ["a"], run=run)
        self.assertFalse(self.history())

    def test_a_removed_record_keeps_its_name(self):
        self.put(partner("a"))
        self.run_chunk(["a"])
        self.system.remove(PARTNER, "a")
        for policy, said in (("archive", "archived"), ("delete", "deleted")):
            with self.hooked(_missing_record_policy=policy):
                self.run_chunk(["a"])
            row = self.history(("direction", "=", "removal"))[0]
            self.assertEqual((row.record_name, row.outcome), ("Partner a", "removed"))
            self.assertIn(said, row.reason)


@tagged("post_install", "-at_install")
class TestExportHistory(ExportCase):
    """Exports and deletions, in runs of the day."""

    def history(self):
        self.env.flush_all()
        return self.env["connector.sync.change"].search(
            [
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", self.backend.id),
            ]
        )

    def test_an_export_shows_the_sent_values_in_the_run_of_the_day(self):
        binding = self.make_binding()
        binding.export_record()
        row = self.history()
        self.assertEqual((row.outcome, row.direction), ("created", "export"))
        self.assertEqual(row.record_name, "Ada")
        self.assertEqual(row.changes["name"], [None, "Ada"])
        self.assertEqual(row.external_id, binding.external_id)
        self.assertTrue(row.run_id.day)
        self.assertEqual(row.run_id.created_count, 1)
        self.assertEqual(row.run_id.state, "done")
        binding.name = "Eva"
        binding.export_record(fields=["name"])
        self.assertEqual(len(self.history()), 2)
        self.assertEqual(self.history().run_id, row.run_id)
        self.assertEqual(row.run_id.updated_count, 1)

    def test_nothing_is_noted_where_nothing_is_sent(self):
        binding = self.make_binding()
        binding.export_record()
        binding.export_record(fields=["color"])
        self.assertEqual(len(self.history()), 1)

    def test_a_deletion_has_the_name_of_the_record(self):
        self.build_components(PartnerListener)
        binding = self.make_binding()
        binding.export_record()
        self.env.cr.precommit.clear()
        with self.trap_jobs() as trap:
            binding.unlink()
            self.env.cr.flush()
        (job,) = trap.enqueued_jobs
        self.assertIn('"Ada" (ID', job.description)
        job.perform()
        row = self.history()[0]
        self.assertEqual(
            (row.direction, row.outcome, row.record_name),
            ("deletion", "removed", "Ada"),
        )
        self.assertEqual(row.run_id.removed_count, 1)

    def test_a_failed_job_is_noted_and_superseded(self):
        binding = self.make_binding()
        uuid = binding.with_delay().export_record().uuid
        job = self.env["queue.job"].search([("uuid", "=", uuid)])
        failure = {
            "state": "failed",
            "exc_name": f"{JobError.__module__}.JobError",
            "exc_message": "The name is too long",
        }
        for _time in range(2):
            job.write(failure)
        row = self.history()
        self.assertEqual((row.outcome, row.reason), ("failed", "The name is too long"))
        self.assertEqual((row.binding_id, row.record_name), (binding.id, "Ada"))
        self.assertEqual(row.run_id.failed_count, 1)
        binding.export_record()
        self.assertTrue(row.is_superseded)
        self.assertEqual(row.run_id.failed_count, 0)
        self.assertEqual(row.run_id.created_count, 1)
