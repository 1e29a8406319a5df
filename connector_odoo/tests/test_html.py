# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo.tests import tagged

from .rights_common import RightsCase

LIVE = "<img src=x onerror=alert(1)><a href='https://thief.example'>open</a>"
NOON = datetime(2026, 1, 31, 12)


@tagged("post_install", "-at_install")
class TestHtml(RightsCase):
    """A name of the other Odoo is text, wherever it is shown."""

    def assert_is_text(self, activity):
        for tag in ("<img", "<a "):
            self.assertNotIn(tag, activity.note)
        self.assertIn("onerror", activity.note, "The name is shown, as text")

    def test_the_activity_of_a_conflict_shows_the_name_as_text(self):
        self.backend.conflict_policy = "ask"
        self.binding.name = LIVE
        with self.backend.work_on("odoo.res.partner") as work:
            work.component(usage="conflict.resolver").resolve(self.binding, NOON, NOON)
        self.assert_is_text(self.binding.odoo_id.activity_ids)

    def test_the_question_of_a_run_shows_the_names_as_text(self):
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        run._ask(f"Remove {LIVE}?")
        self.assert_is_text(self.backend.activity_ids)
