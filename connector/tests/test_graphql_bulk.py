# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
import json
import os
import random
import signal
import tracemalloc
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import BaseCase, tagged

from odoo.addons.component.core import Component

from ..exception import InvalidDataError, NetworkRetryableError, RetryableJobError
from ..http.errors import RestRefusal
from ..http.graphql_bulk import read_bulk_records
from .export_common import Child, ProcessCase
from .graphql_common import LIST, GraphqlCase, page
from .rest_common import CATEGORY, PARTNER, SECRET
from .rest_server import Reply, RestServer

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
    def read(self, *objects, children=CHILDREN, count=None):
        lines = io.BytesIO(as_lines(*objects))
        return list(read_bulk_records(lines, children, count))

    def test_records_without_children(self):
        self.assertEqual(
            self.read({"id": 1}, {"id": 2}, children={}), [{"id": 1}, {"id": 2}]
        )
        self.assertEqual(self.read(), [])

    def test_children_are_in_their_parents_in_any_order(self):
        grouped = [product(1), variant(1, 1), variant(2, 1), product(2), product(3)]
        grouped += [variant(3, 3)]
        later = [product(1), product(2), product(3)]
        later += [variant(1, 1), variant(3, 3), variant(2, 1)]
        for objects in (grouped, later):
            records = self.read(*objects)
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
        first, second = self.read(*objects, children=children)
        self.assertEqual(first["lines"][0]["taxes"], [{"id": 11, "__typename": "Tax"}])
        self.assertEqual(len(second["lines"][0]["taxes"]), 1)

    def test_a_child_of_an_unknown_type(self):
        with self.assertRaisesRegex(InvalidDataError, "type Variant.*_bulk_children"):
            self.read(product(1), variant(1, 1), children={})
        with self.assertRaisesRegex(InvalidDataError, "type unknown.*__typename"):
            self.read({"id": 1}, {"id": 2, "__parentId": 1})

    def test_a_child_without_its_parent(self):
        with self.assertRaisesRegex(InvalidDataError, "line 2 belongs to '.*/9'"):
            self.read(product(1), variant(1, 9))

    def test_a_result_that_is_not_complete(self):
        with self.assertRaisesRegex(NetworkRetryableError, "2 lines, .* announced 3"):
            self.read(product(1), variant(1, 1), count=3)
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


@tagged("post_install", "-at_install")
class TestBulkOperation(GraphqlCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        server = self.server
        self.files = self.enterContext(RestServer())

        class BulkAdapter(Component):
            _name = "test.graphql.bulk"
            _inherit = ["test.connector", "generic.graphql.bulk.adapter"]
            _apply_on = [PARTNER, CATEGORY]
            _usage = "bulk.adapter"
            _fragments = "fragment Partner on Partner { id name }"
            _list_query = LIST
            _read_query = "query P($id: ID!) { partner(id: $id) { ...Partner } }"
            _bulk_query = "{ partners { edges { node { ...Partner } } } }"
            _bulk_page_size = 2

            def _base_url(self):
                return server.url

        self.build_components(BulkAdapter)
        self.adapter = self.work_on(PARTNER).component_by_name("test.graphql.bulk")
        self.operations = self.env["connector.bulk.operation"]
        self.started = {"bulkOperationRunQuery": {"bulkOperation": {"id": "op1"}}}

    def status(self, status="COMPLETED", **values):
        self.reply_data({"node": {"id": "op1", "status": status, **values}})

    def refused(self, kind, told="."):
        """Search and return the error; nothing is rolled back, as in other tests."""
        try:
            self.adapter.search()
        except kind as error:
            self.assertRegex(str(error), told)
            return error
        return self.fail("nothing was raised")

    def start(self):
        self.reply_data(self.started)
        return self.refused(RetryableJobError, "op1")

    def test_a_search_is_postponed_until_the_result_is_complete(self):
        error = self.start()
        self.assertEqual((error.seconds, error.ignore_retry), (10, True))
        self.assertIn("fragment Partner", self.variables()[0]["query"])
        self.status("RUNNING", objectCount="7")
        self.refused(RetryableJobError, "7 objects so far")
        self.status(url=f"{self.files.url}/result?signature=1", objectCount="3")
        self.files.replies.append(Reply(as_lines(*({"id": str(n)} for n in range(3)))))
        pages = list(self.adapter.search_pages())
        self.assertEqual([list(page.records) for page in pages], [["0", "1"], ["2"]])
        self.assertEqual(self.variables()[1:], [{"id": "op1"}] * 2)
        self.assertFalse(self.operations.search([]))
        self.assertTrue(self.adapter.search_began_at)
        self.assertEqual(pages[0].read_at, self.adapter.search_began_at)

    def test_another_server_gets_no_credentials(self):
        self.authenticate("use_bearer", SECRET)
        self.start()
        self.status(url=f"{self.files.url}/result?signature=1")
        self.files.replies.append(Reply(as_lines({"id": "1"})))
        self.assertEqual(self.adapter.search(), ["1"])
        (request,) = self.files.requests
        self.assertNotIn("Authorization", request.headers)
        self.assertIn("Authorization", self.server.requests[0].headers)

    def test_a_search_with_filters_is_read_by_pages(self):
        self.reply_data({"partners": page("1")})
        self.assertEqual(self.adapter.search({"query": "a"}), ["1"])
        self.set(_bulk_query="")
        self.reply_data({"partners": page("2")})
        self.assertEqual(self.adapter.search(), ["2"])

    def test_an_operation_without_records(self):
        self.start()
        self.status(url=None, objectCount="0")
        self.assertEqual(self.adapter.search(), [])
        self.assertFalse(self.operations.search([]))

    def test_another_operation_runs(self):
        for refusal in (
            {"message": "wait", "code": "OPERATION_IN_PROGRESS"},
            {"message": "A bulk query operation is already in progress: gid://1"},
        ):
            self.reply_data({"bulkOperationRunQuery": {"userErrors": [refusal]}})
            error = self.refused(RetryableJobError)
            self.assertTrue(error.ignore_retry)
        self.assertFalse(self.operations.search([]))

    def test_a_query_that_is_refused(self):
        refusal = {"field": ["query"], "message": "Invalid", "code": "INVALID"}
        self.reply_data({"bulkOperationRunQuery": {"userErrors": [refusal]}})
        self.refused(InvalidDataError, "query: Invalid")

    def test_operations_that_end_without_a_result(self):
        for status, values, kind, told in (
            ("FAILED", {"errorCode": "TIMEOUT"}, RestRefusal, "FAILED TIMEOUT"),
            ("FAILED", {"partialDataUrl": "x"}, RestRefusal, "partial result is not"),
            ("CANCELED", {}, RestRefusal, "CANCELED"),
            ("EXPIRED", {}, RetryableJobError, "expired; a new one"),
            ("UNHEARD_OF", {}, RestRefusal, "UNHEARD_OF"),
        ):
            with self.subTest(status=status):
                self.start()
                self.status(status, **values)
                self.refused(kind, told)
                self.assertFalse(self.operations.search([]))
        self.start()
        self.reply_data({"node": None})
        self.refused(RetryableJobError, "has expired")

    def test_an_operation_that_runs_too_long(self):
        self.start()
        self.operations.search([]).started_at -= timedelta(hours=2)
        self.status("RUNNING")
        error = self.refused(RetryableJobError)
        self.assertEqual(error.seconds, 300)
        self.operations.search([]).started_at -= timedelta(hours=23)
        self.status("RUNNING")
        self.refused(RestRefusal, "after 24 hours")

    def test_a_result_that_is_not_downloaded_is_tried_again(self):
        for reply in (Reply(status=403), Reply(as_lines({"id": 1}))):
            self.start() if not self.operations.search([]) else None
            self.status(
                url=f"{self.files.url}/result?signature={SECRET}", objectCount="2"
            )
            self.files.replies.append(reply)
            error = self.refused(NetworkRetryableError)
            self.assertNotIn(SECRET, str(error))
            self.assertTrue(self.operations.search([]))

    def test_the_operation_of_another_job_is_not_used(self):
        self.start()
        with patch.object(type(self.operations), "_running_uuid", lambda self: "job"):
            self.reply_data({"bulkOperationRunQuery": {"bulkOperation": {"id": "op2"}}})
            self.refused(RetryableJobError, "op2")
        self.assertEqual(len(self.operations.search([])), 2)

    def test_operations_of_deleted_jobs_are_deleted(self):
        self.start()
        self.operations._gc_bulk_operations()
        self.assertTrue(self.operations.search([]))
        self.operations.search([]).started_at = fields.Datetime.now() - timedelta(40)
        self.operations._gc_bulk_operations()
        self.assertFalse(self.operations.search([]))


@tagged("post_install", "-at_install")
class TestBulkOperationProcesses(ProcessCase):
    """The id of an operation is committed before the operation is polled."""

    def find(self, env):
        backend = env["test.export.backend"].browse(self.backend_id)
        return env["connector.bulk.operation"]._find(backend, PARTNER)

    def test_a_killed_job_does_not_lose_its_operation(self):
        def start_and_die(env, parent):
            backend = env["test.export.backend"].browse(self.backend_id)
            operations = env["connector.bulk.operation"]
            operations._keep(backend, PARTNER, "op1", fields.Datetime.now())
            os.kill(os.getpid(), signal.SIGKILL)

        child = Child(self.registry.db_name, start_and_die)
        self.addCleanup(child.end)
        self.assertIsNone(child.hear())
        with self.transaction() as env:
            self.assertEqual(self.find(env).external_id, "op1")
        with self.assertRaises(ValueError), self.transaction() as env:
            self.find(env)._end()
            raise ValueError("the import fails")
        with self.assertRaises(ValueError), self.transaction() as env:
            self.assertTrue(self.find(env))
            self.find(env)._forget()
            raise ValueError("the operation has failed")
        with self.transaction() as env:
            self.assertFalse(self.find(env))
