# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import functools

from odoo.tests import BaseCase

from ..components.mapper import concat, convert, modifier, none
from ..components.mapper.modifier import field_names, read_path, source_fields


def foreign(field, suffix=""):
    def modifier(self, record, to_attr):
        return record[field] + suffix

    return modifier


def read_named(self, record, to_attr, source_field=None):
    return record[source_field]


def read_first(field, self, record, to_attr):
    return record[field]


class CallableObject:
    source_field = "name"

    def __call__(self, mapper, record, to_attr):
        return record["name"]


class TestSourceFields(BaseCase):
    def test_a_name_is_its_own_source(self):
        self.assertEqual(source_fields("name"), ("name",))

    def test_a_foreign_closure_tells_by_its_variable_called_field(self):
        self.assertEqual(source_fields(foreign("name")), ("name",))

    def test_a_foreign_closure_and_a_modifier_may_wrap_each_other(self):
        self.assertEqual(source_fields(foreign(none("name"))), ("name",))
        self.assertEqual(source_fields(convert(foreign("name"), str)), ("name",))

    def test_a_decorated_closure_is_unwrapped(self):
        inner = foreign("name")

        @functools.wraps(inner)
        def decorated(self, record, to_attr):
            return inner(self, record, to_attr).upper()

        self.assertEqual(source_fields(decorated), ("name",))

    def test_a_partial_tells_by_the_arguments_it_fixes(self):
        partial = functools.partial
        self.assertEqual(
            source_fields(partial(read_named, source_field="name")), ("name",)
        )
        self.assertEqual(source_fields(partial(read_first, "name")), ("name",))
        self.assertEqual(source_fields(partial(foreign("name"))), ("name",))

    def test_any_callable_may_carry_its_source_field(self):
        self.assertEqual(source_fields(CallableObject()), ("name",))

    def test_a_lambda_knows_no_source_field_unless_it_is_given(self):
        def read(self, record, to_attr):
            return record["name"]

        self.assertEqual(source_fields(read), ())
        self.assertEqual(source_fields(modifier(read, source_field="name")), ("name",))
        self.assertEqual(
            source_fields(convert(read, str, source_field="name")), ("name",)
        )

    def test_concat_reads_several_fields(self):
        self.assertEqual(
            source_fields(concat("first", none("last"))), ("first", "last")
        )

    def test_a_dotted_path_is_announced_by_its_first_field_as_well(self):
        self.assertEqual(field_names(("address.city",)), {"address.city", "address"})


class TestPaths(BaseCase):
    def test_a_path_leads_into_nested_dicts(self):
        self.assertEqual(read_path({"a": {"b": {"c": 3}}}, "a.b.c"), 3)

    def test_a_key_that_contains_the_dots_wins(self):
        self.assertEqual(read_path({"a.b": 1, "a": {"b": 2}}, "a.b"), 1)

    def test_a_path_that_ends_early_gives_false(self):
        self.assertIs(read_path({"a": None}, "a.b"), False)
        self.assertIs(read_path({"a": False}, "a.b.c"), False)

    def test_an_unknown_step_is_named_with_the_existing_ones(self):
        with self.assertRaisesRegex(KeyError, "no 'x' on the source path 'a.x'.*b"):
            read_path({"a": {"b": 1}}, "a.x")

    def test_a_step_into_a_plain_value_is_refused(self):
        with self.assertRaisesRegex(KeyError, "'a' is str, not a dict"):
            read_path({"a": "text"}, "a.b")
