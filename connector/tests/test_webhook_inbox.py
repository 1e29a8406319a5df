# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notifications are verified and stored, and imported by a job."""

import time

from odoo.tests import tagged

from ..http.webhooks.presets import (
    GitHub,
    Shopify,
    StandardWebhooks,
    Stripe,
    WooCommerce,
)
from ..http.webhooks.signatures import WebhookToken
from ..jobs.lifecycle import WEBHOOK_PRIORITY
from ..testing import sign_webhook
from .import_common import partner
from .inbox_case import PARTNER, SECRET, ShopifyInboxCase


@tagged("post_install", "-at_install")
class TestInbox(ShopifyInboxCase):
    __test__ = True

    def test_a_notification_is_stored_and_imported_by_a_job(self):
        self.system.put(PARTNER, partner(42))
        extra = {"X-Shopify-Shop-Domain": "a.example", "Authorization": "Basic x"}
        answer = self.post_partner(42, **extra)
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        event = self.events()
        self.assertEqual(
            (event.state, event.topic, event.delivery_id, event.model_name),
            ("received", "partners/update", "d1", PARTNER),
        )
        self.assertEqual((event.payload, event.external_ids), ('{"id": 42}', [42]))
        self.assertEqual(event.headers["X-Shopify-Shop-Domain"], "a.example")
        self.assertNotIn("X-Shopify-Hmac-Sha256", event.headers)
        self.assertNotIn("Authorization", event.headers)
        job = self.jobs()
        self.assertEqual(
            (job.priority, job.user_id, job.channel),
            (
                WEBHOOK_PRIORITY,
                self.env.ref("base.user_admin"),
                "root.connector.import",
            ),
        )
        self.run_job()
        self.assertTrue(self.found(42))
        self.assertEqual(event.state, "imported")
        self.assertEqual(event.action_open_job()["domain"], [("uuid", "=", job.uuid)])

    def test_a_connector_signs_notifications_in_its_tests(self):
        self.backend.webhook_token = False
        for scheme, topic in (
            (Shopify(), "partners/update"),
            (StandardWebhooks(), PARTNER),
            (None, PARTNER),
        ):
            self.use(scheme, {"partners/update": PARTNER, PARTNER: PARTNER})
            payload = {"type": topic, "id": 42}
            request = sign_webhook(self.backend, payload, topic)
            answer = self.url_open(
                request.path, data=request.body, headers=request.headers
            )
            self.assertEqual(
                (answer.status_code, answer.json()), (202, {"accepted": 1})
            )

    def test_a_delivery_that_comes_again_makes_one_import(self):
        self.system.put(PARTNER, partner(42))
        answers = [self.post_partner(42) for _ in range(5)]
        self.assertEqual([a.status_code for a in answers], [202] + [200] * 4)
        self.run_job()
        self.assertEqual(self.post_partner(42).status_code, 200)
        self.assertEqual((len(self.events()), len(self.jobs())), (1, 0))
        self.assertEqual(self.events().duplicate_count, 5)
        self.assertEqual(len(self.system.called("read_many")), 1)

    def test_events_that_wait_need_one_job_and_one_import_of_each_record(self):
        self.system.put(PARTNER, partner(1), partner(2))
        for number in range(6):
            self.post_partner(1 + number % 2, f"d{number}")
        self.assertEqual(self.run_job(), "6 events, 2 records, 0 failed")
        (call,) = self.system.called("read_many")
        self.assertEqual(list(call.args[0]), [1, 2])
        self.assertEqual(set(self.events().mapped("state")), {"imported"})

    def test_a_forged_notification_writes_nothing(self):
        for options in ({"secret": "wrong"}, {"X-Shopify-Hmac-Sha256": ""}):
            answer = self.post_partner(42, **options)
            self.assertEqual(answer.status_code, 401)
            self.assertIn("X-Shopify-Hmac-Sha256", answer.json()["error"])
        self.assertFalse(self.events() or self.jobs())

    def test_a_missing_backend_is_answered_like_a_wrong_secret(self):
        wrong = self.post_partner(42, secret="wrong")
        self.backend = self.env["test.backend"].browse(self.backend.id + 1000)
        missing = self.post_partner(42)
        self.assertEqual(
            (wrong.status_code, wrong.json()), (missing.status_code, missing.json())
        )

    def test_an_old_signature_is_refused(self):
        self.use(Stripe(), {"updated": PARTNER})
        payload = {"id": "evt_1", "type": "updated", "data": {"object": {"id": 42}}}
        answer = self.post(payload, now=time.time() - 301)
        self.assertEqual(answer.status_code, 401)
        self.assertIn("300 seconds", answer.json()["error"])
        self.assertFalse(self.events())
        self.assertEqual(self.post(payload).status_code, 202)
        self.assertEqual(self.events().external_ids, [42])
        self.assertEqual(self.events().delivery_id, "evt_1")

    def test_the_topic_may_be_in_the_address(self):
        self.use(WebhookToken(), {})
        answer = self.post({"id": 42}, topic=PARTNER, in_address=True)
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(self.events().model_name, PARTNER)
        self.assertTrue(self.backend.webhook_url.endswith("/TOPIC"))

    def test_an_address_without_a_topic_needs_a_scheme(self):
        self.patch(type(self.backend), "_webhook_scheme", None)
        answer = self.url_open(
            f"/connector/webhook/test.backend/{self.backend.id}",
            data=b"{}",
            headers={"X-Webhook-Token": SECRET, "Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 404)
        self.assertIn("no topic", answer.json()["error"])

    def test_nothing_to_do_is_stored_with_the_reason(self):
        self.assertEqual(self.post_partner(1, "a", topic="x").status_code, 202)
        self.assertEqual(
            self.post_partner(1, "b", topic="shop/update").status_code, 202
        )
        self.assertEqual(self.post({}, "c", topic="partners/update").status_code, 202)
        reasons = {
            each.delivery_id: each.error for each in self.events(state="nothing")
        }
        self.assertIn("Unknown topic 'x'. Known: ", reasons["a"])
        self.assertFalse(reasons["b"])
        self.assertIn("No id found", reasons["c"])
        self.assertFalse(self.jobs())

    def test_an_error_of_a_hook_loses_nothing(self):
        def fail(backend, topic, payload):
            raise KeyError("order")

        with self.subTest("failed"):
            self.patch(type(self.backend), "_webhook_external_ids", fail)
            self.assertEqual(self.post_partner(42).status_code, 202)
            event = self.events()
            self.assertEqual(
                (event.state, event.error), ("failed", "KeyError: 'order'")
            )
        self.patch(
            type(self.backend), "_webhook_external_ids", lambda *args: [args[2]["id"]]
        )
        event.action_retry()
        self.assertEqual((event.state, event.external_ids), ("received", [42]))
        self.assertEqual(len(self.jobs()), 1)

    def test_the_hook_for_other_proofs_is_used(self):
        self.patch(
            type(self.backend),
            "_is_genuine_webhook",
            lambda backend, headers, body: headers.get("X-Mine") == "yes",
        )
        self.assertEqual(self.post_partner(1, "a").status_code, 401)
        answer = self.post_partner(1, "a", secret="wrong", **{"X-Mine": "yes"})
        self.assertEqual(answer.status_code, 202)

    def test_woocommerce_activates_an_address_by_an_unsigned_form(self):
        self.use(WooCommerce(), {})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        path = f"/connector/webhook/test.backend/{self.backend.id}"
        answer = self.url_open(path, data=b"webhook_id=1", headers=form)
        self.assertEqual(answer.status_code, 200)
        other = self.url_open(path, data=b"webhook_id=1&id=5", headers=form)
        self.assertEqual(other.status_code, 401)
        self.assertFalse(self.events() or self.jobs())

    def test_github_may_send_a_form(self):
        self.use(GitHub(), {"issues": PARTNER})
        body = b"payload=%7B%22id%22%3A%2042%7D"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.post(body, "d1", topic="issues", **form)
        self.assertEqual((answer.status_code, self.events().external_ids), (202, [42]))
        self.events().action_replay()
        self.assertEqual(self.events().external_ids, [42])

    def test_bodies_that_no_database_can_hold_are_stored(self):
        body = b'{"id": 42, "text": "\\u0000 \\ud800", "raw": "\xed\xa0\x80"}'
        self.assertEqual(
            self.post(body, "d1", topic="partners/update").status_code, 202
        )
        self.assertEqual(self.events().external_ids, [42])
        self.assertEqual(self.post(b"<xml/>", "d2").status_code, 400)
        self.assertEqual(self.post(b"[" * 300 + b"]" * 300, "d3").status_code, 400)
        self.assertEqual(len(self.events()), 1)

    def test_texts_of_headers_and_addresses_can_be_stored(self):
        headers = {"X-Shopify-Webhook-Id": "d\0", "User-Agent": "a\0b\ud800"}
        self.backend._store_webhook(headers, b"\xff", [1], topic="x\0" * 500)
        event = self.events()
        self.assertEqual(event.delivery_id, "d\\0")
        self.assertLess(len(event.topic), 200)

    def test_a_wrong_declaration_is_named(self):
        self.use(Shopify(), {"a": "res.partner", "b": "no.model"})
        for topic in ("a", "b"):
            self.assertEqual(self.post_partner(1, topic, topic=topic).status_code, 202)
            self.assertIn(
                f"_webhook_topics of test.backend maps '{topic}'",
                self.events(delivery_id=topic).error,
            )
        self.patch(type(self.backend), "_webhook_scheme", Shopify)
        with self.assertRaisesRegex(TypeError, "test.backend._webhook_scheme is"):
            self.backend._register_hook()
