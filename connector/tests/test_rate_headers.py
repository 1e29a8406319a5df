# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rest of a rate limit, by the headers of an answer."""

from odoo.tests.common import BaseCase

from ..http.budget.headers import rate_limit_state


class TestRateHeaders(BaseCase):
    def test_rest_of_a_limit(self):
        for headers, expected in (
            ({}, None),
            ({"X-RateLimit-Remaining": "5"}, (5, None, None)),
            (
                {
                    "RateLimit-Remaining": "5, 5;w=10",
                    "RateLimit-Limit": "60, 60;w=20",
                    "RateLimit-Reset": "7",
                },
                (5, 60, 7),
            ),
            ({"X-Shopify-Shop-Api-Call-Limit": "32/40"}, (8, 40, None)),
            ({"X-Shopify-Shop-Api-Call-Limit": "50/40"}, (0, 40, None)),
            (
                {
                    "RateLimit": '"default";r=50;t=30',
                    "RateLimit-Policy": '"default";q=100;w=60',
                },
                (50, 100, 30),
            ),
            ({"RateLimit": "limit=100, remaining=50, reset=5"}, (50, 100, 5)),
            ({"X-RateLimit-Remaining": "many"}, None),
            ({"X-RateLimit-Remaining": "-1"}, None),
            ({"X-Shopify-Shop-Api-Call-Limit": "a/b"}, None),
            ({"RateLimit": "9" * 5000}, None),
        ):
            with self.subTest(headers=headers):
                self.assertEqual(rate_limit_state(headers), expected)
