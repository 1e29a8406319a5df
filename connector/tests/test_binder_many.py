# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from .binder_common import PARTNER, BinderCase


class OwnBinder(Component):
    _name = "test.own.binder"
    _inherit = "test.binder"
    _apply_on = PARTNER

    def to_internal(self, external_id, unwrap=False):
        return super().to_internal(external_id.lower(), unwrap=unwrap)

    def to_external(self, binding, wrap=False):
        return (super().to_external(binding, wrap=wrap) or "").upper()


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
