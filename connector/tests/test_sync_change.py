# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase


class TestSyncChange(TransactionCase):
    """Rows of the history: how they are stored, shown and deleted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.changes = cls.env["connector.sync.change"]

    def append(self, **values):
        common = {
            "at": fields.Datetime.now(),
            "backend_model": "lost.backend",
            "backend_id": values.pop("backend_id", 7),
        }
        row = {
            "model_name": "lost.binding",
            "direction": "import",
            "outcome": "updated",
            "external_id": "a 1",
        }
        self.changes._append([{**row, **values}], common)
        return self.changes.search([], limit=1)

    def test_row_of_an_unknown_model_is_shown(self):
        change = self.append(
            record_name="Concrete blocks", changes={"name": ["Concrete", "Blocks"]}
        )
        self.assertEqual(change.display_name, "Concrete blocks: Updated")
        self.assertEqual(change.changes_text, "name: Concrete → Blocks")
        self.assertEqual(change.backend_name, "lost.backend 7")
        with self.assertRaisesRegex(UserError, "Concrete blocks does not exist"):
            change.action_open_record()

    def test_error_of_a_failed_record_is_opened(self):
        errors = self.env["connector.sync.error"]
        values = {
            "cause": "data",
            "model_name": "lost.binding",
            "external_id": "a 1",
        }
        errors._note("lost.backend", 7, "lost.binding import record:a 1", **values)
        change = self.append(outcome="failed", reason="No name")
        action = change.action_open_error()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.external_id, "a 1")

    def test_record_is_opened(self):
        partner = self.env.user.partner_id
        change = self.append(res_model=partner._name, res_id=partner.id)
        action = change.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (partner._name, partner.id)
        )

    def test_history_of_a_deleted_backend(self):
        change = self.append()
        other = self.append(backend_id=8)
        self.changes._delete_of("lost.backend", [7])
        self.assertFalse(change.exists())
        self.assertTrue(other.exists())
