# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import Form, tagged

from .rights_common import SECRET, RightsCase


@tagged("post_install", "-at_install")
class TestMovedServer(RightsCase):
    """Another database of the same server is another Odoo."""

    def setUp(self):
        super().setUp()
        self.backend.user_id = self.manager
        self.backend.state = "production"

    def test_another_database_is_not_sent_the_key(self):
        self.backend.with_user(self.manager).database = "other"
        self.assertFalse(self.backend.sudo().secret)
        self.assertEqual(self.backend.state, "draft")

    def test_a_key_that_comes_with_the_database_is_kept(self):
        self.backend.with_user(self.manager).write(
            {"database": "other", "api_key": "a new one"}
        )
        self.assertEqual(self.backend.sudo().secret, "a new one")
        self.assertEqual(self.backend.state, "draft")

    def test_the_same_server_and_database_keep_it(self):
        self.backend.with_user(self.manager).write(
            {"url": "HTTP://127.0.0.1:1/", "database": "hq"}
        )
        self.assertEqual(self.backend.sudo().secret, SECRET)
        self.assertEqual(self.backend.state, "production")

    def test_the_form_says_so(self):
        with Form(self.backend.with_user(self.manager)) as form:
            form.database = "other"
            self.assertFalse(form.api_key)
            form.api_key = "a new one"
        self.assertEqual(self.backend.sudo().secret, "a new one")
