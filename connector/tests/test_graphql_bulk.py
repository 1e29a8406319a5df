# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import os
import signal
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..exception import InvalidDataError, NetworkRetryableError, RetryableJobError
from ..http.errors import RestRefusal
from .export_common import Child, ProcessCase
from .graphql_common import LIST, GraphqlCase, page
from .rest_common import CATEGORY, PARTNER, SECRET
from .rest_server import Reply, RestServer


def as_lines(*objects):
    return "".join(f"{json.dumps(each)}\n" for each in objects).encode()


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
