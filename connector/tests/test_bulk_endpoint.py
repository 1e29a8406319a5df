# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests for several records: their form, and answers in any order."""

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..exception import InvalidDataError, UnreadableAnswer
from ..http import BulkEndpoint
from .rest_common import RestCase


class TestBulkEndpoint(BaseCase):
    SENT = ({"sku": "A"}, {"sku": "B"})

    def in_order(self, items, repeated_field=None, **options):
        bulk = BulkEndpoint("/batch", **options)
        return bulk.in_order(list(self.SENT), items, repeated_field)

    def test_the_order_is_that_of_the_request(self):
        items = [{"id": 1}, {"id": 2}]
        self.assertEqual(self.in_order(items), items)

    def test_a_repeated_field_gives_the_order(self):
        second, first = {"id": 2, "sku": "B"}, {"id": 1, "sku": "A"}
        self.assertEqual(self.in_order([second, first], match="sku"), [first, second])
        self.assertEqual(self.in_order([second, first], "sku"), [first, second])

    def test_an_error_without_the_field_is_that_of_the_remaining_record(self):
        error, first = {"error": "no"}, {"id": 1, "sku": "A"}
        self.assertEqual(self.in_order([error, first], match="sku"), [first, error])

    def test_an_answer_that_cannot_be_matched_is_an_error(self):
        for items in (
            [{"id": 1, "sku": "A"}],
            [{"id": 1, "sku": "A"}, {"id": 2}],
            [{"id": 1, "sku": "A"}, {"id": 2, "sku": "C"}],
            [{"id": 1, "sku": "A"}, {"id": 2, "sku": "A"}],
        ):
            with self.subTest(items=items), self.assertRaises(UnreadableAnswer):
                self.in_order(items, match="sku")


@tagged("post_install", "-at_install")
class TestRestBulk(RestCase):
    def declare(self, *args, **options):
        self.set(_bulk=BulkEndpoint("/partners/batch", *args, **options))

    def test_records_are_created_with_an_error_for_each(self):
        self.declare()
        self.reply({"create": [{"id": 7}, {"id": 0, "error": {"message": "no"}}]})
        first, second = self.adapter.create_many([{"name": "A"}, {"name": "B"}])
        self.assertEqual(first, 7)
        self.assertIsInstance(second, InvalidDataError)
        self.assertIn("no", str(second))
        body = self.server.requests[0].body
        self.assertEqual(body, {"create": [{"name": "A"}, {"name": "B"}]})

    def test_the_whole_body_may_be_a_list(self):
        self.declare(create="", answer="data.results", error="problem", method="PUT")
        self.reply({"data": {"results": [{"id": 7}, {"problem": "no"}]}})
        first, second = self.adapter.create_many([{"name": "A"}, {"name": "B"}])
        self.assertEqual((first, str(second)), (7, "/partners/batch: no"))
        self.assertEqual(self.server.requests[0].method, "PUT")
        self.assertEqual(len(self.server.requests[0].body), 2)

    def test_records_are_updated_in_any_order(self):
        self.declare()
        self.reply({"update": [{"id": 2}, {"id": 1, "error": "no"}]})
        answers = self.adapter.write_many({"1": {"name": "A"}, "2": {"name": "B"}})
        self.assertEqual(set(answers), {1, 2})
        self.assertIsNone(answers[2])
        self.assertIsInstance(answers[1], InvalidDataError)
        self.assertEqual(
            self.server.requests[0].body["update"][0], {"name": "A", "id": "1"}
        )

    def test_an_answer_without_a_list_names_the_attribute(self):
        self.declare()
        self.reply({"created": []})
        with self.assertRaisesRegex(UnreadableAnswer, "list at create.*_bulk"):
            self.adapter.create_many([{"name": "A"}])

    def test_an_item_without_an_id_is_an_error(self):
        self.declare()
        self.reply({"create": [{"number": 7}]})
        with self.assertRaisesRegex(UnreadableAnswer, "_id_field"):
            self.adapter.create_many([{"name": "A"}])

    def test_only_declared_operations_are_used(self):
        self.assertEqual(self.adapter.bulk_operations(), frozenset())
        self.declare(update=None)
        self.assertEqual(self.adapter.bulk_operations(), {"create_many"})
