# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A binder finds the right binding or none for any value as an external id."""

import reprlib

import pytest
from hypothesis import strategies as st

from odoo.tests import tagged

from ..exception import InvalidDataError
from .binder_common import PARTNER, BinderCase
from .fuzz import SHORT, check, numbers, texts, values

KNOWN = ["0", "1", "-1", "False", "None", "[]", "[1]", "nan", "x y", "%", "a\\b"]
#: values that a backend may send as an id
ids = st.one_of(values, numbers, texts, st.sampled_from([*KNOWN, 1, 0, [1], 1.0]))


@tagged("post_install", "-at_install")
class TestFuzzBinder(BinderCase):
    __test__ = True
    examples = SHORT

    def setUp(self):
        super().setUp()
        self.known = dict(zip(KNOWN, self.bound(*KNOWN), strict=True))
        self.other = self.bound("free")
        self.settle()

    def check_found(self, external_id, binding):
        """Check that an answer is the binding of this id, and of no other."""
        self.assertEqual(binding._name, PARTNER)
        expected = self.env[PARTNER]
        if type(external_id) in (str, int, float) and external_id != "":
            expected = self.known.get(str(external_id), expected)
        self.assertEqual(binding, expected, reprlib.repr(external_id))

    def test_an_id_leads_to_its_own_binding_or_to_none(self):
        @check(self.examples, ids)
        def run(external_id):
            try:
                binding = self.binder.to_internal(external_id)
            except InvalidDataError as error:
                self.assertIn(PARTNER, str(error))
                return
            self.check_found(external_id, binding)

    def test_ids_are_found_beside_bad_ones(self):
        hashable = st.one_of(numbers, texts, st.booleans(), st.none())

        @check(self.examples, st.lists(hashable, max_size=5))
        def run(external_ids):
            asked = ["1", *external_ids, "x y", *external_ids]
            found = self.binder.to_internal_many(asked)
            self.assertEqual(found["1"], self.known["1"])
            self.assertEqual(found["x y"], self.known["x y"])
            for external_id, binding in found.items():
                self.check_found(external_id, binding)

    def test_ids_are_known_ahead_beside_bad_ones(self):
        @check(self.examples, st.lists(ids, max_size=5))
        def run(external_ids):
            binder = self.component("binder", PARTNER)
            binder.prefetch(["1", *external_ids])
            self.assertEqual(binder.to_internal(1), self.known["1"])

    def test_binding_changes_this_binding_alone(self):
        others = self.env[PARTNER].union(*self.known.values())

        @check(self.examples, ids)
        def run(external_id):
            with self.env.cr.savepoint() as savepoint:
                before = others.mapped("external_id")
                try:
                    if isinstance(external_id, (list, dict)):
                        self.binder.bind(external_id, self.other)
                        self.fail("A list was bound")
                    if str(external_id) not in self.known:
                        self.binder.bind(external_id, self.other)
                        self.env.flush_all()
                        self.env.invalidate_all()
                        self.assertEqual(self.other.external_id, str(external_id))
                        found = self.binder.to_internal(external_id)
                        self.assertEqual(found, self.other)
                except (InvalidDataError, AssertionError) as error:
                    self.assertRegex(str(error), "(?i)external id")
                self.assertEqual(others.mapped("external_id"), before)
                savepoint.rollback()
            self.env.invalidate_all()


@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestFuzzBinderLong(TestFuzzBinder):
    examples = 1_000
