# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
import json
import random
import tracemalloc

from odoo.tests import BaseCase, tagged

from ..exception import InvalidDataError, NetworkRetryableError
from ..http.graphql.bulk import read_bulk_records

GID = "gid://shop/%s/%s"
CHILDREN = {"Variant": "variants.nodes"}


def as_lines(*objects):
    return "".join(f"{json.dumps(each)}\n" for each in objects).encode()


def product(number):
    return {"id": GID % ("Product", number)}


def variant(number, parent):
    return {"id": GID % ("Variant", number), "__parentId": GID % ("Product", parent)}


@tagged("post_install", "-at_install")
class TestBulkRecords(BaseCase):
    def records(self, *objects, children=None, count=None):
        children = CHILDREN if children is None else children
        lines = io.BytesIO(as_lines(*objects))
        return list(read_bulk_records(lines, children, count))

    def test_records_without_children(self):
        self.assertEqual(
            self.records({"id": 1}, {"id": 2}, children={}), [{"id": 1}, {"id": 2}]
        )
        self.assertEqual(self.records(), [])

    def test_children_are_in_their_parents_in_any_order(self):
        grouped = [product(1), variant(1, 1), variant(2, 1), product(2), product(3)]
        grouped += [variant(3, 3)]
        later = [product(1), product(2), product(3)]
        later += [variant(1, 1), variant(3, 3), variant(2, 1)]
        for objects in (grouped, later):
            records = self.records(*objects)
            self.assertEqual(
                [each["id"] for each in records], [product(n)["id"] for n in (1, 2, 3)]
            )
            self.assertEqual(
                [
                    [each["id"] for each in record["variants"]["nodes"]]
                    for record in records
                ],
                [
                    [GID % ("Variant", n) for n in numbers]
                    for numbers in ((1, 2), (), (3,))
                ],
            )
            self.assertNotIn("__parentId", json.dumps(records))

    def test_children_of_children(self):
        objects = [
            {"id": 1},
            {"id": 2},
            {"id": 10, "__typename": "Line", "__parentId": 1},
            {"id": 20, "__typename": "Line", "__parentId": 2},
            {"id": 11, "__typename": "Tax", "__parentId": 10},
            {"id": None, "__typename": "Tax", "__parentId": 20},
        ]
        children = {"Line": "lines", "Tax": "taxes"}
        first, second = self.records(*objects, children=children)
        self.assertEqual(first["lines"][0]["taxes"], [{"id": 11, "__typename": "Tax"}])
        self.assertEqual(len(second["lines"][0]["taxes"]), 1)

    def test_a_child_of_an_unknown_type(self):
        with self.assertRaisesRegex(InvalidDataError, "type Variant.*_bulk_children"):
            self.records(product(1), variant(1, 1), children={})
        with self.assertRaisesRegex(InvalidDataError, "type unknown.*__typename"):
            self.records({"id": 1}, {"id": 2, "__parentId": 1})

    def test_a_child_without_its_parent(self):
        with self.assertRaisesRegex(InvalidDataError, "line 2 belongs to '.*/9'"):
            self.records(product(1), variant(1, 9))

    def test_a_result_that_is_not_complete(self):
        with self.assertRaisesRegex(NetworkRetryableError, "2 lines, .* announced 3"):
            self.records(product(1), variant(1, 1), count=3)
        cut = io.BytesIO(as_lines(product(1), product(2))[:-9])
        with self.assertRaisesRegex(NetworkRetryableError, "line 2 .* cut off"):
            list(read_bulk_records(cut, {}))

    def test_lines_that_are_not_objects(self):
        for line, told in (
            (b"[1]\n", "not an object"),
            (b"{]\n", "line 1 is not JSON"),
        ):
            with self.assertRaisesRegex(InvalidDataError, told):
                list(read_bulk_records(io.BytesIO(line), {}))

    def test_the_memory_does_not_grow_with_the_file(self):
        numbers = list(range(4_000))
        random.Random(1).shuffle(numbers)
        content = as_lines(
            *({**product(n), "text": "x" * 200} for n in range(4_000)),
            *(variant(n, n) for n in numbers),
        )
        lines = io.BytesIO(content)
        tracemalloc.start()
        try:
            records = read_bulk_records(lines, CHILDREN, 8_000)
            total = sum(len(record["variants"]["nodes"]) for record in records)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertEqual(total, 4_000)
        self.assertLess(peak, len(content) / 5)
