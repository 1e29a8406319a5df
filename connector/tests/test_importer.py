# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exception import InvalidDataError, RetryableJobError
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestImportOne(ImporterCase):
    __test__ = True

    def test_new_record_is_created_and_bound(self):
        self.put(partner(1))
        item = self.run_one(1)
        self.assertEqual(item.outcome, Outcome.CREATED)
        binding = self.found(1)
        self.assertEqual(item.binding, binding)
        self.assertEqual(binding.name, "Partner 1")
        self.assertEqual(binding.backend_id, self.backend)
        self.assertTrue(binding.sync_date)
        self.assertEqual(str(binding.external_updated_at), "2026-01-01 00:00:00")

    def test_changed_record_is_updated_only_where_it_changed(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, email="new@example.com", updated_at="2026-01-02 00:00:00"))
        written = []
        with self.hooked(
            _update=lambda importer, binding, values: written.append(values)
        ):
            self.assertEqual(self.run_one(1).outcome, Outcome.UPDATED)
        self.assertEqual(written, [{"email": "new@example.com"}])
        self.assertEqual(str(self.found(1).external_updated_at), "2026-01-02 00:00:00")

    def test_update_reaches_the_record(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, email="new@example.com", updated_at="2026-01-02 00:00:00"))
        self.run_one(1)
        self.assertEqual(self.found(1).odoo_id.email, "new@example.com")

    def test_record_that_is_up_to_date_is_not_even_mapped(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Changed behind the date"))
        with self.hooked(_map_data=None):
            self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)

    def test_record_that_must_not_be_overwritten_is_skipped_to_the_end(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Remote", updated_at="2026-01-02 00:00:00"))
        with self.hooked(
            _may_overwrite=lambda importer, binding: False, _after_import=None
        ):
            self.assertEqual(self.run_one(1).outcome, Outcome.SKIPPED)
        self.assertEqual(self.found(1).name, "Partner 1")

    def test_force_imports_what_is_up_to_date(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Changed behind the date"))
        self.assertEqual(self.run_one(1, force=True).outcome, Outcome.UPDATED)
        self.assertEqual(self.found(1).name, "Changed behind the date")

    def test_unchanged_values_write_nothing_to_the_record(self):
        self.put_tag(5)
        self.put_industry(6)
        self.put(partner(1, tags=[5], industry=6))
        self.run_one(1)
        binding = self.found(1)
        self.env.flush_all()
        partner_model = type(self.env["res.partner"])
        with (
            self.hooked(_update=None),
            patch.object(partner_model, "write", side_effect=AssertionError),
        ):
            self.assertEqual(self.run_one(1, force=True).outcome, Outcome.UNCHANGED)
        self.assertTrue(binding.sync_date)

    def test_record_that_must_be_skipped_is_skipped(self):
        self.put(partner(1, skip=True))
        self.assertEqual(self.run_one(1).outcome, Outcome.SKIPPED)
        self.assertFalse(self.found(1))

    def test_given_record_is_not_read(self):
        self.run_one(1, record=partner(1))
        self.assertFalse(self.system.calls)
        self.assertEqual(self.found(1).name, "Partner 1")

    def test_archived_binding_is_updated(self):
        self.put(partner(1))
        self.run_one(1)
        self.found(1).active = False
        self.put(partner(1, name="Back", updated_at="2026-01-02 00:00:00"))
        self.assertEqual(self.run_one(1).outcome, Outcome.UPDATED)
        self.assertEqual(self.found(1).name, "Back")

    def test_record_with_the_same_key_is_bound_instead_of_created(self):
        existing = self.env["res.partner"].create({"name": "Local", "ref": "R1"})

        def by_ref(importer, values):
            return importer.env["res.partner"].search([("ref", "=", values["ref"])])

        self.put(partner(1, ref="R1"))
        with self.hooked(_find_record_to_bind=by_ref):
            self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)
        self.assertEqual(self.found(1).odoo_id, existing)
        self.assertEqual(existing.name, "Partner 1")

    def test_unbound_binding_that_a_connector_finds_is_bound(self):
        known = self.env[PARTNER].create(
            {"name": "Ada", "ref": "A", "backend_id": self.backend.id}
        )
        self.put(partner(1, ref="A"), partner(2, ref="A"))

        def find(importer):
            return importer.model.search(
                [("ref", "=", importer.external_record["ref"])]
            )

        with self.hooked(_get_binding=find):
            self.assertEqual(self.run_one(1).binding, known)
            self.assertEqual(self.found(1), known)
            self.run_one(2)
        self.assertEqual(known.external_id, "1")

    def test_unbound_binding_that_a_binder_finds_is_bound(self):
        known = self.env[PARTNER].create(
            {"name": "Ada", "ref": "1", "backend_id": self.backend.id}
        )
        self.put(partner(1, ref="1"))

        def to_internal(binder, external_id, unwrap=False):
            return binder.model.search([("ref", "=", external_id)])

        binder = self.component("binder", PARTNER)
        with patch.object(type(binder), "to_internal", to_internal):
            self.run_one(1)
        self.assertEqual(known.external_id, "1")
        self.assertTrue(known.sync_date)

    def test_errors_are_raised(self):
        self.put(partner(1))

        def refuse(importer, values):
            raise InvalidDataError("no good")

        for hook in ("_validate_create_data", "_validate_update_data"):
            with self.hooked(**{hook: refuse}):
                with self.assertRaisesRegex(InvalidDataError, "no good"):
                    self.importer.run(1)
            self.importer.run(1)
            self.put(partner(1, updated_at="2026-01-02 00:00:00"))

    def test_hooks_run_in_order_with_the_record_at_hand(self):
        self.put(partner(1))
        told = []

        def note(name):
            def hook(importer, *args):
                told.append(
                    (name, importer.external_id, importer.external_record["id"])
                )

            return hook

        with self.hooked(
            _before_import=note("before"),
            _import_dependencies=note("dependencies"),
            _validate_create_data=note("validate"),
            _after_import=note("after"),
        ):
            self.run_one(1)
        self.assertEqual(
            told,
            [(name, 1, 1) for name in ("before", "dependencies", "validate", "after")],
        )

    def test_import_is_not_exported_and_not_tracked(self):
        self.put(partner(1))
        seen = []

        def note(importer, values_list):
            bindings = importer.import_model.create(values_list)
            seen.append(bindings.env.context)
            return bindings

        with self.hooked(_create_many=note):
            self.run_one(1)
        self.assertTrue(seen[0]["connector_no_export"])
        self.assertTrue(seen[0]["tracking_disable"])
        self.assertFalse(self.found(1).env.context.get("connector_no_export"))

    def test_own_create_of_one_record_is_called(self):
        self.put(partner(1))

        def create(importer, values):
            return importer.import_model.create({**values, "name": "Own"})

        with self.hooked(_create=create):
            self.run_one(1)
        self.assertEqual(self.found(1).name, "Own")

    def test_record_that_another_transaction_imports_is_tried_again(self):
        self.put(partner(1))
        with self.locked_elsewhere(1):
            with self.assertRaisesRegex(RetryableJobError, "Another job imports"):
                self.importer.run(1)
        self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)

    def test_unique_violation_is_tried_again(self):
        """Another transaction has bound the record since this one began."""
        self.put(partner(1))
        self.run_one(1)
        self.env.flush_all()
        none = self.env[PARTNER]
        with (
            patch.object(
                type(self.importer.binder), "to_internal_many", lambda *args, **kw: {}
            ),
            mute_logger("odoo.sql_db"),
            self.assertRaises(RetryableJobError),
            self.env.cr.savepoint(),
        ):
            self.importer.run(1, force=True)
        self.assertEqual(len(none.search([("external_id", "=", "1")])), 1)


@tagged("post_install", "-at_install")
class TestImportMissing(ImporterCase):
    __test__ = True

    def test_record_unknown_to_the_backend_is_skipped(self):
        self.assertEqual(self.run_one(404).outcome, Outcome.SKIPPED)
        self.assertFalse(self.found(404))

    def test_remotely_deleted_record_keeps_its_binding_by_default(self):
        self.put(partner(1))
        self.run_one(1)
        self.system.remove(PARTNER, 1)
        self.assertEqual(self.run_one(1).outcome, Outcome.SKIPPED)
        self.assertTrue(self.found(1).active)
