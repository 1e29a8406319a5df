# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, Form, tagged

from ..secret_input import MASK
from ..servers import identify
from .export_common import ExportCase


class TestIdentify(BaseCase):
    def test_spellings_of_one_server_are_the_same(self):
        for address in (
            "https://shop.example.com",
            "https://shop.example.com/",
            "https://shop.example.com:443/api/v2",
            "HTTPS://Shop.Example.COM",
            "  https://me@shop.example.com  ",
        ):
            self.assertEqual(identify(address), identify("https://shop.example.com"))

    def test_other_servers_are_not(self):
        for address in (
            "http://shop.example.com",
            "https://shop.example.com:444",
            "https://shop.example.com.thief.example",
            "https://shop.example.com@thief.example",
            "https://shop.example.com:port",
            "",
            False,
        ):
            self.assertNotEqual(identify(address), identify("https://shop.example.com"))

    def test_a_name_is_compared_as_it_is(self):
        self.assertEqual(identify("erp"), identify(" erp "))
        self.assertNotEqual(identify("erp"), identify("ERP"))
        self.assertEqual(identify(""), identify(False))


@tagged("post_install", "-at_install")
class TestBoundSecret(ExportCase):
    """The secret of any backend model is for one server."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {"address": "https://shop.example.com", "new_token": "s3cret"}
        )
        self.backend.state = "production"

    def test_another_server_is_not_sent_it(self):
        self.backend.address = "https://thief.example"
        self.assertFalse(self.backend.token)
        self.assertEqual(self.backend.state, "draft")

    def test_another_spelling_of_the_server_keeps_it(self):
        self.backend.address = "https://SHOP.example.com:443/"
        self.assertEqual(self.backend.token, "s3cret")
        self.assertEqual(self.backend.state, "production")

    def test_one_that_is_given_with_the_address_is_kept(self):
        self.backend.write({"new_token": "other", "address": "https://new.example"})
        self.assertEqual(self.backend.token, "other")
        self.assertEqual(self.backend.state, "draft")

    def test_the_same_one_given_again_is_kept(self):
        self.backend.write({"new_token": "s3cret", "address": "https://new.example"})
        self.assertEqual(self.backend.token, "s3cret")

    def test_the_mask_is_not_a_new_one(self):
        self.backend.write({"new_token": MASK, "address": "https://new.example"})
        self.assertFalse(self.backend.token)

    def test_only_backends_that_moved_lose_it(self):
        other = self.backend.copy({"address": "https://new.example"})
        other.new_token = "other"
        (self.backend | other).write({"address": "https://new.example"})
        self.assertEqual((self.backend.token, other.token), (False, "other"))

    def test_a_change_of_other_fields_keeps_it(self):
        self.backend.write({"name": "Renamed", "folder": "/elsewhere"})
        self.assertEqual(self.backend.token, "s3cret")
        self.assertEqual(self.backend.state, "production")

    def test_the_form_shows_that_it_is_forgotten(self):
        view = self.env["ir.ui.view"].create(
            {
                "model": self.backend._name,
                "type": "form",
                "arch": "<form><field name='address'/><field name='new_token'/></form>",
            }
        )
        with Form(self.backend, view) as form:
            self.assertEqual(form.new_token, MASK)
            form.address = "https://SHOP.example.com/"
            self.assertEqual(form.new_token, MASK)
            form.address = "https://new.example"
            self.assertFalse(form.new_token)
        self.assertFalse(self.backend.token)

    def test_a_new_one_entered_before_the_address_stays_in_the_form(self):
        view = self.env["ir.ui.view"].create(
            {
                "model": self.backend._name,
                "type": "form",
                "arch": "<form><field name='new_token'/><field name='address'/></form>",
            }
        )
        with Form(self.backend, view) as form:
            form.new_token = "other"
            form.address = "https://new.example"
            self.assertEqual(form.new_token, "other")
        self.assertEqual(self.backend.token, "other")
