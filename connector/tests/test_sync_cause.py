# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors with the same reason have one cause."""

from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exception import InvalidDataError
from ..jobs.failure import with_hint
from .import_common import CATEGORY, PARTNER, partner
from .sync_error_case import SyncErrorCase


@tagged("post_install", "-at_install")
class TestCauses(SyncErrorCase):
    __test__ = True

    def fail_import(self, external_id, error, **values):
        importer = type(self.component("record.importer", PARTNER))
        self.put(partner(external_id, **values))

        def validate(hooks, values):
            raise error(hooks) if callable(error) else error

        with patch.object(importer, "_validate_create_data", validate):
            return self.run_import(external_id)

    def unit_is_missing(self, hooks):
        name = hooks.external_record["name"]
        return InvalidDataError(
            f"{PARTNER} {hooks.external_id} ({name}): Unit 'Pallet of 48' is missing."
        )

    def test_the_same_problem_of_three_records_is_one_cause(self):
        for key, name in ((1, "Bricks"), (2, "Sand 0/2"), (30, "Tiles 48")):
            self.fail_import(key, self.unit_is_missing, name=name)
        errors = self.unresolved()
        self.assertEqual(len(errors), 3)
        cause = errors.cause_id
        self.assertEqual(cause.summary, "Unit 'Pallet of 48' is missing.")
        self.assertEqual(cause.error_count, 3)
        self.assertTrue(cause.model_counts_text.startswith("3 × "))
        self.assertEqual(cause.since, min(errors.mapped("first_seen")))
        self.assertEqual(cause.display_name, cause.summary)

    def test_another_problem_is_another_cause(self):
        self.fail_import(1, self.unit_is_missing)
        self.fail_import(2, InvalidDataError("Unit 'Box' is missing."))
        self.assertEqual(len(self.unresolved().cause_id), 2)

    def test_another_backend_has_its_own_causes(self):
        self.fail_import(1, InvalidDataError("No name."))
        other = self.backend.copy({"name": "Other"})
        errors = self.env["connector.sync.error"]
        errors._note(other._name, other.id, "x", cause="data", reason="No name.")
        causes = self.env["connector.sync.cause"].search([("summary", "=", "No name.")])
        self.assertEqual(len(causes), 2)

    def test_a_cause_counts_errors_that_are_not_resolved_or_ignored(self):
        for key in (1, 2):
            self.fail_import(key, self.unit_is_missing)
        first, second = self.unresolved()
        cause = first.cause_id
        first.action_ignore()
        self.assertEqual(cause.error_count, 1)
        second._resolve()
        self.assertEqual((cause.error_count, cause.since), (0, False))

    def test_a_record_that_needs_a_failing_one_has_its_cause(self):
        importer = type(self.component("record.importer", CATEGORY))

        def validate(hooks, values):
            raise InvalidDataError("Tag 'Red' is locked.")

        self.system.put(CATEGORY, {"id": 5, "name": "Red", "parent": None})
        self.put(partner(1, tags=[5]), partner(2, tags=[5]))
        with patch.object(importer, "_validate_create_data", validate):
            for key in (1, 2):
                self.run_import(key)
        self.assertEqual(len(self.unresolved()), 2)
        self.assertEqual(len(self.unresolved().cause_id), 1)
        self.assertIn("is locked", self.unresolved().cause_id.summary)

    def test_the_error_has_the_name_and_the_values_of_its_record(self):
        self.fail_import(1, InvalidDataError("No unit."), name="Bricks", ref="R1")
        error = self.unresolved()
        self.assertEqual(error.record_name, "Bricks")
        self.assertIn('"R1"', error.values_text)
        self.assertIn("Traceback", error.traceback)

    def test_the_local_name_counts_if_the_record_is_bound(self):
        self.put(partner(1, name="Remote name"))
        self.run_import(1)
        binding = self.component("binder", PARTNER).to_internal(1)
        binding.odoo_id.name = "Local name"
        self.put(partner(1, email="\0", updated_at="2026-02-01 00:00:00"))
        self.run_import(1)
        error = self.unresolved()
        self.assertEqual(error.record_name, binding.odoo_id.display_name)
        self.assertEqual(error.binding_id, binding.id)
        action = error.action_open_local()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", binding.odoo_id.id)
        )

    def test_a_record_whose_name_is_unknown_has_its_id(self):
        self.put(partner(7))
        self.system.fail_next("read_many", InvalidDataError("no such field"))
        self.run_import(7)
        self.assertRegex(self.unresolved().record_name, r"^\w.* 7$")

    def test_a_hint_of_an_error_is_the_fix(self):
        error = with_hint(InvalidDataError("No unit."), "Create the unit.")
        self.assertEqual(str(error), "No unit. Create the unit.")
        self.fail_import(1, error)
        found = self.unresolved()
        self.assertEqual(found.cause_id.summary, "No unit.")
        self.assertEqual(found.suggested_fix, "Create the unit.")

    def test_every_code_has_a_fix(self):
        causes = self.env["connector.sync.cause"]
        codes = dict(causes._fields["code"]._description_selection(self.env))
        for code in codes:
            with self.subTest(code):
                cause = causes.new(
                    {
                        "code": code,
                        "backend_model": self.backend._name,
                        "backend_id": self.backend.id,
                    }
                )
                self.assertTrue(cause.fix)
                self.assertNotIn("%(", cause.fix)

    def test_a_cause_that_is_created_concurrently_is_linked_later(self):
        causes = type(self.env["connector.sync.cause"])
        violation = psycopg2.errors.UniqueViolation("created by another worker")
        with patch.object(causes, "create", side_effect=violation):
            self.fail_import(1, InvalidDataError("No unit."))
        error = self.unresolved()
        self.assertFalse(error.cause_id)
        self.assertTrue(error.suggested_fix)
        self.env["connector.sync.error"]._link_missing()
        self.assertEqual(error.cause_id.summary, "No unit.")

    def test_its_record_that_needs_another_one_is_linked_to_the_same_cause(self):
        category = type(self.component("record.importer", CATEGORY))
        locked = InvalidDataError("Tag 'Red' is locked.")
        causes = type(self.env["connector.sync.cause"])
        violation = psycopg2.errors.UniqueViolation("created by another worker")
        self.system.put(CATEGORY, {"id": 5, "name": "Red", "parent": None})
        self.put(partner(1, tags=[5]), partner(2, tags=[5]))
        with patch.object(category, "_validate_create_data", side_effect=locked):
            with patch.object(causes, "create", side_effect=violation):
                self.run_import(1)
            self.run_import(2)
        self.env["connector.sync.error"]._link_missing()
        errors = self.unresolved()
        self.assertEqual((len(errors), len(errors.cause_id)), (2, 1))

    def test_reasons_that_quote_other_records_do_not_make_causes_without_end(self):
        errors = self.env["connector.sync.error"]
        limit = "odoo.addons.connector.models.sync_cause.MANY_CAUSES"
        with patch(limit, 3):
            for number in range(8):
                errors._note(
                    self.backend._name,
                    self.backend.id,
                    f"{PARTNER} import record:{number}",
                    cause="data",
                    reason=f"Its owner 'Ada {number}' is locked.",
                )
        self.assertEqual(len(self.unresolved().cause_id), 4)
        self.assertIn(
            "Its owner … is locked.", self.unresolved().cause_id.mapped("summary")
        )

    def test_an_error_without_a_text_is_an_error_too(self):
        self.fail_import(1, ValueError())
        self.assertEqual(self.unresolved().reason, "ValueError")

    def test_causes_without_errors_are_deleted(self):
        self.fail_import(1, InvalidDataError("No unit."))
        error = self.unresolved()
        cause = error.cause_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_sync_cause SET create_date = '2020-01-01'"
        )
        self.env.invalidate_all()
        self.env["connector.sync.error"]._gc_causes()
        self.assertTrue(cause.exists())
        error.unlink()
        self.env["connector.sync.error"]._gc_causes()
        self.assertFalse(cause.exists())

    def test_causes_of_models_that_are_uninstalled_still_display(self):
        self.env["connector.sync.error"]._note(
            "lost.backend",
            7,
            "lost.model import record:1",
            cause="data",
            reason="x",
            model_name="lost.model",
            external_id="1",
        )
        error = self.env["connector.sync.error"].search(
            [("backend_model", "=", "lost.backend")]
        )
        fields = ["display_name", "suggested_fix", "model_description", "traceback"]
        self.assertTrue(error.read(fields))
        self.assertEqual(error.cause_id.model_counts_text, "1 × lost.model")
        error.action_ignore()
        self.assertEqual(error.state, "ignored")

    def test_secrets_of_the_backend_are_masked_in_values(self):
        secret = [type("Secret", (), {"secret_field": "name"})]
        path = "odoo.addons.connector.models.queue_job.failed_record.secrets_of"
        self.backend.name = "hunter2-secret"
        with patch(path, lambda backend: secret):
            self.fail_import(1, InvalidDataError("No."), ref="hunter2-secret")
        self.assertNotIn("hunter2-secret", self.unresolved().values_text)
        self.assertIn("***", self.unresolved().values_text)

    def test_a_reason_that_cannot_be_stored_as_it_is_opens_an_error(self):
        with mute_logger("odoo.sql_db"):
            self.fail_import(1, InvalidDataError("a\0b \ud800"))
        self.assertTrue(self.unresolved().cause_id)
