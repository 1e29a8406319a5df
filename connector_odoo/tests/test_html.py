# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from lxml import html

from odoo.tests import tagged

from .rights_common import RightsCase

LIVE = "<img src=x onerror=alert(1)><a href='https://thief.example'>open</a>"
NOON = datetime(2026, 1, 31, 12)


@tagged("post_install", "-at_install")
class TestHtml(RightsCase):
    """A name of the other Odoo is text, wherever it is shown."""

    def assert_is_text(self, activity, link):
        """Check that the name is shown as text, and that our link is the only one."""
        escaped = "&lt;img src=x onerror=alert(1)&gt;&lt;a href="
        self.assertIn(escaped, activity.note)
        self.assertEqual(activity.note.count("<a"), 1)
        self.assertNotIn("<img", activity.note)
        note = html.fragment_fromstring(activity.note, create_parent="div")
        self.assertIn(LIVE, note.text_content())
        self.assertEqual([tag.attrib for tag in note.iter("a")], [{"href": link}])

    def test_the_activity_of_a_conflict_shows_the_name_as_text(self):
        self.backend.conflict_policy = "ask"
        self.binding.name = LIVE
        with self.backend.work_on("odoo.res.partner") as work:
            work.component(usage="conflict.resolver").resolve(self.binding, NOON, NOON)
        query = f"binding_model=odoo.res.partner&binding_id={self.binding.id}"
        link = f"/odoo/connector_conflict?{query}"
        self.assert_is_text(self.binding.odoo_id.activity_ids, link)

    def test_the_question_of_a_run_shows_the_names_as_text(self):
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        run._ask(f"Remove {LIVE}?")
        link = f"/odoo/action-connector.connector_sync_run_action/{run.id}"
        self.assert_is_text(self.backend.activity_ids, link)
