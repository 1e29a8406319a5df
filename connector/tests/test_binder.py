# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from .binder_common import INDUSTRY, PARTNER, BinderCase


@tagged("post_install", "-at_install")
class TestBinder(BinderCase):
    __test__ = True

    def test_external_id_leads_to_the_binding(self):
        one, two = self.bound("1", "2")
        self.assertEqual(self.binder.to_internal("1"), one)
        self.assertEqual(self.binder.to_internal(2), two)
        self.assertEqual(self.binder.to_internal("1", unwrap=True), one.odoo_id)

    def test_unbound_external_id_leads_to_an_empty_recordset(self):
        self.assertEqual(self.binder.to_internal("none"), self.env[PARTNER])
        self.assertEqual(
            self.binder.to_internal("none", unwrap=True), self.env["res.partner"]
        )

    def test_empty_external_ids_are_bound_to_nothing(self):
        self.bound("False", "None", "True", "")
        for empty in (None, False, True, ""):
            self.assertFalse(self.binder.to_internal(empty), empty)
        self.assertEqual(self.binder.to_internal_many([None, False, True, ""]), {})

    def test_zero_is_an_external_id(self):
        zero = self.bound("0")
        self.assertEqual(self.binder.to_internal(0), zero)
        self.assertEqual(self.binder.to_internal_many([0]), {0: zero})

    def test_context_of_the_caller_is_kept(self):
        self.bound("1")
        binding = self.binder.to_internal("1")
        self.assertEqual(binding.env.context, self.work.env.context)

    def test_archived_bindings_are_found(self):
        binding = self.bound("1", active=False)
        self.assertEqual(self.binder.to_internal("1"), binding)
        self.assertEqual(self.binder.to_external(binding.odoo_id, wrap=True), "1")
        self.assertEqual(self.binder.to_internal_many(["1"]), {"1": binding})

    def test_backends_are_kept_apart(self):
        other = self.env["test.backend"].create({"name": "Other"})
        here, there = self.bound("1"), self.bound("1", backend=other)
        other_binder = self.component("binder", PARTNER, backend=other)
        self.assertEqual(self.binder.to_internal("1"), here)
        self.assertEqual(other_binder.to_internal("1"), there)
        self.assertEqual(self.binder.to_internal_many(["1"]), {"1": here})
        self.assertIsNone(other_binder.to_external(here.odoo_id, wrap=True))
        self.assertEqual(other_binder.to_external_many(here.odoo_id), {})

    def test_active_binding_wins_over_an_archived_one(self):
        binder = self.component("binder", INDUSTRY)
        self.bound("1", model=INDUSTRY, active=False)
        active = self.bound("1", model=INDUSTRY)
        self.assertEqual(binder.to_internal("1"), active)
        self.assertEqual(binder.to_internal_many(["1"]), {"1": active})

    def test_two_active_bindings_are_an_error_that_names_both(self):
        binder = self.component("binder", INDUSTRY)
        twins = self.bound("1", "1", model=INDUSTRY)
        for ask in (binder.to_internal, lambda key: binder.to_internal_many([key])):
            with self.assertRaisesRegex(ValueError, "found 2") as caught:
                ask("1")
            for twin in twins:
                self.assertIn(str(twin.id), str(caught.exception))

    def test_binding_leads_to_the_external_id(self):
        binding = self.bound("1")
        self.assertEqual(self.binder.to_external(binding), "1")
        self.assertEqual(self.binder.to_external(binding.id), "1")
        self.assertEqual(self.binder.to_external(binding.odoo_id, wrap=True), "1")
        self.assertEqual(self.binder.to_external(binding.odoo_id.id, wrap=True), "1")

    def test_unbound_record_has_no_external_id(self):
        partner = self.env["res.partner"].create({"name": "Nobody"})
        self.assertIsNone(self.binder.to_external(partner, wrap=True))

    def test_bind_writes_the_id_and_the_date_without_export(self):
        binding = self.bound(False)
        with patch.object(
            type(binding), "write", autospec=True, side_effect=type(binding).write
        ) as write:
            self.binder.bind(42, binding)
        self.assertEqual(binding.external_id, "42")
        self.assertTrue(binding.sync_date)
        self.assertTrue(write.call_args.args[0].env.context["connector_no_export"])

    def test_bind_refuses_empty_ids_and_bindings(self):
        binding = self.bound(False)
        for external_id in (None, False, ""):
            with self.assertRaises(AssertionError):
                self.binder.bind(external_id, binding)
        with self.assertRaises(AssertionError):
            self.binder.bind("1", self.env[PARTNER])
        self.binder.bind(0, binding.id)
        self.assertEqual(binding.external_id, "0")

    def test_several_bindings_are_neither_bound_nor_unwrapped(self):
        bindings = self.bound("1", "2")
        with self.assertRaises(ValueError):
            self.binder.bind("3", bindings)
        with self.assertRaises(ValueError):
            self.binder.unwrap_binding(bindings)
        self.assertEqual(bindings.mapped("external_id"), ["1", "2"])

    def test_binding_that_wraps_nothing_is_found(self):
        binding = self.bound("1")
        self.binder._odoo_field = "no_such_field"
        self.assertEqual(self.binder.to_internal("1"), binding)
        self.assertEqual(self.binder.to_external(binding), "1")

    def test_unwrap(self):
        binding = self.bound("1")
        self.assertEqual(self.binder.unwrap_binding(binding.id), binding.odoo_id)
        self.assertEqual(self.binder.unwrap_model(), "res.partner")

    def test_model_without_bindings_says_so(self):
        with self.assertRaisesRegex(ValueError, "res.country has no field"):
            self.component("binder", "res.country").to_internal(7)

    def test_unwrap_model_of_no_binding_says_so(self):
        binder = self.component("binder", "res.users")
        with self.assertRaisesRegex(ValueError, "res.users has no field 'odoo_id'"):
            binder.unwrap_model()
