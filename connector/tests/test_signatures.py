# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Schemes of webhooks, with the examples that their vendors publish."""

import base64
from datetime import datetime, timedelta, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from odoo.tests.common import BaseCase

from ..http.webhooks.hmac_scheme import HmacScheme
from ..http.webhooks.presets import (
    GitHub,
    Shopify,
    StandardWebhooks,
    Stripe,
    WooCommerce,
)
from ..http.webhooks.signatures import (
    MAX_NAME,
    Delivery,
    WebhookRefused,
    WebhookToken,
    short_name,
)

NOW = 1614265330
BODY = b'{"id": 5}'
SCHEMES = (
    WebhookToken(),
    GitHub(),
    Shopify(),
    WooCommerce(),
    Stripe(),
    StandardWebhooks(),
    HmacScheme(header="X-Sig", digest="sha512", id_header="X-Id"),
)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class TestSchemes(BaseCase):
    def headers(self, scheme, body=BODY, secret=SECRET, now=NOW, **delivery):
        return scheme.sign(body, secret, now, Delivery(**delivery))

    def find_problem(self, scheme, headers, body=BODY, secrets=(SECRET,), now=NOW):
        return scheme.find_problem(headers, body, secrets, now)

    def test_each_scheme_accepts_its_signature_only(self):
        for scheme in SCHEMES:
            with self.subTest(scheme):
                headers = self.headers(scheme, id="d1", topic="t")
                self.assertIsNone(self.find_problem(scheme, headers))
                for secrets in ((), ("",), (None,), ("whsec_other",)):
                    self.assertTrue(self.find_problem(scheme, headers, secrets=secrets))
                self.assertTrue(self.find_problem(scheme, {}))
                if not isinstance(scheme, WebhookToken):
                    self.assertTrue(self.find_problem(scheme, headers, b'{"id": 6}'))

    def test_either_of_two_secrets_is_valid(self):
        for scheme in SCHEMES:
            headers = self.headers(scheme, id="d1")
            self.assertIsNone(
                self.find_problem(scheme, headers, secrets=("whsec_new", SECRET))
            )

    def test_garbage_in_the_headers_is_refused(self):
        for scheme in SCHEMES:
            genuine = self.headers(scheme, id="d1")
            for garbage in (
                "",
                "é",
                "v1,",
                "t=,v1=",
                "=" * 10_000,
                "v1=zz,t=1",
                "sha256=",
            ):
                headers = dict.fromkeys(genuine, garbage)
                with self.subTest(f"{scheme} {garbage[:10]}"):
                    self.assertTrue(self.find_problem(scheme, headers))
                    scheme.describe(headers, {"id": 1})

    def test_a_signature_outside_the_window_is_refused(self):
        for scheme in (Stripe(tolerance_seconds=60), StandardWebhooks()):
            seconds = scheme.tolerance_seconds
            headers = self.headers(scheme, id="d1")
            for shift in (-seconds, seconds):
                self.assertIsNone(self.find_problem(scheme, headers, now=NOW + shift))
            for shift, when in ((-seconds - 1, "in the future"), (seconds + 1, "ago")):
                problem = self.find_problem(scheme, headers, now=NOW + shift)
                self.assertIn(f"{seconds} seconds {when}", problem)

    def test_a_changed_time_or_id_invalidates_the_signature(self):
        scheme = StandardWebhooks()
        headers = self.headers(scheme, id="d1")
        for name, value in (("webhook-timestamp", str(NOW + 1)), ("webhook-id", "d2")):
            problem = self.find_problem(scheme, {**headers, name: value})
            self.assertIn("signature", problem)

    def test_parts_cannot_be_moved_over_a_full_stop(self):
        scheme = StandardWebhooks()
        headers = self.headers(scheme, b"1614265331.{}", id="d1")
        moved = {
            **headers,
            "webhook-id": f"d1.{NOW}",
            "webhook-timestamp": f"{NOW + 1}",
        }
        self.assertIn("full stop", self.find_problem(scheme, moved, b"{}"))

    def test_stripe_signs_with_each_secret_while_one_is_replaced(self):
        scheme = Stripe()
        old = self.headers(scheme, secret="old")["Stripe-Signature"]
        new = self.headers(scheme, secret="new")["Stripe-Signature"]
        header = f"{old},{new.split(',')[1]},v0=6ffbb59b2300aae63f272406069a9788"
        for secret in ("old", "new"):
            headers = {"Stripe-Signature": header}
            self.assertIsNone(self.find_problem(scheme, headers, secrets=[secret]))
        only_v0 = {"Stripe-Signature": header.replace("v1=", "v0=")}
        self.assertTrue(self.find_problem(scheme, only_v0, secrets=["old", "new"]))

    def test_standard_webhooks_as_the_package_does(self):
        scheme, peer = StandardWebhooks(), Webhook(SECRET)
        now = datetime.now(timezone.utc)
        for index, body in enumerate(
            (b"{}", '{"ä": "€"}'.encode(), b"[1]", b"x" * 9999)
        ):
            when = now - timedelta(seconds=index)
            signature = peer.sign(f"msg_{index}", when, body.decode())
            headers = self.headers(
                scheme, body, now=when.timestamp(), id=f"msg_{index}"
            )
            self.assertEqual(headers["webhook-signature"], signature)
            peer.verify(body, headers, json_parse=False)
            several = {**headers, "webhook-signature": f"v1a,x v1,AAAA {signature}"}
            self.assertIsNone(
                self.find_problem(scheme, several, body, now=now.timestamp())
            )
            with self.assertRaises(WebhookVerificationError):
                peer.verify(body + b" ", headers, json_parse=False)
            self.assertTrue(
                self.find_problem(scheme, headers, body + b" ", now=now.timestamp())
            )

    def test_id_topic_and_time_of_a_delivery(self):
        for scheme, headers, payload, expected in (
            (
                Shopify(),
                {
                    "X-Shopify-Topic": "orders/updated",
                    "X-Shopify-Webhook-Id": "b54557e4",
                    "X-Shopify-Triggered-At": "2023-03-29T18:00:27.877041743Z",
                },
                {},
                Delivery(
                    "b54557e4",
                    "orders/updated",
                    datetime(2023, 3, 29, 18, 0, 27, 877041),
                ),
            ),
            (
                WooCommerce(),
                {
                    "X-WC-Webhook-Topic": "order.updated",
                    "X-WC-Webhook-Delivery-ID": "77",
                },
                {},
                Delivery("77 44136fa355b3678a1146ad16f7e8649e", "order.updated", None),
            ),
            (
                Stripe(),
                {"Stripe-Signature": "t=1614265330,v1=aa"},
                {"id": "evt_1", "type": "invoice.paid"},
                Delivery("evt_1", "invoice.paid", datetime(2021, 2, 25, 15, 2, 10)),
            ),
            (Stripe(), {}, [1], Delivery()),
            (WebhookToken(), {}, {"id": 1}, Delivery()),
        ):
            self.assertEqual(scheme.describe(headers, payload), expected)

    def test_notifications_of_woocommerce_in_one_second_are_different(self):
        headers = {"X-WC-Webhook-Delivery-ID": "77"}
        first, again, other = (
            WooCommerce().describe(headers, {"id": number}).id for number in (1, 1, 2)
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_no_secret_stands_for_an_empty_key(self):
        scheme = StandardWebhooks()
        for secret in ("whsec_", "whsec_!!", "é", "=", " "):
            forged = self.headers(scheme, secret="whsec_?", id="d1")
            self.assertTrue(self.find_problem(scheme, forged, secrets=[secret]), secret)
            genuine = self.headers(scheme, secret=secret, id="d1")
            self.assertIsNone(self.find_problem(scheme, genuine, secrets=[secret]))

    def test_ids_and_topics_can_be_stored_and_indexed(self):
        self.assertEqual(short_name(7), "7")
        for nothing in (None, True, "", 1.5, [], {}):
            self.assertIsNone(short_name(nothing))
        self.assertEqual(short_name("a\0\ud800"), "a\\0\\ud800")
        long = short_name("x" * 5000)
        self.assertLessEqual(len(long), MAX_NAME)
        self.assertNotEqual(long, short_name("x" * 5001))

    def test_the_record_is_where_the_vendor_has_it(self):
        event = {"id": "evt_1", "data": {"object": {"id": "in_1"}}}
        self.assertEqual(Stripe().data_of(event), {"id": "in_1"})
        self.assertEqual(Stripe().data_of({"id": "evt_1"}), {"id": "evt_1"})
        self.assertEqual(StandardWebhooks().data_of({"data": [1]}), [1])

    def test_github_sends_json_or_a_form(self):
        self.assertEqual(GitHub().read(BODY), {"id": 5})
        self.assertEqual(GitHub().read(b"payload=%7B%22id%22%3A5%7D"), {"id": 5})

    def test_a_refusal_has_the_reason(self):
        with self.assertRaisesRegex(WebhookRefused, "X-Shopify-Hmac-Sha256 is missing"):
            Shopify().verify({}, BODY, [SECRET], NOW)

    def test_no_proof_is_stored(self):
        for scheme in SCHEMES:
            proof = set(scheme.sign(BODY, SECRET, NOW)) - {
                scheme.id_header,
                scheme.topic_header,
                scheme.timestamp_header,
            }
            self.assertTrue(proof)
            self.assertFalse(proof & set(scheme.stored_headers()), scheme)

    def test_a_wrong_declaration_is_refused(self):
        for message, values in (
            ("signed is 'x'", {"signed": "x"}),
            ("signed is '{body}{x}'", {"signed": "{body}{x}"}),
            ("give id_header", {"signed": "{id}{body}"}),
            ("give timestamp_header", {"signed": "{timestamp}{body}"}),
            ("digest is 'sha255'", {"digest": "sha255"}),
            ("encoding is 'utf-8'", {"encoding": "utf-8"}),
        ):
            with self.assertRaisesRegex(ValueError, message):
                HmacScheme(header="X-Sig", **values)

    def test_base64_and_hex_of_the_same_digest(self):
        hexed = HmacScheme(header="S").sign(BODY, "k", NOW)["S"]
        encoded = HmacScheme(header="S", encoding="base64").sign(BODY, "k", NOW)["S"]
        self.assertEqual(bytes.fromhex(hexed), base64.b64decode(encoded))
