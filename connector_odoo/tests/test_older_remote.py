# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import html

from odoo.tests import tagged

from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestOlderRemote(OdooConnectorCase):
    """Speak to an Odoo whose notes are plain text, as those of Odoo 14 are."""

    def setUp(self):
        super().setUp()
        work_on = self.backend.work_on("odoo.res.partner")
        self.work = self.enterContext(work_on)
        self.adapter = self.work.component(usage="backend.adapter")
        types = {"comment": "text", "name": "char"}
        self.work.remote.remember(("field types", "res.partner"), lambda: types)

    def test_a_text_arrives_as_html_that_shows_the_same(self):
        partner = self.env["res.partner"].create({"name": "Ada", "comment": "a < b"})
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        stored = str(partner.comment)
        self.env.flush_all()
        records = self.adapter.read_many((partner + nobody).ids, ["comment"])
        self.assertIn(html.escape(stored), str(records[partner.id]["comment"]))
        self.assertIs(records[nobody.id]["comment"], False)

    def test_html_is_sent_as_the_text_that_it_shows(self):
        sent = self.adapter._accepted({"name": "<b>", "comment": "<p>a &lt; b</p>"})
        self.assertEqual(sent, {"name": "<b>", "comment": "a < b"})
        self.assertEqual(self.adapter._accepted({"comment": False}), {"comment": ""})
