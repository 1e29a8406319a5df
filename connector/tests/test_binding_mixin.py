# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import Mock

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.binding import violated_key
from .common import TestConnectorCase

MIXIN_FIELDS = {"backend_id", "odoo_id", "external_id", "sync_date"}


@tagged("post_install", "-at_install")
class TestBindingMixin(TestConnectorCase):
    __test__ = True

    def test_mixin_brings_the_fields_with_their_models(self):
        model = self.env["test.res.partner"]
        self.assertLessEqual(MIXIN_FIELDS, set(model._fields))
        self.assertEqual(model._fields["backend_id"].comodel_name, "test.backend")
        self.assertEqual(model._fields["odoo_id"].comodel_name, "res.partner")
        self.assertEqual(model._fields["odoo_id"].ondelete, "cascade")

    def test_wrapped_model_can_be_said_without_delegation(self):
        model = self.env["test.res.country"]
        self.assertEqual(model._odoo_model, "res.country")
        self.assertEqual(model._fields["odoo_id"].comodel_name, "res.country")
        self.assertFalse(model._inherits)

    def test_declared_fields_win(self):
        fields = self.env["test.res.country"]._fields
        self.assertEqual(fields["external_id"].string, "ISO code")
        self.assertEqual(fields["external_id"].size, 2)
        self.assertTrue(fields["external_id"].required)
        self.assertEqual(fields["backend_id"].ondelete, "cascade")

    def test_a_field_that_is_redeclared_in_part_keeps_the_rest(self):
        field = self.env["test.res.partner.bank"]._fields["backend_id"]
        self.assertEqual(field.ondelete, "cascade")
        self.assertEqual(field.comodel_name, "test.backend")
        self.assertEqual((field.string, field.required), ("Backend", True))

    def test_bindings_declared_by_hand_are_untouched(self):
        model = self.env["test.res.partner.industry"]
        self.assertNotIn("external_updated_at", model._fields)
        self.assertFalse(
            [name for name in model._table_objects if name.endswith("_uniq")]
        )
        values = {"backend_id": self.backend.id, "external_id": "1", "name": "Mining"}
        twins = model.create([values, values])
        twins.flush_recordset()
        self.assertEqual(len(twins.odoo_id), 2)


@tagged("post_install", "-at_install")
class TestCopy(TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.binding = self.env["test.res.partner"].create(
            {
                "backend_id": self.backend.id,
                "external_id": "1",
                "name": "Azure",
                "sync_date": "2026-01-01",
                "external_updated_at": "2026-01-01",
                "external_fingerprint": "abc",
                "stored_differently": {"website": ["a", "b"]},
            }
        )

    def test_copy_of_a_binding_is_a_new_record_that_nobody_knows_there(self):
        copy = self.binding.copy()
        copy.flush_recordset()
        self.assertNotEqual(copy.odoo_id, self.binding.odoo_id)
        self.assertIn("Azure", copy.name)
        self.assertEqual(copy.backend_id, self.backend)
        for name in (
            "external_id",
            "sync_date",
            "external_updated_at",
            "external_fingerprint",
            "stored_differently",
        ):
            self.assertFalse(copy[name], name)

    def test_only_backend_and_record_of_the_mixin_are_copied(self):
        """The synchronization fields of a binding belong to that binding only."""
        mixin = self.env["connector.binding.mixin"]
        copied = {
            name
            for name, field in mixin._fields.items()
            if field.copy and field.store and not field.compute
        }
        self.assertEqual(copied - {"id"}, {"backend_id", "odoo_id"})

    def test_two_copies_are_two_records(self):
        copies = self.binding.copy() + self.binding.copy()
        copies.flush_recordset()
        self.assertEqual(len(copies.odoo_id), 2)

    def test_copy_of_a_record_is_bound_to_nothing(self):
        copy = self.binding.odoo_id.copy()
        self.assertTrue(self.binding.odoo_id.test_bind_ids)
        self.assertFalse(copy.test_bind_ids)


@tagged("post_install", "-at_install")
class TestUniqueLink(TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.model = self.env["test.res.partner"]
        self.binding = self.model.create(
            {"backend_id": self.backend.id, "external_id": "a, b", "name": "Azure"}
        )
        self.binding.flush_recordset()

    def refused(self, **values):
        """Return the message that Odoo shows for an invalid binding."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation) as caught,
            self.env.cr.savepoint(),
        ):
            self.model.create({"backend_id": self.backend.id, **values})
        return self.model._sql_error_to_message(caught.exception)

    def test_external_id_is_unique_in_a_backend_and_the_error_names_the_other(self):
        message = self.refused(external_id="a, b", name="Twin")
        for part in ("Test: ", "a, b", "Azure", f"test.res.partner {self.binding.id}"):
            self.assertIn(part, message)

    def test_record_is_bound_once_to_a_backend_and_the_error_names_the_other(self):
        message = self.refused(external_id="2", odoo_id=self.binding.odoo_id.id)
        for part in ("Test: ", "a, b", "Azure", f"test.res.partner {self.binding.id}"):
            self.assertIn(part, message)

    def test_archived_bindings_are_named_too(self):
        self.binding.active = False
        self.assertIn("Azure", self.refused(external_id="a, b", name="Twin"))

    def test_another_backend_may_have_the_same_external_id_and_record(self):
        other = self.env["test.backend"].create({"name": "Other"})
        self.model.create(
            {
                "backend_id": other.id,
                "external_id": "a, b",
                "odoo_id": self.binding.odoo_id.id,
            }
        ).flush_recordset()

    def test_binding_without_external_id_waits_for_one(self):
        self.model.create(
            [{"backend_id": self.backend.id, "name": name} for name in "ab"]
        ).flush_recordset()

    def test_error_shows_the_values_where_the_binding_is_not_seen(self):
        constraint = self.model._table_objects["test_res_partner_backend_external_uniq"]
        detail = "Key (backend_id, external_id)=(999999, 7) already exists."
        message = constraint.get_error_message(self.model, Mock(message_detail=detail))
        self.assertIn("backend_id 999999, external_id 7", message)

    def test_error_without_detail_says_what_must_be_unique(self):
        constraint = self.model._table_objects["test_res_partner_backend_record_uniq"]
        self.assertIn(
            "backend and record", constraint.get_error_message(self.model, None)
        )

    def test_detail_is_read_in_any_language(self):
        self.assertEqual(
            violated_key(
                "Schlüssel »(backend_id, external_id)=(1, (a), b)« existiert."
            ),
            {"backend_id": "1", "external_id": "(a), b"},
        )
        self.assertEqual(violated_key(None), {})
        self.assertEqual(violated_key("something else"), {})
