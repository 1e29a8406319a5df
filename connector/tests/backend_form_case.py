# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of the form of a backend."""

from lxml import etree

from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval

from .test_health import HealthCase

#: fields that decide which buttons the form shows
DECIDING = (
    "may_configure",
    "state",
    "schedule_stopped_reason",
    "reason_to_pause",
    "is_importing",
)


class BackendFormCase(HealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.view = cls.env.ref("test_connector_export.test_export_backend_view_form")
        cls.operator, cls.manager = (
            new_test_user(
                cls.env,
                f"form-{group}",
                groups=f"base.group_user,connector.group_connector_{group}",
            )
            for group in ("operator", "manager")
        )

    def setUp(self):
        super().setUp()
        self.of_database = []  # of the server that runs the tests: none
        self.patch(
            self.registry["connector.health"],
            "_find_database_conditions",
            lambda health, backends: list(self.of_database),
        )

    def arch(self, view_type="form", user=None):
        model = self.env[self.backend._name].with_user(user or self.manager)
        view_id = self.view.id if view_type == "form" else None
        return etree.fromstring(model.get_view(view_id, view_type)["arch"])

    def labels(self):
        self.env.invalidate_all()
        return [action["label"] for action in self.backend.more_actions or ()]

    def primary_buttons(self):
        """Return the labels of the primary buttons that the form shows."""
        self.env.invalidate_all()
        values = {name: self.backend[name] for name in DECIDING}
        return [
            button.get("string")
            for button in self.arch().xpath("//header/button[@class='btn-primary']")
            if not safe_eval(button.get("invisible"), values)
        ]
