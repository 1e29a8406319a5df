# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tests.common import BaseCase, TransactionCase

from ..servers import find_server, is_web_link

NOT_ON_THE_WEB = (
    None,
    False,
    "",
    "javascript:alert(1)",
    "javascript://shop.example:443/%0aalert(1)",
    "JAVASCRIPT://shop.example:443",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript://shop.example:1",
    "file:///etc/passwd",
    "ftp://shop.example:21/",
    "//shop.example",
    "/shop",
    "https:shop.example",
    "https:/shop.example",
    "https:///shop.example",
    "https://",
    "https://:443",
    "https://me@shop.example",
    "https://shop.example:443@thief.example",
    "https://shop.example\\@thief.example",
    "https:\\\\shop.example",
    "https://shop.example/a\\b",
    "https://shop.example/a b",
    "https://shop.example/\u00a0",
    "https://shop.example/\r\nSet-Cookie:a",
    "https://shop.example/\u200b",
    "https://shop\u2028.example",
    "https://shop..example",
    "https://%73hop.example",
    "https://" + "a" * 64 + ".example",
    "https://[::1",
    "https://[::g]",
    "https://[::1]thief.example",
    "https://shop[::1]",
    "https://shop.example:port",
    "https://shop.example:99999",
    "https://shop.example:0",
)


class TestWebAddress(BaseCase):
    def test_a_text_that_is_not_a_web_address_gives_no_link(self):
        for address in NOT_ON_THE_WEB:
            with self.subTest(address):
                self.assertIsNone(find_server(address))
                self.assertFalse(is_web_link(address))

    def test_a_server_is_identified_by_scheme_host_and_port(self):
        for address, server in (
            ("https://shop.example", ("https", "shop.example", 443)),
            ("HTTP://Shop.Example/api", ("http", "shop.example", 80)),
            ("http://shop.example:8069/", ("http", "shop.example", 8069)),
            ("http://localhost:8069", ("http", "localhost", 8069)),
            ("http://odoo_db:8069", ("http", "odoo_db", 8069)),
            ("http://127.0.0.1", ("http", "127.0.0.1", 80)),
            ("https://[::1]:8443/x", ("https", "::1", 8443)),
        ):
            with self.subTest(address):
                self.assertEqual(find_server(address), server)
                self.assertTrue(is_web_link(address))

    def test_an_international_name_is_the_name_that_is_asked_for(self):
        name = "https://b\u00fccher.example"
        self.assertEqual(find_server(name), ("https", "xn--bcher-kva.example", 443))
        self.assertEqual(
            find_server(name), find_server("https://xn--bcher-kva.example")
        )
        # written in full width, and with another stop
        self.assertEqual(
            find_server("https://\uff53hop\u3002example"),
            find_server("https://shop.example"),
        )

    def test_a_link_has_a_query_and_a_server_has_none(self):
        for end in ("?id=1", "#id=1", "?", "#"):
            address = f"https://shop.example/{end}"
            with self.subTest(address):
                self.assertIsNone(find_server(address))
                self.assertTrue(is_web_link(address))


@tagged("post_install", "-at_install")
class TestAddressOfBackend(TransactionCase):
    """The address of any backend with the mixin is one on the web."""

    def test_every_backend_with_an_address_checks_it(self):
        checked = 0
        for name in self.registry.descendants(["connector.backend.mixin"], "_inherit"):
            model = self.env[name]
            if not model._abstract and "url" in model._fields:
                names = {
                    field
                    for constraint in model._constraint_methods
                    for field in constraint._constrains
                }
                with self.subTest(name):
                    self.assertIn("url", names)
                checked += 1
        if not checked:
            self.skipTest("no installed backend has an address")

    def test_the_mixin_refuses_an_invalid_address(self):
        model = self.registry.get("odoo.backend")
        if model is None:
            self.skipTest("needs connector_odoo")
        backend = self.env["odoo.backend"].new({"url": "javascript:alert(1)"})
        mixin = self.registry["connector.backend.mixin"]
        with self.assertRaisesRegex(ValidationError, "must look like https://"):
            mixin._check_url(backend)
        backend.url = "https://shop.example"
        mixin._check_url(backend)
