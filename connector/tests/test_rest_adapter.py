# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import html
import json
import logging
import time
import traceback
from unittest.mock import patch
from urllib.parse import quote

from odoo.tests import tagged
from odoo.tests.common import _super_send

from odoo.addons.component.core import Component

from ..components.rest_adapter import RestAdapter
from ..exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    PartlyRead,
    RetryableJobError,
)
from ..rest.errors import RestRefusal
from ..rest.paging import AllAtOnce, LinkHeader, NextLink, Offset, PageNumber
from ..rest.session import RestSession, origin
from .common import TestConnectorCase
from .rest_server import Reply, RestServer

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"
SECRET = "s3cr3t/with strange+chars&é"


class RestCase(TestConnectorCase):
    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let requests through as they are: those of Odoo's tests wait longer."""
        assert not request.url.startswith("http") or "//127.0.0.1" in request.url
        return _super_send(session, request, **kwargs)

    def setUp(self):
        super().setUp()
        server = self.server = self.enterContext(RestServer())

        class Adapter(Component):
            _name = "test.rest.adapter"
            _inherit = ["test.connector", "generic.rest.adapter"]
            _apply_on = [PARTNER, CATEGORY]
            _endpoint = "/partners"

            def _base_url(self):
                return server.url

        self.build_components(Adapter)
        self.work = self.work_on(PARTNER)
        self.adapter = self.work.component_by_name("test.rest.adapter")

    def set(self, **attributes):
        """Give the adapter what a connector's own class would say."""
        self.enterContext(patch.multiple(type(self.adapter), **attributes))

    def authenticate(self, use, *args):
        self.set(_authenticate=lambda adapter, session: getattr(session, use)(*args))

    def reply(self, *replies):
        self.server.replies.extend(
            reply if isinstance(reply, Reply) else Reply(reply) for reply in replies
        )

    def asked(self):
        return [(request.method, request.path) for request in self.server.requests]


@tagged("post_install", "-at_install")
class TestRestOperations(RestCase):
    __test__ = True

    def test_usage_is_that_of_an_adapter(self):
        self.assertEqual(self.adapter._usage, "backend.adapter")

    def test_adapter_that_does_not_say_where_it_is_says_what_to_do(self):
        self.set(_endpoint="")
        with self.assertRaisesRegex(ValueError, "set _endpoint"):
            self.adapter.read(1)
        self.set(_base_url=RestAdapter._base_url, _endpoint="/a")
        with self.assertRaisesRegex(RestRefusal, "no address to speak to"):
            self.adapter.read(1)

    def test_read(self):
        self.reply({"id": 7, "name": "Azure"})
        self.assertEqual(self.adapter.read(7), {"id": 7, "name": "Azure"})
        (request,) = self.server.requests
        self.assertEqual((request.method, request.path), ("GET", "/partners/7"))
        self.assertEqual(request.headers["Accept"], "application/json")

    def test_id_is_quoted_in_the_address(self):
        self.reply({"id": "a/b c"})
        self.adapter.read("a/b c")
        self.assertEqual(self.asked(), [("GET", "/partners/a%2Fb%20c")])

    def test_read_of_what_is_not_there(self):
        self.reply(Reply({"error": "none"}, 404))
        with self.assertRaisesRegex(IDMissingInBackend, "/partners/7: 404"):
            self.adapter.read(7)

    def test_empty_answer_holds_no_record(self):
        self.reply({"data": None})
        self.set(_record_path="data")
        with self.assertRaisesRegex(IDMissingInBackend, "no record at data"):
            self.adapter.read(7)

    def test_path_that_leads_nowhere_is_no_missing_record(self):
        self.set(_record_path="data.item")
        for body in ({"id": 1}, {"data": {"items": {}}}, [{"id": 1}]):
            with self.subTest(body=body):
                self.reply(body)
                with self.assertRaisesRegex(InvalidDataError, "Set _record_path"):
                    self.adapter.read(7)
        self.reply({"data": None})
        with self.assertRaises(IDMissingInBackend):
            self.adapter.read(7)

    def test_read_many_asks_for_each_and_leaves_out_what_is_missing(self):
        self.reply({"id": 1}, Reply(status=404), {"id": 3})
        self.assertEqual(
            self.adapter.read_many([1, 2, 3]), {1: {"id": 1}, 3: {"id": 3}}
        )

    def test_read_many_at_once_where_the_backend_can(self):
        self.set(_ids_param="ids", _ids_per_request=2)
        self.reply([{"id": 1}, {"id": 2}], [], [{"id": 3}], [])
        found = self.adapter.read_many(["1", 2, 3, 4])
        self.assertEqual(found, {"1": {"id": 1}, 2: {"id": 2}, 3: {"id": 3}})
        self.assertEqual(
            [request.params["ids"] for request in self.server.requests],
            ["1,2", "1,2", "3,4", "3,4"],
        )

    def test_search_gives_the_ids_of_all_pages(self):
        self.set(_paging=PageNumber(size=2))
        self.reply([{"id": 1}, {"id": 2}], [{"id": 3}], [])
        self.assertEqual(self.adapter.search({"state": "open"}), [1, 2, 3])
        self.assertEqual(
            [request.params for request in self.server.requests],
            [
                {"state": "open", "page": str(page), "per_page": "2"}
                for page in (1, 2, 3)
            ],
        )

    def test_search_pages_come_as_they_are_asked_for(self):
        self.set(_paging=Offset(size=1, total_path="total"), _records_path="items")
        self.reply(
            {"items": [{"id": 1}], "total": 2}, {"items": [{"id": 2}], "total": 2}
        )
        pages = self.adapter.search_pages()
        self.assertEqual(next(pages), [1])
        self.assertEqual(len(self.server.requests), 1)
        self.assertEqual(list(pages), [[2]])

    def test_search_read(self):
        self.set(_records_path="data.items")
        self.reply({"data": {"items": [{"id": 1}]}}, {"data": {"items": []}})
        self.assertEqual(self.adapter.search_read(), [{"id": 1}])

    def test_a_list_elsewhere_is_not_taken_for_no_records(self):
        self.set(_records_path="item", _paging=AllAtOnce())
        for body, told in (
            ({"items": [{"id": 1}], "total": 1}, r"found nothing.*items: list, total"),
            ([{"id": 1}], "found nothing.*is a list"),
            ({"item": {"id": 1}}, "found dict.*item: dict"),
        ):
            with self.subTest(body=body):
                self.reply(body)
                with self.assertRaisesRegex(InvalidDataError, told):
                    self.adapter.search()
        self.reply({"total": 0})
        self.assertEqual(self.adapter.search(), [])

    def test_a_record_without_id_says_what_it_has(self):
        for record in ({"sku": "A"}, "A"):
            self.reply([record])
            with self.assertRaisesRegex(InvalidDataError, "no field 'id', it is.*Set"):
                self.adapter.search()

    def test_answer_that_is_no_list_says_where_it_looked(self):
        self.reply({"items": []})
        with self.assertRaisesRegex(InvalidDataError, "Set _records_path"):
            self.adapter.search()

    def test_link_header_is_followed_without_the_parameters(self):
        self.set(_paging=LinkHeader())
        link = f'<{self.server.url}/partners?after=1>; rel="next"'
        self.reply(Reply([{"id": 1}], headers={"Link": link}), [{"id": 2}])
        self.assertEqual(self.adapter.search({"state": "open"}), [1, 2])
        self.assertEqual(
            [request.params for request in self.server.requests],
            [{"state": "open"}, {"after": "1"}],
        )

    def test_next_link_may_be_relative(self):
        self.set(_paging=NextLink(), _records_path="items")
        self.reply({"items": [{"id": 1}], "next": "/partners?after=1"}, {"items": []})
        self.assertEqual(self.adapter.search(), [1])
        self.assertEqual(self.server.requests[1].params, {"after": "1"})

    def test_create_returns_the_id_in_the_answer(self):
        self.set(_record_path="data")
        self.reply(Reply({"data": {"id": 9}}, 201))
        self.assertEqual(self.adapter.create({"name": "Azure"}), 9)
        (request,) = self.server.requests
        self.assertEqual(
            (request.method, request.path, request.body),
            ("POST", "/partners", {"name": "Azure"}),
        )

    def test_create_returns_the_id_in_the_location(self):
        self.reply(Reply(None, 201, {"Location": "/partners/abc/"}))
        self.assertEqual(self.adapter.create({}), "abc")

    def test_create_without_any_id_says_so(self):
        self.reply(Reply({"ok": True}, 201))
        with self.assertRaisesRegex(InvalidDataError, "nor a header Location"):
            self.adapter.create({})

    def test_write_and_delete(self):
        self.reply(Reply(None, 204), Reply(None, 204), Reply(None, 204))
        self.adapter.write(1, {"name": "New"})
        self.set(_update_method="PUT")
        self.adapter.write(1, {"name": "New"})
        self.adapter.delete(1)
        path = "/partners/1"
        self.assertEqual(
            self.asked(), [("PATCH", path), ("PUT", path), ("DELETE", path)]
        )


@tagged("post_install", "-at_install")
class TestRestSession(RestCase):
    __test__ = True

    def test_session_is_one_for_the_work_context_and_those_from_it(self):
        session = self.adapter.session
        for work in (self.work, self.work.work_on(CATEGORY)):
            adapter = work.component_by_name("test.rest.adapter")
            self.assertIs(adapter.session, session)

    def test_another_work_context_has_a_session_of_its_own(self):
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

    def test_server_that_says_nothing_is_tried_again(self):
        self.set(_timeout_seconds=0.1)

        def sleep(request):
            time.sleep(0.4)
            return Reply({})

        self.server.reply = sleep
        with self.assertRaisesRegex(NetworkRetryableError, "ReadTimeout"):
            self.adapter.read(1)

    def test_image_is_read_below_the_address_and_nowhere_else(self):
        self.authenticate("use_header", "X-Key", SECRET.encode().hex())
        self.reply(Reply(b"GIF", 200, {"Content-Type": "image/gif"}))
        self.assertEqual(self.adapter.read_image("/covers/1.gif"), b"GIF")
        self.assertEqual(self.asked(), [("GET", "/covers/1.gif")])
        with self.assertRaisesRegex(RestRefusal, "leads to another server"):
            self.adapter.read_image("http://127.0.0.2/covers/1.gif")

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

    def test_server_that_is_not_there_is_tried_again(self):
        with RestServer() as gone:
            pass
        self.set(_base_url=lambda adapter: gone.url)
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

    def test_a_moment_is_waited_and_the_request_sent_again(self):
        self.reply(*[Reply("slow", 429, {"Retry-After": "4"})] * 2, {"id": 1})
        with patch("time.sleep") as sleep:
            self.assertEqual(self.adapter.read(1), {"id": 1})
        self.assertEqual([call.args for call in sleep.mock_calls], [(4,), (4,)])

    def test_more_than_a_moment_is_not_waited_for_one_answer(self):
        self.reply(*[Reply("slow", 429, {"Retry-After": "4"})] * 3)
        with patch("time.sleep") as sleep:
            with self.assertRaises(NetworkRetryableError):
                self.adapter.read(1)
        self.assertEqual(sleep.call_count, 2)

    def test_what_was_read_before_being_asked_to_wait_is_kept(self):
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

    def test_answer_that_is_no_json_is_refused(self):
        self.reply(Reply(b"<html>Please log in</html>"))
        with self.assertRaisesRegex(RestRefusal, "JSONDecodeError"):
            self.adapter.read(1)

    def test_values_that_are_no_json_are_invalid(self):
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
class TestRestSecrets(RestCase):
    """A secret is sent to the backend, and is nowhere else."""

    __test__ = True

    def assertNoSecret(self, text):
        for form in ("s3cr3t", "czNjcjN0"):  # itself, and in base 64
            self.assertNotIn(form, text)

    def error(self, expected, *reply):
        """Return all that a job would store of the error."""
        self.reply(*reply)
        with (
            self.assertLogs("urllib3.connectionpool", logging.DEBUG) as logs,
            self.assertRaises(expected) as caught,
        ):
            logging.getLogger("urllib3.connectionpool").debug("begin")
            self.adapter.search({"name": "x"})
        error = caught.exception
        self.assertIsNone(error.__cause__ or error.__context__)
        self.assertNoSecret("\n".join(logs.output))
        return "".join(traceback.format_exception(error))

    def test_credentials_reach_the_backend(self):
        for use, args, name, expected in (
            ("use_bearer", ("tok",), "Authorization", "Bearer tok"),
            ("use_basic", ("me", "pw"), "Authorization", "Basic bWU6cHc="),
            ("use_header", ("X-Key", "k"), "X-Key", "k"),
        ):
            self.reply({"id": 1})
            session = RestSession(self.server.url)
            getattr(session, use)(*args)
            session.call("GET", "/a")
            self.assertEqual(self.server.requests[-1].headers[name], expected)

    def test_credentials_in_the_query_reach_the_backend(self):
        self.authenticate("use_param", "api_key", SECRET)
        self.reply([])
        self.adapter.search({"name": "x"})
        self.assertEqual(self.server.requests[0].params["api_key"], SECRET)
        self.assertEqual(self.server.requests[0].params["name"], "x")

    def test_no_secret_in_errors_and_logs_of_any_status(self):
        self.authenticate("use_param", "api_key", SECRET)
        echo = {"you sent": SECRET, "and": "x" * 480 + SECRET}
        for status, expected in (
            (401, RestRefusal),
            (404, IDMissingInBackend),
            (422, InvalidDataError),
            (500, NetworkRetryableError),
        ):
            self.assertNoSecret(self.error(expected, Reply(echo, status)))

    def test_every_way_to_write_a_secret_is_redacted(self):
        session = RestSession(self.server.url)
        session.use_bearer(SECRET)
        for text in (
            SECRET,
            SECRET.upper(),
            quote(SECRET, safe="").lower(),
            json.dumps({"token": SECRET}),
            json.dumps({"token": SECRET}, ensure_ascii=False).replace("/", "\\/"),
            html.escape(SECRET),
            str([SECRET]),
        ):
            redacted = session.redact(f"before {text} after")
            self.assertNoSecret(redacted.lower())
            self.assertIn("before ", redacted)
            self.assertIn(" after", redacted)

    def test_no_secret_in_an_answer_that_is_no_json(self):
        self.authenticate("use_param", "api_key", SECRET)
        self.assertNoSecret(self.error(RestRefusal, Reply(b"<html>")))

    def test_no_secret_in_errors_of_the_transport(self):
        self.authenticate("use_param", "api_key", SECRET)
        self.server.reply = lambda request: None
        self.assertNoSecret(self.error(NetworkRetryableError))

    def test_no_password_of_basic_authentication_in_errors(self):
        self.authenticate("use_basic", "me", "s3cr3t")
        self.server.reply = lambda request: Reply(dict(request.headers), 403)
        text = self.error(RestRefusal)
        self.assertNoSecret(text)
        self.assertIn("403", text)

    def test_no_secret_in_the_representation_of_the_session(self):
        self.authenticate("use_bearer", "s3cr3t")
        session = self.adapter.session
        self.assertNoSecret(f"{session!r} {session.redact!r} {self.adapter!r}")
        self.assertNoSecret(f"{self.work!r} {self.work.connector_session!r}")

    def test_credentials_do_not_follow_a_redirect_to_another_server(self):
        other = self.enterContext(RestServer())
        other.reply = lambda request: Reply({"id": 1})
        self.authenticate("use_header", "X-Key", "s3cr3t")
        self.reply(Reply(None, 302, {"Location": f"{other.url}/partners/1"}))
        with self.assertRaisesRegex(RestRefusal, "another server"):
            self.adapter.read(1)
        self.assertFalse(other.requests)

    def test_credentials_do_not_follow_a_link_to_another_server(self):
        other = self.enterContext(RestServer())
        self.authenticate("use_header", "X-Key", "s3cr3t")
        self.set(_paging=LinkHeader())
        link = f'<{other.url}/partners>; rel="next"'
        self.reply(Reply([{"id": 1}], headers={"Link": link}))
        with self.assertRaisesRegex(RestRefusal, "another server"):
            self.adapter.search()
        self.assertFalse(other.requests)

    def test_no_secret_in_the_jobs_that_a_search_leads_to(self):
        self.authenticate("use_bearer", "s3cr3t")
        self.reply([{"id": 1}, {"id": 2}], [])
        importer = self.work.component(usage="delayed.batch.importer")
        importer._backend_adapter = self.adapter
        with self.trap_jobs() as trap:
            importer.run()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args[1], [1, 2])
        self.assertNoSecret(f"{job.args} {job.kwargs} {job.description}")
        self.assertNoSecret(str(job.env.context))

    def test_filter_of_the_logs_ends_with_the_request(self):
        logger = logging.getLogger("urllib3.connectionpool")
        before = list(logger.filters)
        self.reply(Reply(status=500))
        with self.assertRaises(NetworkRetryableError):
            self.adapter.read(1)
        self.assertEqual(logger.filters, before)
