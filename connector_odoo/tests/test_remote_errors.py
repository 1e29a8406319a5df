# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import vodoo

from odoo.tests.common import BaseCase, TransactionCase

from odoo.addons.connector.exception import (
    AccessRefused,
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
)

from ..remote import (
    RemoteOdoo,
    RemoteRefusal,
    find_connector_error,
    make_connector_error,
)


def all_errors(error_class):
    yield error_class
    for below in error_class.__subclasses__():
        yield from all_errors(below)


def rate_limit(code=429, wish=None):
    error = vodoo.ServerUnavailableError("slow down", code)
    error.retry_after_seconds = wish
    return error


class TestRateLimit(BaseCase):
    def test_the_job_is_postponed_as_the_server_wishes(self):
        error = make_connector_error(rate_limit(wish=42.2))
        self.assertIsInstance(error, NetworkRetryableError)
        self.assertEqual((error.seconds, error.ignore_retry), (43, True))

    def test_a_wish_is_between_a_second_and_an_hour(self):
        for wish, seconds in ((0.01, 1), (59, 59), (1e300, 3600), (999999999, 3600)):
            with self.subTest(wish):
                self.assertEqual(
                    make_connector_error(rate_limit(wish=wish)).seconds, seconds
                )

    def test_a_server_that_is_down_counts_as_a_try(self):
        error = make_connector_error(rate_limit(code=503, wish=30))
        self.assertEqual((error.seconds, error.ignore_retry), (30, False))

    def test_an_error_without_a_retry_has_no_wait(self):
        error = make_connector_error(vodoo.OutcomeUnknownError("unknown", 429))
        self.assertIsInstance(error, RemoteRefusal)

    def test_at_most_ten_seconds_are_waited_in_the_worker(self):
        remote = RemoteOdoo(None)
        self.assertEqual(remote._settings["retry"].max_wait, 10)
        self.assertEqual(remote._settings["retry"].max_total_wait, 10)


class Busy(BaseHTTPRequestHandler):
    """Ask every caller to wait."""

    status = 429
    wish = "42"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        self.send_header("Retry-After", self.wish)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        """Keep the test's output clean."""


class TestTranslation(TransactionCase):
    """Whatever is asked of another Odoo, errors are those of a connector."""

    def remote(self, **values):
        backend = self.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "http://127.0.0.1:1",
                "database": "hq",
                "login": "admin",
                "api_key": "k3y",
                **values,
            }
        )
        settings = {"retry": vodoo.RetryConfig(max_retries=0)}
        remote = RemoteOdoo(backend, **settings)
        self.addCleanup(remote.close)
        return remote

    def asked(self, remote):
        yield "call", lambda: remote.call("res.partner", "search", [])
        yield "uid", lambda: remote.uid
        yield "load", lambda: remote.load("res.partner", ["name"], [["Ada"]], {})
        yield "write", lambda: remote.write("res.partner", [1], {"name": "Ada"})
        yield "unlink", lambda: remote.unlink("res.partner", [1])

    def busy_remote(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
        # shutdown() waits until the next poll
        poll = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        poll.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        backend = self.remote(url=f"http://127.0.0.1:{server.server_port}")._backend
        remote = RemoteOdoo(backend)
        self.addCleanup(remote.close)
        return remote

    def test_a_job_does_not_sleep_longer_than_it_may(self):
        remote = self.busy_remote()
        started_at = time.monotonic()
        for name, ask in self.asked(remote):
            with self.subTest(name), self.assertRaises(NetworkRetryableError) as caught:
                ask()
            error = caught.exception
            self.assertEqual((error.seconds, error.ignore_retry), (42, True))
        # one wait is 42 seconds
        self.assertLess(time.monotonic() - started_at, 40)

    def test_a_host_that_is_down_is_tried_again(self):
        remote = self.remote()
        for name, ask in self.asked(remote):
            with self.subTest(name), self.assertRaises(NetworkRetryableError):
                ask()

    def test_a_missing_key_is_reported(self):
        for secret in (False, "op://vault/key"):
            remote = self.remote(api_key=secret)
            for name, ask in [*self.asked(remote), ("open", remote.open)]:
                with self.subTest(name), self.assertRaisesRegex(RemoteRefusal, "key"):
                    ask()

    def test_a_new_price_waits_for_a_host_that_is_down(self):
        backend = self.remote()._backend
        binding = self.env["odoo.product.template"].create(
            {"backend_id": backend.id, "name": "Chair", "list_price": 10}
        )
        with backend.work_on("odoo.product.template") as work:
            converter = work.component(usage="price.converter")
            work.remote._settings["retry"] = vodoo.RetryConfig(max_retries=0)
            with self.assertRaises(NetworkRetryableError):
                converter.to_remote(10, binding.currency_id, binding)


class TestClientIsPrivate(BaseCase):
    def test_only_the_session_has_the_client(self):
        """Outside of remote.py, nothing asks the client, and no error stays its own."""
        addon = Path(__file__).parents[1]
        found, read = [], 0
        for path in sorted(addon.rglob("*.py")):
            inside = path.relative_to(addon)
            if inside.parts[0] == "tests" or inside.name == "remote.py":
                continue
            read += 1
            for node in ast.walk(ast.parse(path.read_text())):
                name = getattr(node, "attr", getattr(node, "id", None))
                is_handler = isinstance(node, ast.ExceptHandler) and node.type
                caught = ast.unparse(node.type) if is_handler else ""
                if (
                    name in ("_client", "OdooClient", "OdooConfig")
                    or "vodoo." in caught
                ):
                    found.append(f"{inside}:{node.lineno}")
        self.assertEqual(found, [])
        self.assertGreater(read, 20)


class TestRemoteErrors(BaseCase):
    def decide(self, error_class):
        return find_connector_error(error_class.__new__(error_class))

    def test_every_error_of_the_client_is_translated(self):
        for error_class in all_errors(vodoo.VodooError):
            with self.subTest(error_class.__name__):
                self.assertTrue(issubclass(self.decide(error_class), Exception))

    def test_transient_errors_are_retried(self):
        for error_class in (
            vodoo.ConnectionFailedError,
            vodoo.ServerUnavailableError,
            vodoo.RequestTimeoutError,
            vodoo.ConnectionLostError,
            vodoo.ConcurrencyError,
            vodoo.DatabaseLostError,
            vodoo.DatabaseNotFoundError,
            vodoo.ProtocolError,
        ):
            with self.subTest(error_class.__name__):
                decided = self.decide(error_class)
                self.assertTrue(issubclass(decided, NetworkRetryableError), decided)

    def test_a_create_that_may_have_been_done_is_not_tried_again(self):
        self.assertIs(self.decide(vodoo.OutcomeUnknownError), RemoteRefusal)

    def test_a_refusal_of_our_key_or_our_rights_is_for_a_person(self):
        for error_class, expected in (
            (vodoo.AuthenticationError, CredentialsRefused),
            (vodoo.OdooAccessDeniedError, CredentialsRefused),
            (vodoo.ConfigurationError, CredentialsRefused),
            (vodoo.OdooAccessError, AccessRefused),
        ):
            with self.subTest(error_class.__name__):
                error = make_connector_error(error_class("no"))
                self.assertIsInstance(error, RemoteRefusal)
                self.assertIsInstance(error, expected)
        self.assertNotIsInstance(
            make_connector_error(vodoo.OdooAccessError("no")), CredentialsRefused
        )

    def test_errors_of_a_record_or_of_rights_fail(self):
        for error_class, expected in (
            (vodoo.OdooMissingError, IDMissingInBackend),
            (vodoo.OdooValidationError, InvalidDataError),
            (vodoo.AuthenticationError, RemoteRefusal),
            (vodoo.OdooAccessError, RemoteRefusal),
            (vodoo.UnknownModelError, RemoteRefusal),
        ):
            with self.subTest(error_class.__name__):
                self.assertIs(self.decide(error_class), expected)
