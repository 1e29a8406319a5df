# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Authentication declared on an adapter, against a real HTTP server."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ..components.credentials import BackendCredentials
from ..http.auth.declarations import ApiKey, Basic, BearerToken, SignedRequest
from ..http.auth.oauth import OAuth2ClientCredentials
from ..http.errors import RestCredentialsRefusal
from ..http.session import RestSession
from .export_common import ExportCase
from .rest_common import SECRET, RestCase
from .rest_server import Reply

KEY = "s3cr3t/with+chars&="


@tagged("post_install", "-at_install")
class TestDeclaredAuthentication(RestCase):
    __test__ = True

    def declare(self, auth, **values):
        """Declare an authentication whose fields have these values."""
        self.enterContext(
            patch.object(BackendCredentials, "get", lambda self, field: values[field])
        )
        self.set(_auth=auth)

    def request(self, *args, **kwargs):
        self.reply({"ok": True})
        self.adapter.call(*args, **kwargs)
        return self.server.requests[-1]

    def test_api_key_in_a_header(self):
        self.declare(ApiKey("key", header="X-Api-Key", prefix="Token "), key=KEY)
        request = self.request("GET", "/partners")
        self.assertEqual(request.headers["X-Api-Key"], f"Token {KEY}")

    def test_api_key_in_the_query_string_is_masked_in_errors(self):
        self.declare(ApiKey("key", param="key"), key=SECRET)
        request = self.request("GET", "/partners", params={"page": 2})
        self.assertEqual(request.params, {"page": "2", "key": SECRET})
        self.reply(Reply({"you sent": SECRET}, status=400))
        with self.assertRaises(Exception) as caught:
            self.adapter.call("GET", "/partners")
        self.assertNotIn("s3cr3t", str(caught.exception))

    def test_bearer_token(self):
        self.declare(BearerToken("token"), token=KEY)
        request = self.request("GET", "/partners")
        self.assertEqual(request.headers["Authorization"], f"Bearer {KEY}")

    def test_an_access_token_may_have_another_header(self):
        auth = OAuth2ClientCredentials(
            token_path="/token", token_header="X-Shop-Token", token_prefix=""
        )
        source = SimpleNamespace(current=lambda: KEY)
        self.enterContext(
            patch.object(BackendCredentials, "tokens", lambda self, auth: source)
        )
        self.declare(auth)
        request = self.request("GET", "/partners")
        self.assertEqual(request.headers["X-Shop-Token"], KEY)
        self.assertNotIn("Authorization", request.headers)

    def test_login_and_password(self):
        self.declare(Basic("login", "password"), login="ada", password=SECRET)
        request = self.request("GET", "/partners")
        kind, pair = request.headers["Authorization"].split()
        self.assertEqual(kind, "Basic")
        self.assertEqual(base64.b64decode(pair).decode(), f"ada:{SECRET}")

    def test_two_declarations_have_two_sessions_and_equal_ones_share_one(self):
        self.declare(BearerToken("a"), a="1", b="2")
        first = self.adapter.session
        self.set(_auth=BearerToken("a"))
        self.assertIs(self.adapter.session, first)
        self.set(_auth=BearerToken("b"))
        self.assertIsNot(self.adapter.session, first)

    # -- signed requests ------------------------------------------------------

    def expected(self, request, text, digest="sha256"):
        return hmac.new(SECRET.encode(), text.encode(), digest).digest()

    def test_signature_covers_method_path_parameters_time_and_body(self):
        auth = SignedRequest("secret", key="key_id")
        self.declare(auth, secret=SECRET, key_id="shop-1")
        request = self.request(
            "POST", "/partners", params={"a b": "é", "z": 1}, json={"name": "Ada"}
        )
        timestamp = request.headers["X-Timestamp"]
        body = hashlib.sha256(b'{"name": "Ada"}').hexdigest()
        text = f"POST\n/partners?a+b=%C3%A9&z=1\n{timestamp}\n{body}"
        self.assertEqual(
            request.headers["X-Signature"], self.expected(request, text).hex()
        )
        self.assertEqual(request.headers["X-Api-Key"], "shop-1")

    def test_headers_encoding_and_text_of_a_signature_are_those_of_the_vendor(self):
        @dataclass(frozen=True)
        class Vendor(SignedRequest):
            def canonical(self, request):
                return request.body + request.timestamp.encode()

        auth = Vendor(
            "secret",
            key="key_id",
            key_header=None,
            timestamp_header="Date-Ms",
            timestamp="milliseconds",
            signature_header="Authorization",
            signature_value="HMAC {key}:{signature}",
            digest="sha512",
            encoding="base64",
        )
        self.declare(auth, secret=SECRET, key_id="shop-1")
        request = self.request("PUT", "/partners/1", json={})
        timestamp = request.headers["Date-Ms"]
        self.assertEqual(len(timestamp), 13)
        signature = self.expected(request, "{}" + timestamp, "sha512")
        self.assertEqual(
            request.headers["Authorization"],
            f"HMAC shop-1:{base64.b64encode(signature).decode()}",
        )
        self.assertNotIn("X-Api-Key", request.headers)

    def test_a_redirected_request_is_signed_again(self):
        self.declare(SignedRequest("secret"), secret=SECRET)
        self.reply(Reply(status=307, headers={"Location": "/moved?x=1"}))
        request = self.request("POST", "/partners", json={"name": "Ada"})
        self.assertEqual(request.path, "/moved")
        body = hashlib.sha256(b'{"name": "Ada"}').hexdigest()
        text = f"POST\n/moved?x=1\n{request.headers['X-Timestamp']}\n{body}"
        self.assertEqual(
            request.headers["X-Signature"], self.expected(request, text).hex()
        )

    def test_a_body_that_cannot_be_read_twice_is_refused(self):
        self.declare(SignedRequest("secret"), secret=SECRET)
        with self.assertRaisesRegex(TypeError, "POST /partners bytes, not generator"):
            self.adapter.call("POST", "/partners", data=(b"a" for _ in range(2)))
        self.assertEqual(self.server.requests, [])

    def test_an_unknown_setting_names_the_known_ones(self):
        for name, known in (
            ("timestamp", "seconds, milliseconds, iso"),
            ("encoding", "hex, base64"),
            ("digest", "sha256"),
        ):
            with self.subTest(name), self.assertRaisesRegex(ValueError, known):
                SignedRequest("secret", **{name: "other"})

    # -- wrong declarations and credentials ------------------------------------

    def test_an_api_key_is_in_a_header_or_in_a_parameter(self):
        for names in ({}, {"header": "A", "param": "a"}):
            with self.subTest(names), self.assertRaisesRegex(ValueError, "header="):
                ApiKey("key", **names)

    def test_a_key_that_no_header_can_contain_is_refused_without_showing_it(self):
        for key in ("s3cr3t\n", " s3cr3t", "s3cr3t→", "s3c\nr3t"):
            for auth in (ApiKey("key", header="X-Key"), BearerToken("key")):
                credentials = type("Fields", (), {"get": lambda self, field, k=key: k})
                with self.subTest(key), self.assertRaises(RestCredentialsRefusal) as c:
                    auth.use(RestSession("http://127.0.0.1"), credentials())
                self.assertRegex(str(c.exception), "the field key")
                self.assertNotIn("s3c", str(c.exception))

    def test_a_text_instead_of_a_declaration_is_refused(self):
        self.set(_auth="api_token")
        with self.assertRaisesRegex(TypeError, r"BearerToken\('api_token'\)"):
            _session = self.adapter.session

    def test_a_field_that_the_backend_does_not_have_is_named(self):
        self.set(_auth=BearerToken("api_token"))
        with self.assertRaisesRegex(ValueError, "'api_token'.*test.backend"):
            _session = self.adapter.session

    def test_a_field_that_is_empty_is_named_and_stops_the_schedule(self):
        self.backend.name = "Shop"
        self.set(_auth=ApiKey("conflict_policy", header="X-Key"))
        with self.assertRaisesRegex(RestCredentialsRefusal, "Shop: .* is empty"):
            _session = self.adapter.session


@tagged("post_install", "-at_install")
class TestFieldsOfABackend(ExportCase):
    """Secrets that no user may read are read for the adapter."""

    def credentials(self):
        user = new_test_user(self.env, "auth_user", groups="base.group_user")
        return BackendCredentials(self.backend.with_user(user), "shop.adapter")

    def test_a_secret_is_read_for_any_user(self):
        self.backend.new_token = SECRET
        self.assertEqual(self.credentials().get("token"), SECRET)

    def test_an_empty_secret_is_named_as_the_form_names_it(self):
        with self.assertRaisesRegex(RestCredentialsRefusal, "Folder: Token is empty"):
            self.credentials().get("token")
