# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import Mock, patch

from odoo.tests import tagged

from ..exception import (
    AccessRefused,
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    PartlyRead,
    PartlyUnreadable,
)
from ..http.budget.costs import CostBudget
from ..http.budget.spending import Spending
from ..http.errors import RestRefusal
from .graphql_common import GraphqlCase, error, page
from .rest_common import SECRET
from .rest_server import Reply

NODES = "query N($ids: [ID!]!) { nodes(ids: $ids) { ...Partner } }"
BROKEN = error("no price", "INTERNAL_SERVER_ERROR", ["partners", "nodes", 1, "price"])


def throttled(requested=100, available=40, maximum=1000, rate=50):
    status = {
        "maximumAvailable": maximum,
        "currentlyAvailable": available,
        "restoreRate": rate,
    }
    return {
        "errors": [error("Throttled", "THROTTLED")],
        "extensions": {
            "cost": {"requestedQueryCost": requested, "throttleStatus": status}
        },
    }


@tagged("post_install", "-at_install")
class TestGraphqlErrors(GraphqlCase):
    __test__ = True

    def assert_refused(self, kind, told, *replies):
        self.reply(*replies)
        with self.assertRaisesRegex(kind, told) as raised:
            self.adapter.read("1")
        self.assertLess(len(str(raised.exception)), 2500)
        return raised.exception

    def test_codes(self):
        for code, kind in (
            ("UNAUTHENTICATED", CredentialsRefused),
            ("ACCESS_DENIED", AccessRefused),
            ("FORBIDDEN", AccessRefused),
            ("INTERNAL_SERVER_ERROR", NetworkRetryableError),
            ("TIMEOUT", NetworkRetryableError),
            ("BAD_USER_INPUT", InvalidDataError),
            ("GRAPHQL_VALIDATION_FAILED", RestRefusal),
            ("MAX_COST_EXCEEDED", RestRefusal),
            ("ENTITY_NOT_FOUND", IDMissingInBackend),
            ("SOMETHING_ELSE", RestRefusal),
        ):
            with self.subTest(code=code):
                told = rf"query P: told \({code}\)"
                self.assert_refused(kind, told, {"errors": [error("told", code)]})

    def test_an_error_of_the_field_has_its_path(self):
        body = {"data": {"partner": None}, "errors": [error(path=["partner"])]}
        self.assert_refused(InvalidDataError, "query P: partner: no$", body)

    def test_codes_of_the_author(self):
        self.set(_error_codes={"LOCKED": NetworkRetryableError})
        body = {"errors": [error(), error("later", "LOCKED")]}
        self.assert_refused(NetworkRetryableError, r"no; later \(LOCKED\)", body)

    def test_refused_credentials_decide_over_other_errors(self):
        body = {"errors": [error("a", "BAD_USER_INPUT"), error("b", "UNAUTHENTICATED")]}
        self.assert_refused(CredentialsRefused, "a .*b", body)

    def test_errors_of_other_forms(self):
        for errors, told in (
            ("[API] Invalid key", "Invalid key"),
            ({"message": "no", "code": "BAD"}, r"no \(BAD\)"),
            (["text", None], "text; None"),
            ([{"detail": 1}], "detail"),
            ([{"message": "m", "type": "FORBIDDEN", "path": "a"}], "m"),
        ):
            with self.subTest(errors=errors):
                self.assert_refused(Exception, told, {"errors": errors})

    def test_many_and_long_errors_are_cut(self):
        errors = [error(f"{index}" + "x" * 5000) for index in range(100)]
        self.assert_refused(RestRefusal, "and 95 more", {"errors": errors})

    def test_no_error_has_a_secret(self):
        self.authenticate("use_bearer", SECRET)
        raised = self.assert_refused(
            RestRefusal, r"\*\*\*", {"errors": [error(f"bad {SECRET}")]}
        )
        self.assertNotIn(SECRET, str(raised))

    def test_a_status_with_errors_in_the_body(self):
        body = {"errors": [error("told", "BAD_USER_INPUT")]}
        self.assert_refused(InvalidDataError, "query P: told", Reply(body, 400))
        body = {"errors": [error("told", "GRAPHQL_VALIDATION_FAILED")]}
        self.assert_refused(RestRefusal, "query P: told", Reply(body, 400))
        body = {"errors": "[API] Invalid API key"}
        self.assert_refused(CredentialsRefused, "Invalid API key", Reply(body, 401))
        body = {"errors": [error("told")]}
        self.assert_refused(NetworkRetryableError, "502", Reply(body, 502))

    def test_a_wrong_address_is_not_a_missing_record(self):
        for reply in (
            Reply({"errors": [error("none")]}, 404),
            Reply(b"<html>Not found</html>", 404, {"Content-Type": "text/html"}),
        ):
            self.assert_refused(RestRefusal, "POST http", reply)

    def test_answers_that_are_not_of_graphql(self):
        html = Reply(b"<html>Log in</html>", 200, {"Content-Type": "text/html"})
        self.assert_refused(RestRefusal, "not JSON", html)
        self.assert_refused(RestRefusal, "query P: expected an object", [1])
        self.assert_refused(RestRefusal, "query P: .*neither data nor", {"data": None})
        self.assert_refused(RestRefusal, "query P: .*neither data nor", {"ok": 1})
        self.assert_refused(RestRefusal, "query P: expected an object", Reply(None))

    def test_values_that_are_not_json(self):
        with self.assertRaises(InvalidDataError):
            self.adapter.create({"price": float("nan")})


@tagged("post_install", "-at_install")
class TestGraphqlPartialErrors(GraphqlCase):
    __test__ = True

    def test_a_record_of_a_page_with_an_error_keeps_its_place(self):
        data = {"partners": page("1", "2", "3")}
        self.reply({"data": data, "errors": [BROKEN]})
        whole, failed = self.adapter.search_pages()
        self.assertEqual((list(whole.records), failed), (["1", "3"], ["2"]))

    def test_an_error_of_every_record_is_one_of_the_query(self):
        errors = [
            error("no", "ACCESS_DENIED", ["partners", "nodes", index, "email"])
            for index in range(2)
        ]
        self.reply({"data": {"partners": page("1", "2")}, "errors": errors})
        with self.assertRaisesRegex(AccessRefused, "nodes.0.email: no"):
            self.adapter.search()

    def test_a_record_without_an_id_is_not_lost(self):
        data = {"partners": {**page(), "nodes": [{"id": "1"}, None]}}
        self.reply({"data": data, "errors": [BROKEN]})
        with self.assertRaisesRegex(NetworkRetryableError, "nodes.1.price"):
            self.adapter.search()

    def test_an_error_above_the_records(self):
        for path in (["partners"], ["partners", "pageInfo"], ["other"], None):
            self.reply({"data": {"partners": page("1")}, "errors": [error(path=path)]})
            with self.assertRaises(InvalidDataError if path else RestRefusal):
                self.adapter.search()

    def nodes(self, *nodes, errors=()):
        self.set(_read_many_query=NODES)
        self.reply({"data": {"nodes": list(nodes)}, "errors": list(errors)})

    def test_read_many_returns_the_others(self):
        failed = error("db", "INTERNAL_SERVER_ERROR", ["nodes", 1])
        gone = error("gone", "NOT_FOUND", ["nodes", 2])
        self.nodes({"id": "1"}, None, None, errors=[failed, gone])
        with self.assertRaisesRegex(PartlyUnreadable, "nodes.1: db") as raised:
            self.adapter.read_many(["1", "2", "3"])
        self.assertEqual(raised.exception.found, {"1": {"id": "1"}})
        self.assertEqual(set(raised.exception.errors), {"2"})
        self.assertIsInstance(raised.exception.errors["2"], NetworkRetryableError)

    def test_a_record_with_data_and_an_error_is_not_used(self):
        self.nodes({"id": "1"}, {"id": "2"}, errors=[error(path=["nodes", 0, "name"])])
        with self.assertRaises(PartlyUnreadable) as raised:
            self.adapter.read_many(["1", "2"])
        self.assertEqual(raised.exception.found, {"2": {"id": "2"}})
        self.nodes({"id": "1"}, {"id": "2"}, errors=[error(path=["nodes", 0, "name"])])
        self.assertEqual(self.adapter.find_existing(["1", "2"]), {"1", "2"})

    def test_refused_credentials_are_of_no_record(self):
        failed = error("no", "UNAUTHENTICATED", ["nodes", 0])
        self.nodes(None, {"id": "2"}, errors=[failed])
        with self.assertRaises(CredentialsRefused):
            self.adapter.read_many(["1", "2"])

    def test_aliased_reads(self):
        self.set(_reads_per_request=5)
        self.reply(
            {
                "data": {"r0": {"id": "1"}, "r1": None, "r2": None},
                "errors": [error("db", path=["r1", "name"])],
            }
        )
        with self.assertRaises(PartlyUnreadable) as raised:
            self.adapter.read_many(["1", "2", "3"])
        self.assertEqual(set(raised.exception.found), {"1"})
        self.assertEqual(set(raised.exception.errors), {"2"})

    def test_data_that_an_error_made_null(self):
        self.set(_reads_per_request=5)
        self.reply({"data": None, "errors": [error("db", path=["r1", "name"])]})
        with self.assertRaisesRegex(InvalidDataError, "r1.name: db"):
            self.adapter.read_many(["1", "2"])


@tagged("post_install", "-at_install")
class TestGraphqlThrottling(GraphqlCase):
    __test__ = True
    uses_request_budgets = True

    def setUp(self):
        super().setUp()
        sleep = patch("odoo.addons.connector.http.graphql.client.time.sleep")
        self.sleep = self.enterContext(sleep)

    def test_a_short_wait_is_in_the_worker(self):
        self.reply(throttled(requested=201, available=100, rate=50))
        self.reply_data({"partner": {"id": "1"}})
        self.assertEqual(self.adapter.read("1"), {"id": "1"})
        self.sleep.assert_called_once_with(3)

    def test_a_long_wait_is_postponed(self):
        self.reply(throttled(requested=1000, available=0, rate=50))
        with self.assertRaisesRegex(NetworkRetryableError, "THROTTLED") as raised:
            self.adapter.read("1")
        self.assertEqual(raised.exception.seconds, 20)
        self.assertTrue(raised.exception.ignore_retry)
        self.sleep.assert_not_called()

    def test_all_waits_of_a_job_have_one_budget(self):
        self.reply(*[throttled(requested=201, available=1, rate=50)] * 3)
        with self.assertRaises(NetworkRetryableError):
            self.adapter.read("1")
        self.assertEqual(self.sleep.call_count, 2)

    def test_a_request_that_costs_more_than_is_ever_allowed(self):
        self.reply(throttled(requested=2000, maximum=1000))
        with self.assertRaisesRegex(
            RestRefusal, "costs 2000 points, more than the 1000"
        ):
            self.adapter.read("1")

    def wait_not_at_all(self):
        self.assertTrue(self.adapter.session)  # makes the budget
        self.adapter.work.session.wait_budget.seconds_left = 0

    def test_a_throttled_answer_without_costs(self):
        self.wait_not_at_all()
        body = {"errors": [{"message": "slow", "type": "RATE_LIMITED"}]}
        for headers, seconds in (({"Retry-After": "70"}, 70), ({}, 10)):
            self.reply(Reply(body, headers=headers))
            with self.assertRaises(NetworkRetryableError) as raised:
                self.adapter.read("1")
            self.assertEqual(raised.exception.seconds, seconds)

    def test_costs_that_are_not_numbers(self):
        self.wait_not_at_all()
        for rate, seconds in ((0, 3600), (-1, 3600), (None, 10), ("x", 10)):
            self.reply(throttled(requested=1000, available=0, rate=rate))
            with self.assertRaises(NetworkRetryableError) as raised:
                self.adapter.read("1")
            self.assertEqual(raised.exception.seconds, seconds)

    def test_waiting_after_some_records_were_read(self):
        self.set(_read_many_query=NODES, _ids_per_request=1)
        self.reply_data({"nodes": [{"id": "1"}]})
        self.reply(throttled(requested=1000, available=0, rate=1))
        with self.assertRaises(PartlyRead) as raised:
            self.adapter.read_many(["1", "2"])
        self.assertEqual(raised.exception.found, {"1": {"id": "1"}})

    def test_costs_correct_the_request_budget(self):
        self.set(_budget=CostBudget(points=1000, restore_per_second=50))
        self.adapter.session.budget = Mock(spec=Spending)
        budget = self.adapter.session.budget
        budget.send.side_effect = lambda request, cost: request()
        answered = throttled(requested=100, available=40)
        answered["extensions"]["cost"]["actualQueryCost"] = 7
        answered.update(errors=[], data={"partner": {"id": "1"}})
        self.reply(answered, throttled(requested=100, available=40), answered)
        for _number in range(2):
            self.assertEqual(self.adapter.read("1"), {"id": "1"})
        costs = [call.args[1] for call in budget.send.call_args_list]
        self.assertEqual(costs, [1, 100, 100])
        budget.refused.assert_called_once_with(2)
        self.sleep.assert_not_called()
        first, second, _third = budget.correct.call_args_list
        limits = {"available": 40, "maximum": 1000, "restore_per_second": 50}
        self.assertEqual(first.kwargs, {"cost": 7, **limits})
        self.assertEqual(second.kwargs, {"cost": 0, **limits})
