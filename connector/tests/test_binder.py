# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import closing
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from .common import TestConnectorCase

PARTNER = "test.res.partner"
INDUSTRY = "test.res.partner.industry"
COUNTRY = "test.res.country"


class OwnBinder(Component):
    _name = "test.own.binder"
    _inherit = "test.binder"
    _apply_on = PARTNER

    def to_internal(self, external_id, unwrap=False):
        return super().to_internal(external_id.lower(), unwrap=unwrap)

    def to_external(self, binding, wrap=False):
        return (super().to_external(binding, wrap=wrap) or "").upper()


class BinderCase(TestConnectorCase):
    def setUp(self):
        super().setUp()
        self.work = self.work_on(PARTNER)
        self.binder = self.work.component(usage="binder")

    def bound(self, *external_ids, model=PARTNER, backend=None, **values):
        return self.env[model].create(
            [
                {
                    "backend_id": (backend or self.backend).id,
                    "external_id": external_id,
                    "name": f"Record {external_id}",
                    **values,
                }
                for external_id in external_ids
            ]
        )

    def settle(self):
        """Have every later answer come from the database or from a memory."""
        self.env.flush_all()
        self.env.invalidate_all()


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

    def test_binding_that_wraps_nothing_is_found(self):
        binding = self.bound("1")
        self.binder._odoo_field = "no_such_field"
        self.assertEqual(self.binder.to_internal("1"), binding)
        self.assertEqual(self.binder.to_external(binding), "1")

    def test_unwrap(self):
        binding = self.bound("1")
        self.assertEqual(self.binder.unwrap_binding(binding.id), binding.odoo_id)
        self.assertEqual(self.binder.unwrap_model(), "res.partner")

    def test_unwrap_model_of_no_binding_says_so(self):
        binder = self.component("binder", "res.users")
        with self.assertRaisesRegex(ValueError, "res.users has no field 'odoo_id'"):
            binder.unwrap_model()


@tagged("post_install", "-at_install")
class TestBinderMany(BinderCase):
    __test__ = True

    def test_to_internal_many_takes_one_query_whatever_the_number(self):
        ids = [str(number) for number in range(100)]
        bindings = self.bound(*ids)
        for number in (10, 100):
            self.settle()
            with self.assertQueryCount(1):
                found = self.binder.to_internal_many([*ids[:number], "none", None])
            self.assertEqual(
                found, dict(zip(ids[:number], bindings[:number], strict=True))
            )

    def test_to_internal_many_unwraps_without_another_query(self):
        bindings = self.bound("1", "2")
        self.settle()
        with self.assertQueryCount(1):
            found = self.binder.to_internal_many([1, 2], unwrap=True)
        self.assertEqual(found, {1: bindings[0].odoo_id, 2: bindings[1].odoo_id})

    def test_to_external_many_takes_one_query_whatever_the_number(self):
        ids = [str(number) for number in range(100)]
        partners = self.bound(*ids).odoo_id
        unbound = self.env["res.partner"].create({"name": "Nobody"})
        for number in (10, 100):
            self.settle()
            with self.assertQueryCount(1):
                found = self.binder.to_external_many(partners[:number] + unbound)
            self.assertEqual(
                found, dict(zip(partners[:number], ids[:number], strict=True))
            )

    def test_to_external_many_of_bindings(self):
        bindings = self.bound("1", "2", False)
        self.settle()
        with self.assertQueryCount(1):
            found = self.binder.to_external_many(bindings)
        self.assertEqual(found, {bindings[0]: "1", bindings[1]: "2"})

    def test_bind_many_writes_all_in_one_query(self):
        for number in (10, 100):
            bindings = self.bound(*[False] * number)
            self.settle()
            bindings.mapped("external_id")
            pairs = [(f"{number}-{b.id}", b) for b in bindings]
            with self.assertQueryCount(1):
                self.binder.bind_many(pairs)
                self.env.flush_all()
            self.assertEqual(
                bindings.mapped("external_id"),
                [external_id for external_id, _ in pairs],
            )

    def test_own_to_internal_and_to_external_are_asked_for_each(self):
        self.build_components(OwnBinder)
        binder = self.component("binder", PARTNER)
        self.assertEqual(binder._name, "test.own.binder")
        binding = self.bound("a")
        self.assertEqual(binder.to_internal_many(["A", "B"]), {"A": binding})
        binder.prefetch(["A"])
        self.assertEqual(binder.to_internal("A"), binding)
        self.assertEqual(binder.to_external_many(binding), {binding: "A"})
        self.assertEqual(
            binder.to_external_many(binding.odoo_id), {binding.odoo_id: "A"}
        )

    def test_own_bind_is_asked_for_each(self):
        bound = []
        bindings = self.bound(False, False)
        with patch.object(
            type(self.binder), "bind", lambda binder, *pair: bound.append(pair)
        ):
            self.binder.bind_many(zip("ab", bindings, strict=True))
        self.assertEqual(bound, [("a", bindings[0]), ("b", bindings[1])])


@tagged("post_install", "-at_install")
class TestBinderMemory(BinderCase):
    __test__ = True

    def another_binder(self):
        """Return a binder that is come by as a mapper comes by it."""
        return self.work.work_on("res.users").component(
            usage="binder", model_name=PARTNER
        )

    def assertRemembers(self, external_id, binding):
        for binder in (self.binder, self.another_binder()):
            with self.assertQueryCount(0):
                self.assertEqual(binder.to_internal(external_id), binding)

    def test_prefetch_takes_one_query_and_all_later_answers_none(self):
        one, two = self.bound("1", "2")
        self.settle()
        with self.assertQueryCount(1):
            self.binder.prefetch(["1", 2, "none", None])
        self.assertRemembers("1", one)
        self.assertRemembers("2", two)
        self.assertRemembers("none", self.env[PARTNER])
        with self.assertQueryCount(0):
            found = self.binder.to_internal_many(["1", "2", "none"], unwrap=True)
        self.assertEqual(found, {"1": one.odoo_id, "2": two.odoo_id})

    def test_prefetch_asks_only_what_it_does_not_know(self):
        self.bound("1")
        self.binder.prefetch(["1", "none"])
        with self.assertQueryCount(0):
            self.another_binder().prefetch(["1", "none"])
        with self.assertQueryCount(1):
            self.binder.prefetch(["1", "none", "new"])

    def test_prefetch_on_a_derived_work_context_serves_the_one_it_came_from(self):
        one = self.bound("1")
        self.another_binder().prefetch(["1"])
        self.assertRemembers("1", one)

    def test_memory_ends_with_the_work_context(self):
        self.bound("1")
        self.binder.prefetch(["1"])
        with self.assertQueryCount(1):
            self.component("binder", PARTNER).to_internal("1")

    def test_created_binding_takes_a_free_id_without_a_query(self):
        self.binder.prefetch(["1"])
        one = self.bound("1")
        self.assertRemembers("1", one)

    def test_bind_is_seen(self):
        binding = self.bound("1")
        self.binder.prefetch(["1", "2"])
        self.binder.bind("2", binding)
        self.assertRemembers("2", binding)
        self.assertFalse(self.binder.to_internal("1"))

    def test_bind_many_is_seen(self):
        bindings = self.bound(False, False)
        self.binder.prefetch(["1", "2"])
        self.binder.bind_many(zip("12", bindings, strict=True))
        self.assertRemembers("1", bindings[0])
        self.assertRemembers("2", bindings[1])

    def test_swapped_external_ids_are_seen(self):
        one, two = self.bound("1", "2")
        self.binder.prefetch(["1", "2"])
        one.external_id = False
        two.external_id = "1"
        two.flush_recordset()
        one.external_id = "2"
        self.assertEqual(self.binder.to_internal("1"), two)
        self.assertEqual(self.binder.to_internal("2"), one)

    def test_unlink_is_seen(self):
        one = self.bound("1")
        self.binder.prefetch(["1"])
        one.unlink()
        self.assertFalse(self.binder.to_internal("1"))
        again = self.bound("1")
        self.assertEqual(self.binder.to_internal("1"), again)

    def test_unlink_of_the_record_behind_is_seen(self):
        one, two = self.bound("1", "2")
        self.binder.prefetch(["1", "2"])
        one.odoo_id.unlink()
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_change_of_backend_is_seen(self):
        other = self.env["test.backend"].create({"name": "Other"})
        one, two = self.bound("1"), self.bound("2", backend=other)
        self.binder.prefetch(["1", "2"])
        one.backend_id = other
        two.backend_id = self.backend
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_backends_have_memories_of_their_own(self):
        other = self.env["test.backend"].create({"name": "Other"})
        self.binder.prefetch(["1"])
        there = self.bound("1", backend=other)
        self.assertRemembers("1", self.env[PARTNER])
        other_work = self.work.work_on(collection=other)
        self.assertEqual(other_work.component(usage="binder").to_internal("1"), there)

    def test_rollback_to_a_savepoint_is_seen(self):
        self.binder.prefetch(["1", "2"])
        two = self.bound("2")
        with closing(self.env.cr.savepoint()):
            one = self.bound("1")
            two.external_id = "3"
            self.assertEqual(self.binder.to_internal("1"), one)
            self.assertFalse(self.binder.to_internal("2"))
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_rollback_costs_one_query_for_all_that_was_asked(self):
        ids = [str(number) for number in range(20)]
        self.bound(*ids)
        self.binder.prefetch(ids)
        with closing(self.env.cr.savepoint()):
            pass
        with self.assertQueryCount(1):
            for external_id in ids:
                self.binder.to_internal(external_id)

    def test_archived_bindings_are_remembered_too(self):
        one = self.bound("1", active=False)
        self.binder.prefetch(["1"])
        self.assertRemembers("1", one)

    def test_second_binding_of_a_known_id_is_seen(self):
        binder = self.component("binder", INDUSTRY)
        self.bound("1", model=INDUSTRY, active=False)
        binder.prefetch(["1"])
        active = self.bound("1", model=INDUSTRY)
        self.assertEqual(binder.to_internal("1"), active)
        binder.prefetch(["1"])
        active.active = False
        with self.assertRaisesRegex(ValueError, "found 2"):
            binder.to_internal("1")

    def test_bindings_that_tell_nothing_are_not_remembered(self):
        binder = self.component("binder", "res.partner")
        with self.assertQueryCount(0):
            binder.prefetch(["1"])
        self.assertIsNone(binder._recall("1"))

    def test_unwrapped_answers_of_a_memory_take_one_query_for_all(self):
        ids = [str(number) for number in range(10)]
        self.bound(*ids)
        self.settle()
        self.binder.prefetch(ids)
        with self.assertQueryCount(1):
            for external_id in ids:
                name = self.binder.to_internal(external_id, unwrap=True).name
                self.assertEqual(name, f"Record {external_id}")
