# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Examples of signatures that vendors publish."""

from datetime import datetime

from odoo.tests.common import BaseCase

from ..http.webhooks.hmac_scheme import HmacScheme
from ..http.webhooks.presets import (
    GitHub,
    Shopify,
    StandardWebhooks,
    WooCommerce,
)
from ..http.webhooks.signatures import (
    Delivery,
)
from .test_signatures import NOW, SECRET


class TestPublishedExamples(BaseCase):
    def test_github(self):
        headers = {
            "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a"
            "37570b6d7586c22c46f4379c8b043e17"
        }
        problem = GitHub().find_problem(
            headers, b"Hello, World!", ["It's a Secret to Everybody"], NOW
        )
        self.assertIsNone(problem)

    def test_standard_webhooks(self):
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        delivery = StandardWebhooks().verify(
            headers, b'{"test": 2432232314}', [SECRET], NOW
        )
        self.assertEqual(
            delivery,
            Delivery(
                "msg_p5jXN8AQM9LWM0D4loKWxJek", None, datetime(2021, 2, 25, 15, 2, 10)
            ),
        )

    def test_slack(self):
        scheme = HmacScheme(
            header="X-Slack-Signature",
            prefix="v0=",
            timestamp_header="X-Slack-Request-Timestamp",
            signed="v0:{timestamp}:{body}",
        )
        body = (
            b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name="
            b"roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
            b"hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZR"
            b"skXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b"
            b"6703c"
        )
        headers = {
            "X-Slack-Request-Timestamp": "1531420618",
            "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235"
            "a7b4a8d21a10bd27519666489c69b503",
        }
        secrets = ["8f742231b10e8888abcd99yyyzzz85a5"]
        self.assertIsNone(scheme.find_problem(headers, body, secrets, 1531420618))

    def test_woocommerce_tests_an_address_without_a_signature(self):
        self.assertTrue(WooCommerce().is_ping({}, b"webhook_id=1"))
        for headers, body in (
            ({}, b"webhook_id=1&id=2"),
            ({}, b'{"webhook_id": 1}'),
            ({}, b""),
            ({"X-WC-Webhook-Signature": "x"}, b"webhook_id=1"),
        ):
            self.assertFalse(WooCommerce().is_ping(headers, body))
        self.assertFalse(Shopify().is_ping({}, b"webhook_id=1"))
