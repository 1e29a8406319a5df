# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, tagged

from ..http.graphql.document import read_operation, repeat

FRAGMENTS = """
    fragment Product on Product { id title ...Dates vendor { ...Vendor } }
    fragment Dates on Node { updatedAt }
    fragment Vendor on Vendor { id }
    fragment Unused on Product { description }
"""


@tagged("post_install", "-at_install")
class TestGraphqlDocument(BaseCase):
    def test_name_kind_and_variables(self):
        operation = read_operation(
            """
            # query Other($x: Int) { none }
            query Products(
                $first: Int! = 10, $ids: [ID!]! @deprecated(reason: "$no: Int"),
                $filter: Filter = {name: {eq: "}"}, tags: ["a"]}
            ) @cached(ttl: 5) {
                products(first: $first, filter: $filter) { nodes { id } }
            }
            """
        )
        self.assertEqual(operation.label, "query Products")
        self.assertEqual(
            operation.variables,
            {"first": "Int!", "ids": "[ID!]!", "filter": "Filter"},
        )

    def test_operation_without_a_name(self):
        for text in ("{ shop { name } }", "query { shop { name } }"):
            operation = read_operation(text)
            self.assertEqual(operation.name, "")
            self.assertEqual(operation.label, "query without a name")
            self.assertEqual(operation.variables, {})

    def test_mutation(self):
        operation = read_operation("mutation M($input: In!) { create(input: $input) }")
        self.assertEqual(operation.label, "mutation M")

    def test_only_the_fragments_in_use_are_sent_each_once(self):
        operation = read_operation(
            "query P { a { ...Product } b { ...Product ... on X { id } } }", FRAGMENTS
        )
        self.assertEqual(operation.text.count("fragment "), 3)
        for name in ("Product", "Dates", "Vendor"):
            self.assertEqual(operation.text.count(f"fragment {name} on"), 1, name)
        self.assertEqual(read_operation("{ a { id } }", FRAGMENTS).text, "{ a { id } }")

    def test_a_fragment_of_the_operation_itself(self):
        text = "query P { a { ...Vendor } } fragment Vendor on V { name }"
        self.assertEqual(read_operation(text, FRAGMENTS).text, text)

    def test_fragments_that_use_each_other_end(self):
        fragments = "fragment A on X { ...B } fragment B on X { ...A }"
        operation = read_operation("{ a { ...A } }", fragments)
        self.assertEqual(operation.text.count("fragment "), 2)

    def test_texts_that_look_like_syntax(self):
        operation = read_operation(
            'query P { a(b: "} ...No \\" {", c: """ ...No "q" \\""" } """) { id } }'
        )
        self.assertEqual(operation.name, "P")

    def test_a_text_that_cannot_be_read_says_why(self):
        for text, told in (
            ("", "found 0"),
            ("query A { a } query B { b }", "found 2"),
            ("query A { a { b }", "braces"),
            ("query A { a } }", "braces"),
            ("{ a { ...Nowhere } }", "fragment Nowhere is not defined.*Dates"),
            ("\n{ a ? }", "line 2"),
            ("select { a }", "found 'select'"),
            ('{ a(b: "open) }', "line 1"),
        ):
            with self.subTest(text=text):
                with self.assertRaisesRegex(ValueError, told):
                    read_operation(text, FRAGMENTS)

    def test_repeat(self):
        operation = read_operation(
            'query P($id: ID!) { one: product(id: $id, note: "$id") @x { ...Vendor '
            "again(id: $id) { id } } }",
            FRAGMENTS,
        )
        repeated = repeat(operation, 2)
        self.assertEqual(repeated.variables, {"id_0": "ID!", "id_1": "ID!"})
        self.assertEqual(repeated.name, "P")
        self.assertIn(
            'r1: product(id: $id_1, note: "$id") @x { ...Vendor again(id: $id_1)',
            repeated.text,
        )
        self.assertEqual(repeated.text.count("fragment Vendor on"), 1)

    def test_repeat_needs_one_variable_and_one_field(self):
        for text, told in (
            ("{ a { id } }", "one variable.*none"),
            ("query P($a: ID!, $b: Int) { a(id: $a) { id } }", "a, b"),
            ("query P($a: ID!) { a(id: $a) { id } b { id } }", "one field"),
            ("query P($a: ID!) { ... on Query { a(id: $a) { id } } }", "one field"),
        ):
            with self.subTest(text=text):
                with self.assertRaisesRegex(ValueError, told):
                    repeat(read_operation(text), 2)
