# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests for tokens and their answers; tests/connectivity has a real provider."""

import base64
import hashlib
import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tests import BaseCase, tagged

from ..http.auth import oauth_answer
from ..http.auth.oauth import Client, OAuth2AuthorizationCode, OAuth2ClientCredentials
from ..http.auth.oauth_answer import GrantRefused, read_tokens
from ..http.errors import NetworkRetryableError, RestCredentialsRefusal

URL = "https://shop.example"
CLIENT = Client("id of us", "s3cr3t+/&")
CODE = OAuth2AuthorizationCode(
    authorize_path="/o/authorize?tenant=1",
    token_path="https://login.example/token",
    revoke_path="/o/revoke",
    scope="read write",
    authorize_params={"prompt": "consent", "access_type": "offline"},
)


def params(body):
    return {name: values[0] for name, values in parse_qs(body).items()}


@tagged("post_install", "-at_install")
class TestRequests(BaseCase):
    def test_the_page_of_the_provider(self):
        verifier = CODE.make_verifier()
        url = CODE.authorization_url(f"{URL}/", "id", f"{URL}/back", "state", verifier)
        self.assertEqual(urlsplit(url)[:3], ("https", "shop.example", "/o/authorize"))
        asked = params(urlsplit(url).query)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self.assertEqual(
            asked,
            {
                "tenant": "1",
                "response_type": "code",
                "client_id": "id",
                "redirect_uri": f"{URL}/back",
                "scope": "read write",
                "state": "state",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
                "prompt": "consent",
                "access_type": "offline",
            },
        )
        self.assertNotIn(verifier, url)

    def test_two_verifiers_differ(self):
        self.assertNotEqual(CODE.make_verifier(), CODE.make_verifier())

    def test_the_exchange_of_a_code(self):
        request = CODE.code_request(URL, CLIENT, "the code", f"{URL}/back", "verifier")
        self.assertEqual(request.url, "https://login.example/token")
        self.assertEqual(
            params(request.body),
            {
                "grant_type": "authorization_code",
                "code": "the code",
                "redirect_uri": f"{URL}/back",
                "code_verifier": "verifier",
            },
        )
        pair = base64.b64decode(request.headers["Authorization"].split()[1])
        self.assertEqual(pair, b"id+of+us:s3cr3t%2B%2F%26")
        for secret in ("the code", "verifier", CLIENT.secret):
            self.assertIn(secret, request.secrets)
            self.assertNotIn(secret, repr(request))

    def test_a_client_in_the_body_and_one_without_a_secret(self):
        auth = OAuth2ClientCredentials(
            token_path="/token", client_auth="body", token_params={"audience": "api"}
        )
        request = auth.renewal_request(URL, CLIENT, "")
        self.assertEqual(
            params(request.body),
            {
                "grant_type": "client_credentials",
                "audience": "api",
                "client_id": CLIENT.id,
                "client_secret": CLIENT.secret,
            },
        )
        self.assertNotIn("Authorization", request.headers)
        request = CODE.code_request(URL, Client("public"), "c", "https://b", "v")
        self.assertEqual(params(request.body)["client_id"], "public")
        self.assertNotIn("Authorization", request.headers)

    def test_a_refresh_and_a_revocation(self):
        request = CODE.renewal_request(URL, CLIENT, "r1")
        self.assertEqual(
            params(request.body), {"grant_type": "refresh_token", "refresh_token": "r1"}
        )
        request = CODE.revocation_request(URL, CLIENT, "r1", "refresh_token")
        self.assertEqual(request.url, f"{URL}/o/revoke")
        self.assertEqual(
            params(request.body), {"token": "r1", "token_type_hint": "refresh_token"}
        )

    def test_an_access_that_cannot_be_renewed_asks_a_person(self):
        with self.assertRaisesRegex(GrantRefused, "offline_access"):
            CODE.renewal_request(URL, CLIENT, "")

    def test_secrets_are_not_sent_by_http_if_the_backend_has_https(self):
        auth = OAuth2ClientCredentials(token_path="http://login.example/token")
        with self.assertRaisesRegex(RestCredentialsRefusal, "https://"):
            auth.renewal_request(URL, CLIENT, "")
        auth.renewal_request("http://127.0.0.1", CLIENT, "")

    def test_declarations_are_compared_by_their_values(self):
        first, second = (
            OAuth2ClientCredentials(token_path="/t", token_params={"a": "1", "b": "2"}),
            OAuth2ClientCredentials(token_path="/t", token_params={"b": "2", "a": "1"}),
        )
        self.assertEqual(first, second)
        self.assertEqual(hash(first), hash(second))
        self.assertEqual(first.grant, second.grant)

    def test_an_unknown_way_of_authentication_is_named(self):
        with self.assertRaisesRegex(ValueError, "basic, body.*'header'"):
            OAuth2ClientCredentials(token_path="/t", client_auth="header")

    def test_a_missing_library_is_named(self):
        missing = ImportError("No module named 'oauthlib'")
        with patch.object(oauth_answer, "import_module", side_effect=missing):
            with self.assertRaisesRegex(ImportError, "pip install oauthlib"):
                oauth_answer.load_oauthlib()


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    def tokens_of(self, answer, **options):
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return read_tokens(f"{URL}/token", content, ("invalid_grant",), **options)

    def test_tokens(self):
        tokens = self.tokens_of(
            {
                "access_token": "a",
                "refresh_token": "r",
                "token_type": "bearer",
                "expires_in": 60,
                "scope": "read write",
                "other": None,
            }
        )
        self.assertEqual(
            (tokens.access_token, tokens.refresh_token, tokens.lifetime, tokens.scope),
            ("a", "r", 60, "read write"),
        )
        for secret in ("'a'", "'r'"):
            self.assertNotIn(secret, repr(tokens))

    def test_lives_of_a_token(self):
        for value, lifetime in (
            ("3600", 3600),
            (3599.9, 3599),
            (0, None),
            (-1, None),
            ("soon", None),
            ([], None),
            (None, None),
            (True, 1),
            (10**30, 10 * 365 * 24 * 3600),
            (float("inf"), None),
            (float("nan"), None),
        ):
            with self.subTest(value):
                answer = {"access_token": "a", "expires_in": value, "expires_at": "x"}
                self.assertEqual(self.tokens_of(answer).lifetime, lifetime)

    def test_errors_of_the_protocol(self):
        for code, error in (
            ("invalid_grant", GrantRefused),
            ("invalid_client", RestCredentialsRefusal),
            ("invalid_scope", RestCredentialsRefusal),
            ("unheard_of", RestCredentialsRefusal),
            ("temporarily_unavailable", NetworkRetryableError),
            ("server_error", NetworkRetryableError),
        ):
            with self.subTest(code), self.assertRaises(error) as caught:
                self.tokens_of({"error": code, "error_description": "because"})
            self.assertIs(type(caught.exception), error)
            self.assertIn(f"{code}: because", str(caught.exception))

    def test_a_description_is_masked(self):
        with self.assertRaises(GrantRefused) as caught:
            self.tokens_of(
                {"error": "invalid_grant", "error_description": "r1 is unknown"},
                redact=lambda text: str(text).replace("r1", "***"),
            )
        self.assertIn("*** is unknown", str(caught.exception))

    def test_answers_that_are_not_of_a_token_endpoint(self):
        for answer in (
            b"",
            b"<html>",
            b"access_token=a",
            b"[" * 100_000,
            b"\xff\xfe",
            [],
            "text",
            {},
            {"access_token": ""},
            {"access_token": 5},
            {"access_token": None},
            {"access_token": {"a": 1}},
            {"access_token": "a b"},
            {"access_token": "a\n"},
            {"access_token": "é"},
            {"access_token": "a", "refresh_token": ["r"]},
            {"access_token": "a", "token_type": "mac"},
            {"access_token": "a", "token_type": 7},
        ):
            with (
                self.subTest(answer),
                self.assertRaisesRegex(RestCredentialsRefusal, "token_path"),
            ):
                self.tokens_of(answer)

    def test_a_scope_of_any_form_is_kept_as_text(self):
        for scope, text in (("a b", "a b"), ("", ""), (None, "")):
            answer = {"access_token": "a", "scope": scope}
            self.assertEqual(self.tokens_of(answer).scope, text)
