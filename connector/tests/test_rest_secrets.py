# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No error, log line or other server gets a secret."""

import html
import json
import logging
import traceback
from urllib.parse import quote

from odoo.tests import tagged

from ..components.session import Session
from ..exception import (
    AccessRefused,
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
)
from ..http.errors import RestRefusal
from ..http.paging import LinkHeader
from ..http.session import RestSession
from .rest_common import SECRET, RestCase
from .rest_server import Reply, RestServer


@tagged("post_install", "-at_install")
class TestRestSecrets(RestCase):
    """A secret is sent to the backend and appears nowhere else."""

    __test__ = True

    def assertNoSecret(self, text):
        for form in ("s3cr3t", "czNjcjN0"):  # itself, and in base 64
            self.assertNotIn(form, text)

    def error(self, expected, *reply):
        """Return all texts of the error that a job would store."""
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

    def test_a_refusal_of_credentials_or_rights_is_for_a_person(self):
        for status, expected, refused in (
            (401, CredentialsRefused, True),
            (403, AccessRefused, True),
            (405, RestRefusal, False),
        ):
            self.reply(Reply({}, status))
            with self.assertRaises(expected) as caught:
                self.adapter.search({"name": "x"})
            self.assertIsInstance(caught.exception, RestRefusal)
            self.assertEqual(isinstance(caught.exception, AccessRefused), refused)

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

    def test_no_secret_in_an_answer_without_json(self):
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
        self.assertNoSecret(f"{self.work!r} {vars(Session.of(self.work))!r}")

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
