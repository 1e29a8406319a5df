# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .rights_common import SECRET, RightsCase


@tagged("post_install", "-at_install")
class TestAddress(RightsCase):
    """An address is shown to many; the key goes to the server that it was given for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.user_id = cls.manager

    def test_it_is_only_an_address_on_the_web(self):
        for url in (
            "https://me:pa55word@erp.example.com",
            "https://pa55word@erp.example.com",
            "https://erp.example.com/?key=pa55word",
            "https://erp.example.com/#pa55word",
            "javascript:alert('pa55word')//",
            "file:///etc/pa55word",
            "https://",
            "javascript:alert(1)",
            "javascript://erp.example.com:443/%0aalert('pa55word')",
            "JavaScript://erp.example.com:443/",
            "ftp://erp.example.com:21",
            "gopher://erp.example.com:70/pa55word",
            "data://erp.example.com:1/pa55word",
            "https:erp.example.com",
            "https:/erp.example.com",
            "https:///erp.example.com",
            "https://erp.example.com\\@thief.example",
            "https://erp.example.com\t.thief.example",
            "https://erp.example.com\n/",
            "\x00https://erp.example.com",
            "https://erp example.com",
            "https://erp.example.com/\u202egpj.exe",
            "https://erp..example.com",
            "https://erp.example.com:0",
            "https://erp.example.com:99999",
            "https://[::1",
            "https://-erp.example.com",
            "https://erp%2eexample.com",
            "https://erp.example.com:pa55word",
        ):
            with (
                self.subTest(url),
                self.assertRaises(ValidationError) as caught,
                self.env.cr.savepoint(),
            ):
                self.backend.url = url
            self.assertNotIn("pa55word", str(caught.exception))

    def test_another_server_is_not_sent_the_key(self):
        for url in (
            "http://thief.example",
            "http://127.0.0.1:2",
            "https://127.0.0.1:1",
            "http://127.0.0.1.thief.example:1",
        ):
            with self.subTest(url):
                self.backend.write({"url": "http://127.0.0.1:1", "api_key": SECRET})
                self.backend.state = "production"
                self.backend.with_user(self.manager).url = url
                self.assertFalse(self.backend.sudo().secret)
                self.assertFalse(self.backend.api_key)
                self.assertEqual(self.backend.state, "draft")

    def test_the_mask_of_the_form_does_not_keep_it(self):
        self.backend.write({"url": "http://thief.example", "api_key": "********"})
        self.assertFalse(self.backend.sudo().secret)

    def test_another_page_of_the_server_is(self):
        self.backend.state = "checked"
        self.backend.with_user(self.manager).url = "http://127.0.0.1:1/odoo/"
        self.assertEqual(self.backend.sudo().secret, SECRET)
        self.assertEqual(self.backend.state, "checked")

    def test_a_key_that_comes_with_the_address_is_kept(self):
        self.backend.with_user(self.manager).write(
            {"api_key": "a new one", "url": "https://erp.example.com"}
        )
        self.assertEqual(self.backend.sudo().secret, "a new one")

    def test_the_form_says_so(self):
        with Form(self.backend.with_user(self.manager)) as form:
            form.url = "https://erp.example.com"
            self.assertFalse(form.api_key)

    def test_the_key_of_the_servers_own_environment_is_not_taken(self):
        for secret in (False, "  "):
            self.backend.sudo().secret = secret
            with (
                patch.dict(os.environ, {"ODOO_PASSWORD": SECRET}),
                self.assertRaisesRegex(UserError, "password is missing"),
            ):
                self.backend.button_check_connection()

    def test_no_vault_of_the_server_is_asked(self):
        self.backend.api_key = "op://private/root/password"
        with (
            patch("subprocess.run", side_effect=AssertionError("a vault was asked")),
            self.assertRaisesRegex(UserError, "is not an API key"),
        ):
            self.backend.button_check_connection()
