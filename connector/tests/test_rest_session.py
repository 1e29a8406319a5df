# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from unittest.mock import patch

from odoo.tests import tagged

from ..exception import (
    InvalidDataError,
    NetworkRetryableError,
    PartlyRead,
    RetryableJobError,
)
from ..http.authenticated_session import origin
from ..http.budget.calls import RequestBudget
from ..http.budget.waits import NoBudget
from ..http.errors import RestRefusal
from ..http.session import RestSession
from ..servers import explain_service
from .rest_common import CATEGORY, PARTNER, SECRET, RestCase
from .rest_server import Reply, RestServer


@tagged("post_install", "-at_install")
class TestRestSession(RestCase):
    __test__ = True

    def test_session_is_one_for_the_work_context_and_those_from_it(self):
        session = self.adapter.session
        for work in (self.work, self.work.work_on(CATEGORY)):
            adapter = work.component_by_name("test.rest.adapter")
            self.assertIs(adapter.session, session)

    def test_another_work_context_has_another_session(self):
        other = self.work_on(PARTNER).component_by_name("test.rest.adapter")
        self.assertIsNot(other.session, self.adapter.session)

    def test_every_request_has_a_timeout(self):
        session = RestSession("http://127.0.0.1", timeout=(3, 4))
        with patch("requests.Session.request") as request:
            session.request("GET", "http://127.0.0.1/a")
            session.request("GET", "http://127.0.0.1/a", timeout=None)
            session.get("http://127.0.0.1/a")
            session.request("GET", "http://127.0.0.1/a", timeout=9)
        timeouts = [call.kwargs["timeout"] for call in request.call_args_list]
        self.assertEqual(timeouts, [(3, 4)] * 3 + [9])

    def test_an_error_knows_what_answered_without_the_answer(self):
        for status in (401, 403, 500):
            self.server.reply = lambda request, status=status: Reply(
                {"key": "of-another-service"}, status=status
            )
            with self.subTest(status), self.assertRaises(Exception) as caught:
                self.adapter.read_many([1], None)
            self.assertIn("of-another-service", str(caught.exception))
            told = explain_service(caught.exception)
            self.assertIn(f"HTTP status {status}", told)
            self.assertNotIn("of-another-service", told)

    def test_only_addresses_on_the_web_are_asked(self):
        for base_url in ("file:///etc", "ftp://127.0.0.1", "gopher://127.0.0.1:70"):
            session = RestSession(base_url)
            with self.subTest(base_url), self.assertRaises(RestRefusal):
                session.call("GET", "passwd")

    def test_a_redirect_to_another_scheme_is_not_followed(self):
        for location in ("file:///etc/passwd", "ftp://127.0.0.1/", "javascript:a"):
            self.server.reply = lambda request, location=location: Reply(
                {}, status=302, headers={"Location": location}
            )
            with self.subTest(location), self.assertRaises(RestRefusal):
                self.adapter.read(1)

    def test_server_that_says_nothing_is_tried_again(self):
        self.set(_timeout_seconds=0.1)
        ended = threading.Event()
        self.addCleanup(ended.set)

        def say_nothing(request):
            ended.wait(60)
            return Reply({})

        self.server.reply = say_nothing
        with self.assertRaisesRegex(NetworkRetryableError, "ReadTimeout"):
            self.adapter.read(1)

    def test_image_is_read_from_the_server_of_the_backend(self):
        self.authenticate("use_header", "X-Key", SECRET.encode().hex())
        self.reply(Reply(b"GIF", 200, {"Content-Type": "image/gif"}))
        self.assertEqual(self.adapter.read_image("/covers/1.gif"), b"GIF")
        self.assertEqual(self.asked(), [("GET", "/covers/1.gif")])
        self.assertIn("X-Key", self.server.requests[0].headers)

    def test_a_secret_that_is_empty_is_not_sent(self):
        for use, args in (
            ("use_bearer", [False]),
            ("use_header", ["X-Key", None]),
            ("use_basic", ["me", ""]),
            ("use_param", ["key", ""]),
        ):
            with self.subTest(use=use):
                self.authenticate(use, *args)
                self.reply({"id": 1})
                self.component("backend.adapter", PARTNER).read(1)
                request = self.server.requests[-1]
                self.assertEqual(request.params, {})
                self.assertNotIn("Authorization", request.headers)
                self.assertNotIn("X-Key", request.headers)

    def test_server_that_hangs_up_is_tried_again(self):
        self.server.reply = lambda request: None
        with self.assertRaises(NetworkRetryableError):
            self.adapter.read(1)

    def test_unreachable_server_is_tried_again(self):
        with RestServer() as stopped:
            pass
        self.set(_base_url=lambda adapter: stopped.url)
        with self.assertRaisesRegex(
            NetworkRetryableError, "is the server running.*refused"
        ):
            self.adapter.read(1)

    def test_address_that_is_none_is_refused(self):
        for address in ("localhost:8069", "shop.example", "ftp://shop.example"):
            with self.subTest(address=address):
                self.set(_base_url=lambda adapter, address=address: address)
                with self.assertRaisesRegex(RestRefusal, "begins with http:// or"):
                    self.adapter.read(1)

    def test_error_quotes_the_words_of_a_web_page(self):
        page = b"<html><style>b {}</style>\n<b>Bad</b><br/>gateway</html>"
        self.reply(Reply(page, 401, {"Content-Type": "text/html; charset=utf-8"}))
        with self.assertRaisesRegex(RestRefusal, "401 Unauthorized: Bad gateway$"):
            self.adapter.read(1)

    def test_rate_limit_says_when_to_try_again(self):
        for status in (429, 503):
            self.reply(Reply("slow", status, {"Retry-After": "17"}))
            with self.assertRaises(RetryableJobError) as caught:
                self.adapter.read(1)
            self.assertEqual(caught.exception.seconds, 17)

    def test_a_short_wait_is_kept_and_the_request_sent_again(self):
        self.reply(*[Reply("slow", 429, {"Retry-After": "4"})] * 2, {"id": 1})
        with patch("time.sleep") as sleep:
            self.assertEqual(self.adapter.read(1), {"id": 1})
        self.assertEqual([call.args for call in sleep.mock_calls], [(4,), (4,)])

    def test_a_longer_wait_is_not_kept_for_one_answer(self):
        self.reply(*[Reply("slow", 429, {"Retry-After": "4"})] * 3)
        with patch("time.sleep") as sleep:
            with self.assertRaises(NetworkRetryableError):
                self.adapter.read(1)
        self.assertEqual(sleep.call_count, 2)

    def test_records_read_before_a_wait_are_kept(self):
        slow = Reply("slow", 429, {"Retry-After": "60"})
        self.reply({"id": 1}, Reply(None, 404), slow)
        with self.assertRaises(PartlyRead) as caught:
            self.adapter.read_many([1, 2, 3, 4])
        error = caught.exception
        self.assertEqual(error.found, {1: {"id": 1}})
        self.assertEqual((error.seconds, error.ignore_retry), (60, True))

    def test_rate_limit_told_by_a_refusal_is_tried_again(self):
        headers = {"X-RateLimit-Remaining": "0", "RateLimit-Reset": "90"}
        self.reply(Reply("slow", 403, headers))
        with self.assertRaises(NetworkRetryableError) as caught:
            self.adapter.read(1)
        error = caught.exception
        self.assertEqual((error.seconds, error.ignore_retry), (90, True))

    def test_answer_without_json_is_refused(self):
        self.reply(Reply(b"<html>Please log in</html>"))
        with self.assertRaisesRegex(RestRefusal, "JSONDecodeError"):
            self.adapter.read(1)

    def test_values_that_json_cannot_hold_are_invalid(self):
        with self.assertRaisesRegex(InvalidDataError, "InvalidJSONError"):
            self.adapter.create({"price": float("nan")})

    def test_error_quotes_what_the_backend_says(self):
        self.reply(Reply({"message": "Name is too long"}, 422))
        with self.assertRaisesRegex(InvalidDataError, "422 .*Name is too long"):
            self.adapter.write(1, {"name": "x" * 999})

    def test_redirect_on_the_same_server_is_followed_with_credentials(self):
        self.authenticate("use_header", "X-Key", SECRET.encode().hex())
        self.reply(Reply(None, 301, {"Location": "/new/1"}), {"id": 1})
        self.assertEqual(self.adapter.read(1), {"id": 1})
        self.assertEqual(
            [request.headers["X-Key"] for request in self.server.requests],
            [SECRET.encode().hex()] * 2,
        )

    def test_origin_of_an_address(self):
        self.assertEqual(origin("https://a.b/c"), origin("https://A.b:443/d?e"))
        for other in ("http://a.b/c", "https://a.c/c", "https://a.b:8443/c"):
            self.assertNotEqual(origin("https://a.b/c"), origin(other))


@tagged("post_install", "-at_install")
class TestWithoutBudget(RestCase):
    __test__ = True

    def test_a_test_case_of_a_connector_does_not_wait_for_a_budget(self):
        self.set(_budget=RequestBudget(calls=1, seconds=60))
        self.server.reply = lambda request: Reply({"id": 1})
        self.adapter.read(1)
        self.adapter.read(1)
        self.assertIsInstance(self.adapter.session.budget, NoBudget)
