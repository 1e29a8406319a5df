# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import BaseCase
from odoo.tools import config

from ..http.webhooks.signatures import is_same_secret, sign_body
from ..models.webhook.mixin import MAX_RECORDS
from .common import TestConnectorCase

PARTNER = "test.res.partner"


class TestSecrets(BaseCase):
    def test_only_equal_secrets_are_the_same(self):
        self.assertTrue(is_same_secret("tökén", "tökén"))
        for given, expected in (
            ("token", "other"),
            ("token", ""),
            ("", ""),
            (None, None),
            ("", "token"),
            (None, False),
        ):
            self.assertFalse(is_same_secret(given, expected), (given, expected))

    def test_signature_is_that_of_the_body_and_the_token(self):
        self.assertEqual(
            sign_body(b"Hello, World!", "It's a Secret to Everybody"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        )


@tagged("post_install", "-at_install")
class TestWebhook(HttpCase, TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.backend.action_renew_webhook_token()
        self.token = self.backend.webhook_token
        self.env.flush_all()

    def post(self, payload, topic=PARTNER, backend=None, token=None, **headers):
        """Return the answer to a notification."""
        backend = self.backend if backend is None else backend
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers.setdefault("X-Webhook-Token", self.token if token is None else token)
        return self.url_open(
            f"/connector/webhook/{backend._name}/{backend.id}/{topic}",
            data=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=60,
        )

    def jobs(self):
        jobs = self.env["queue.job"].search([("method_name", "=", "import_record")])
        return jobs.filtered(lambda job: job.args and job.args[0] == self.backend)

    def assertRefused(self, answer, status, message):
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertIn(message, answer.json()["error"])
        self.assertFalse(self.jobs())

    def test_notification_delays_the_import_of_the_record(self):
        answer = self.post({"id": 42, "whatever": "else"})
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        job = self.jobs()
        self.assertEqual(job.model_name, PARTNER)
        self.assertEqual(job.args[1:], [42])
        self.assertEqual(job.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(
            (job.records.env.uid, job.records.env.su), (job.user_id.id, False)
        )
        self.assertEqual(job.name, "Import Contact 42, as notified by Test")

    def test_each_way_to_name_records_is_understood(self):
        for payload, expected in (
            ({"external_id": "a"}, ["a"]),
            ({"external_ids": [1, 2]}, [1, 2]),
            ([{"id": 3}, {"id": 4}, {"id": "4"}], [3, "4"]),
            ([5, 6], [5, 6]),
            (0, [0]),
            ({"external_ids": 7}, [7]),
            ({"external_ids": "123"}, ["123"]),
            ({"external_ids": "0"}, ["0"]),
        ):
            before = self.jobs()
            answer = self.post(payload)
            self.assertEqual(answer.json(), {"accepted": len(expected)})
            new = (self.jobs() - before).sorted("id")
            self.assertEqual([job.args[1] for job in new], expected)

    def test_record_that_waits_already_is_not_delayed_again(self):
        for _ in range(3):
            self.assertEqual(self.post({"id": 42}).status_code, 202)
        self.assertEqual(len(self.jobs()), 1)

    def test_queries_do_not_grow_with_the_records_of_a_notification(self):
        def count_queries(payload):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.backend._receive_webhook(PARTNER, payload)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count_queries([1])  # fills the caches
        few = count_queries(list(range(100, 103)))
        many = count_queries(list(range(200, 260)))
        self.assertLessEqual(many, few)
        self.assertEqual(len(self.jobs()), 64)

    def test_an_equal_job_that_waits_is_brought_forward(self):
        self.post({"id": 42})
        self.jobs().write({"eta": "2126-01-01 00:00:00", "priority": 20})
        self.env.flush_all()
        self.post([41, 42])
        job = self.jobs().filtered(lambda job: job.args[1] == 42)
        self.assertEqual((len(self.jobs()), job.eta, job.priority), (2, False, 3))

    def test_signed_notification_needs_no_token(self):
        body = b'{"id": 42}'
        answer = self.post(
            body, token="", **{"X-Hub-Signature-256": sign_body(body, self.token)}
        )
        self.assertEqual(answer.status_code, 202)

    def test_signature_of_another_body_is_refused(self):
        signature = sign_body(b'{"id": 43}', self.token)
        answer = self.post(
            b'{"id": 42}', token="", **{"X-Hub-Signature-256": signature}
        )
        self.assertRefused(answer, 401, "this token")

    def test_wrong_and_missing_tokens_are_refused(self):
        for token in ("wrong", "", self.token[:-1], "é"):
            self.assertRefused(
                self.post({"id": 1}, token=token.encode().decode("latin-1")),
                401,
                "this token",
            )

    def test_backend_without_a_token_receives_nothing(self):
        self.backend.webhook_token = False
        self.env.flush_all()
        for token in ("", "False"):
            self.assertRefused(self.post({"id": 1}, token=token), 401, "this token")

    def test_a_missing_backend_is_answered_like_a_wrong_token(self):
        missing = self.env["test.backend"].browse(self.backend.id + 1000)
        wrong = self.post({"id": 1}, token="wrong")
        unknown = self.post({"id": 1}, backend=missing)
        self.assertEqual(
            (unknown.status_code, unknown.json()), (wrong.status_code, wrong.json())
        )

    def test_model_without_webhook_is_not_found(self):
        for model in ("res.partner", "connector.webhook.mixin"):
            answer = self.post({"id": 1}, backend=self.env[model].browse(1))
            self.assertRefused(answer, 404, "There is no webhook")

    def test_unknown_topic_is_answered_with_the_known_ones(self):
        self.assertRefused(
            self.post({"id": 1}, topic="res.partner"), 404, "test.res.partner.category"
        )

    def test_a_body_that_is_not_json_is_refused(self):
        self.assertRefused(self.post(b"<xml/>"), 400, "not JSON")
        self.assertRefused(self.post(b"\xff"), 400, "not JSON")

    def test_the_declared_type_of_the_body_does_not_matter(self):
        body = b'{"id": 42}'
        for content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
            "application/xml",
        ):
            with self.subTest(content_type):
                answer = self.post(
                    body,
                    token="",
                    **{
                        "Content-Type": content_type,
                        "X-Hub-Signature-256": sign_body(body, self.token),
                    },
                )
                self.assertEqual(answer.status_code, 202, answer.text)

    def test_an_error_behind_the_address_is_not_shown(self):
        answer = self.post({"id": 42}, topic=f"{PARTNER}?self=1&topic=x&backend_id=7")
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        self.assertEqual(self.jobs().args[1:], [42])

    def test_a_form_is_not_a_notification(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in (b"payload=%7B%22id%22%3A1%7D", b"topic=x&self=1"):
            self.assertRefused(self.post(body, **form), 400, "not JSON")

    def test_notification_without_ids_is_refused(self):
        for payload in ({}, [], {"external_ids": []}):
            self.assertRefused(self.post(payload), 422, "No id found")
        for payload in ({"id": None}, {"id": {"a": 1}}, [[True]], {"id": ""}, 1.5):
            self.assertRefused(self.post(payload), 422, "text or numbers")

    def test_ids_that_the_database_cannot_hold_are_refused(self):
        for body in (rb'{"id": "a\u0000b"}', rb'{"id": "\ud800"}', rb'["\udfff", 1]'):
            self.assertRefused(self.post(body), 422, "text or numbers")

    def test_a_body_that_is_nested_too_deeply_is_refused(self):
        for depth in (51, 300, 900, 10_000, 100_000):
            for body in (b"[" * depth + b"]" * depth, b'{"id":' * depth + b"}" * depth):
                answer = self.post(body)
                self.assertEqual(answer.status_code, 400, depth)
                self.assertIn("error", answer.json())
        self.assertFalse(self.jobs())

    def test_a_backend_id_that_no_database_has_is_refused(self):
        huge = self.env["test.backend"].browse(10**30)
        self.assertRefused(self.post({"id": 1}, backend=huge), 401, "this token")

    # -- several databases -----------------------------------------------------

    def _see_several_databases(self):
        """Let the server see two databases, and load this addon for all of them."""
        del self.opener.cookies["session_id"]
        databases = ["another", self.env.cr.dbname]
        self.enterContext(patch.object(http, "db_list", lambda *_, **__: databases))
        modules = [*config["server_wide_modules"], "connector"]
        self.enterContext(patch.dict(config.options, server_wide_modules=modules))
        vars(http.root).pop("nodb_routing_map", None)
        self.addCleanup(vars(http.root).pop, "nodb_routing_map", None)

    def _post_to_database(self, database, payload, token=None):
        return self.url_open(
            f"/connector/webhook/db/{database}/test.backend/{self.backend.id}/{PARTNER}",
            data=json.dumps(payload).encode(),
            headers={
                "Content-Type": "application/json",
                "X-Webhook-Token": self.token if token is None else token,
            },
            timeout=60,
        )

    def test_the_database_may_be_named_by_the_address(self):
        answer = self._post_to_database(self.env.cr.dbname, {"id": 42})
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        self.assertEqual(len(self.jobs()), 1)

    def test_a_server_with_several_databases_finds_the_one_of_the_address(self):
        self._see_several_databases()
        answer = self._post_to_database(self.env.cr.dbname, {"id": 42})
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        self.assertEqual(len(self.jobs()), 1)
        answer = self._post_to_database(self.env.cr.dbname, {"id": 43}, token="wrong")
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(len(self.jobs()), 1)

    def test_a_database_that_is_not_visible_is_not_found(self):
        self.assertRefused(self._post_to_database("hidden", {"id": 1}), 404, "'hidden'")
        self._see_several_databases()
        self.assertRefused(self._post_to_database("hidden", {"id": 1}), 404, "'hidden'")

    def test_the_address_names_the_database_where_several_are_visible(self):
        self._see_several_databases()
        self.backend.invalidate_recordset()
        self.assertIn(
            f"/connector/webhook/db/{self.env.cr.dbname}/test.backend/",
            self.backend.webhook_url,
        )

    def test_too_many_records_are_refused(self):
        payload = list(range(MAX_RECORDS + 1))
        self.assertRefused(self.post(payload), 413, "at most 1000")

    def test_body_that_is_too_long_is_refused(self):
        self.assertEqual(self.post(b" " * (1024 * 1024 + 1)).status_code, 413)

    def test_other_methods_are_refused(self):
        answer = self.url_open(
            f"/connector/webhook/test.backend/{self.backend.id}/{PARTNER}", timeout=60
        )
        self.assertEqual(answer.status_code, 405)

    def test_token_is_shown_once_and_read_by_nobody(self):
        shown = self.backend.action_renew_webhook_token()["params"]["message"]
        self.assertIn(self.backend.webhook_token, shown)
        manager = new_test_user(
            self.env,
            "webhook_manager",
            groups="base.group_user,connector.group_connector_manager",
        )
        with self.assertRaises(AccessError):
            self.backend.with_user(manager).read(["webhook_token"])
        self.assertNotIn("webhook_token", self.backend.copy_data()[0])

    def test_new_token_makes_the_old_one_worthless(self):
        self.backend.action_renew_webhook_token()
        self.env.flush_all()
        self.assertNotEqual(self.backend.webhook_token, self.token)
        self.assertRefused(self.post({"id": 1}), 401, "this token")

    def test_a_backend_that_is_off_asks_to_send_again_later(self):
        reason = "Test is paused, nothing is synchronized. Resume it first."
        self.patch(type(self.backend), "_find_reason_to_pause", lambda backend: reason)
        answer = self.post({"id": 42})
        self.assertRefused(answer, 503, "Test is paused")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertRefused(self.post({"id": 42}, token="wrong"), 401, "this token")

    def test_imports_run_as_the_user_of_the_backend(self):
        user = new_test_user(
            self.env,
            "webhook_user",
            groups="base.group_user,connector.group_connector_manager",
        )
        self.backend.user_id = user
        self.post({"id": 42})
        self.assertEqual(self.jobs().user_id, user)

    def test_a_backend_whose_user_is_archived_asks_to_send_again_later(self):
        user = new_test_user(
            self.env,
            "webhook_user",
            groups="base.group_user,connector.group_connector_manager",
        )
        self.backend.user_id = user
        user.active = False
        self.env.flush_all()
        self.assertRefused(self.post({"id": 42}), 503, "is archived")
        self.backend.user_id = False
        self.env.flush_all()
        self.assertRefused(self.post({"id": 42}), 503, "needs a user")

    def test_address_is_shown_with_the_backend(self):
        self.assertTrue(
            self.backend.webhook_url.endswith(
                f"/connector/webhook/test.backend/{self.backend.id}/TOPIC"
            )
        )
