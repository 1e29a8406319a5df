# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens of a backend in the transaction of a test, and in a cursor of it."""

from unittest import SkipTest
from unittest.mock import patch

from odoo.tests import tagged

from ..exception import BackendPaused, NetworkRetryableError
from ..http.auth.oauth_answer import GrantRefused, Tokens
from ..models.oauth import renewal as oauth_renewal
from ..testing import grant_access
from .common import ConnectorCase

PARTNER = "test.oauth.partner"


class OauthCase(ConnectorCase):
    backend_model = "test.oauth.backend"
    backend_values = {
        "name": "OAuth",
        "url": "http://127.0.0.1:1",
        "oauth_client_id": "id",
        "new_oauth_client_secret": "secret",
    }

    @classmethod
    def _create_backend(cls):
        if cls.backend_model not in cls.env:
            raise SkipTest("needs the addon test_connector_oauth, of tests/addons")
        return super()._create_backend()

    def setUp(self):
        super().setUp()
        self.asked = []
        self.answers = []
        self.enterContext(patch.object(oauth_renewal, "request_tokens", self.answer))

    def answer(self, auth, request):
        self.asked.append(request.body)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def tokens(self, usage="service.adapter"):
        """Return the source of tokens of a new job."""
        return self.component(usage, PARTNER).session._tokens

    def count_rows(self):
        return self.env["connector.oauth.token"].search_count([])


@tagged("post_install", "-at_install")
class TestTokens(OauthCase):
    def test_a_backend_that_is_not_committed_keeps_its_tokens_here(self):
        self.answers = [Tokens("first", lifetime=60)]
        self.assertEqual(self.tokens().current(), "first")
        self.assertEqual(self.tokens().current(), "first")
        self.assertEqual(len(self.asked), 1)
        self.assertEqual(self.count_rows(), 1)
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM connector_oauth_token")
            self.assertEqual(cr.fetchone(), (0,))

    def test_a_connector_may_be_tested_without_a_provider(self):
        self.backend.oauth_client_secret = False
        for usage in ("backend.adapter", "service.adapter"):
            grant_access(self.component(usage, PARTNER), token=usage)
            self.assertEqual(self.tokens(usage).current(), usage)
        self.assertFalse(self.asked)

    def test_cursors_of_a_test_are_used_like_those_of_other_transactions(self):
        self.env.flush_all()
        self.answers = [Tokens("first"), Tokens("second")]
        with self.enter_registry_test_mode():
            source = self.tokens()
            self.assertEqual(source.current(), "first")
            self.assertTrue(source.replace("first"))
            self.assertEqual(source.current(), "second")
        self.assertEqual(self.count_rows(), 1)

    def test_a_revoked_grant_pauses_the_backend_in_a_cursor_of_a_test(self):
        adapter = self.backend._oauth_adapter()
        self.env["connector.oauth.token"]._store(
            self.backend, adapter._auth, "id", self.backend.url, Tokens("a", "r", 0)
        )
        self.env.flush_all()
        self.answers = [GrantRefused("invalid_grant")]
        with self.enter_registry_test_mode():
            source, raised = self.tokens("backend.adapter"), None
            try:  # assertRaises would roll back
                source.replace("a")
            except BackendPaused as error:
                raised = error
        self.assertTrue(raised)
        self.assertEqual(self.backend.state, "paused")

    def test_scopes_have_separate_tokens(self):
        self.answers = [Tokens("read"), Tokens("write")]
        source = self.tokens()
        self.assertEqual(source.current(), "read")
        auth = type(source._arguments[1])(token_path="/o/token/", scope="write")
        backend, _auth, *others = source._arguments
        held = self.env["connector.oauth.token"]._obtain(backend, auth, *others)
        self.assertEqual(held.access_token, "write")

    def test_a_token_of_another_server_or_client_is_not_sent(self):
        self.answers = [Tokens("one"), Tokens("two"), Tokens("three")]
        self.assertEqual(self.tokens().current(), "one")
        self.env["connector.oauth.token"].search([]).server = "http://other:1"
        self.env.flush_all()
        self.assertEqual(self.tokens().current(), "two")
        self.backend.oauth_client_id = "another"
        self.assertEqual(self.tokens().current(), "three")

    def test_a_replacement_that_is_rejected_too_is_not_replaced(self):
        self.answers = [Tokens("a"), Tokens("b"), Tokens("d")]
        source = self.tokens()
        self.assertEqual(source.current(), "a")
        self.assertTrue(source.replace("a"))
        self.assertFalse(source.replace("b"))
        # another worker has renewed it, and its token is rejected
        self.env["connector.oauth.token"].search([]).access_token = "c"
        self.env.flush_all()
        source._valid_until = 0
        self.assertEqual(source.current(), "c")
        self.assertTrue(source.replace("c"))
        self.assertEqual(source.current(), "d")

    def test_the_provider_is_not_asked_again_right_after_a_failure(self):
        self.answers = [NetworkRetryableError("down"), Tokens("a")]
        source = self.tokens()
        for _attempt in range(3):
            with self.assertRaisesRegex(NetworkRetryableError, "down"):
                source.current()
        self.assertEqual(len(self.asked), 1)
        source._asks_again_at = 0
        self.assertEqual(source.current(), "a")

    def test_the_state_of_the_connection_of_a_new_backend(self):
        new = self.env["test.oauth.backend"].new({"name": "New"})
        self.assertEqual(new.oauth_status, "Not connected")
        self.assertFalse(new.oauth_is_connected)
        self.assertTrue(new.oauth_redirect_uri.endswith("/connector/oauth/callback"))
