# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .backend_form_case import BackendFormCase

PARTNER = "test.export.partner"
CATEGORY = "test.export.category"


@tagged("post_install", "-at_install")
class TestBackendForm(BackendFormCase):
    """A connector inherits one form, and adds its own fields."""

    def test_the_form_has_the_optional_parts_of_the_model(self):
        arch = self.arch()
        title = arch.xpath("//h1/field")
        self.assertEqual([node.get("name") for node in title], ["name"])
        for name in ("folder", "new_webhook_secret", "keep_runs_days"):
            self.assertEqual(len(arch.xpath(f"//field[@name='{name}']")), 1, name)
        self.assertFalse(arch.xpath("//chatter | //widget[@name='web_ribbon']"))
        for mark in ("data-name", "data-needs", "data-field", "data-invisible"):
            self.assertFalse(arch.xpath(f"//*[@{mark}]"), mark)

    def test_groups_without_a_field_are_removed(self):
        groups = {node.get("name") for node in self.arch().xpath("//group")}
        self.assertIn("deletions", groups)
        self.assertNotIn("limits", groups)
        self.assertNotIn("conflicts", groups)

    def test_lists_cards_and_search_need_no_view_of_the_connector(self):
        for view_type in ("list", "kanban", "search"):
            arch = self.arch(view_type)
            self.assertEqual(arch.tag, view_type)
        self.assertTrue(self.arch("list").xpath("//field[@name='health_text']"))
        self.assertTrue(self.arch("kanban").xpath("//field[@name='health_text']"))

    def test_it_is_filled_in_and_saved(self):
        model = self.env[self.backend._name].with_user(self.manager)
        with Form(model, view=self.view) as form:
            form.name = "New"
            form.folder = "/tmp"
            form.keep_runs_days = 7
        backend = form.record
        self.assertEqual((backend.name, backend.keep_runs_days), ("New", 7))
        self.assertEqual(backend.state, "draft")

    def test_an_operator_reads_it_without_secrets_and_changes_nothing(self):
        backend = self.backend.with_user(self.operator)
        backend.sudo().token = "top secret"
        names = [
            node.get("name")
            for node in self.arch(user=self.operator).xpath("//field")
            if node.get("name") in backend._fields
        ]
        self.assertIn("folder", names)
        self.assertNotIn("new_webhook_secret", names)
        self.assertNotIn("top secret", str(backend.read(names)))
        self.assertFalse(backend.more_actions)
        self.assertFalse(backend.may_configure)
        with self.assertRaises(AccessError):
            backend.name = "Mine"

    # -- one primary button -----------------------------------------------------

    def test_one_button_is_primary(self):
        for state, label in (
            ("draft", "Test connection"),
            ("checked", "Activate"),
            ("production", "Import changes"),
            ("paused", "Resume"),
        ):
            self.backend.state = state
            self.assertEqual(self.primary_buttons(), [label], state)
        self.backend.state = "production"
        self.backend.schedule_stopped_reason = "401"
        self.assertEqual(self.primary_buttons(), ["Test connection"])

    def test_everything_else_is_in_more(self):
        self.assertEqual(
            self.labels(),
            [
                "Test connection",
                "Check all records",
                "Dry run",
                "Dry run of deletions",
                "Process deletions…",
                "Re-import everything (overwrites)",
                "Dry run of the export",
                "Export everything…",
                "Reset to draft…",
            ],
        )
        self.backend.state = "draft"
        self.assertEqual(self.labels(), [])
        self.backend.state = "paused"
        self.assertEqual(self.labels(), ["Test connection", "Reset to draft…"])
        self.backend.state = "checked"
        self.assertEqual(self.labels()[1], "Import changes")

    def test_each_entry_calls_a_method_and_asks_before_it_overwrites(self):
        for action in self.backend.more_actions:
            self.assertTrue(callable(getattr(self.backend, action["name"])))
            asks = action["label"].endswith("…") or "overwrites" in action["label"]
            self.assertEqual(bool(action["confirm"]), asks, action["label"])
            self.assertTrue(not asks or "Folder" in action["confirm"])

    # -- activate ---------------------------------------------------------------

    def activate(self, user=None):
        return self.backend.with_user(user or self.manager).button_activate()

    def test_activation_asks_for_an_interval(self):
        self.backend.write({"state": "checked", "user_id": self.manager.id})
        action = self.activate()
        self.assertEqual(self.backend.state, "checked")
        dialog = self.env[action["res_model"]].with_user(self.manager)
        dialog = dialog.browse(action["res_id"])
        self.assertEqual(dialog.backend_name, "Folder")
        self.assertEqual(
            (dialog.import_interval_minutes, dialog.removal_interval_hours), (15, 24)
        )
        with Form(dialog) as form:
            form.import_interval_minutes = 5
            form.removal_interval_hours = 0
        dialog.action_activate()
        self.assertEqual(self.backend.state, "production")
        self.assertEqual(self.backend.import_interval_minutes, 5)
        self.assertEqual(self.backend.removal_interval_hours, 0)

    def test_zero_means_by_hand(self):
        self.backend.write({"state": "checked", "user_id": self.manager.id})
        action = self.activate()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.write({"import_interval_minutes": 0, "removal_interval_hours": 0})
        dialog.with_user(self.manager).action_activate()
        self.assertEqual(self.backend.state, "production")
        self.assertFalse(self.backend.import_interval_minutes)

    def test_a_backend_with_an_interval_is_activated_immediately(self):
        self.backend.write(
            {
                "state": "checked",
                "user_id": self.manager.id,
                "import_interval_minutes": 10,
            }
        )
        self.assertIs(self.activate(), True)
        self.assertEqual(self.backend.state, "production")

    def test_an_operator_does_not_activate(self):
        self.backend.state = "checked"
        with self.assertRaises(AccessError):
            self.activate(self.operator)

    # -- numbers ----------------------------------------------------------------

    def test_the_numbers_are_those_of_the_backend(self):
        other = self.backend.copy({"name": "Other"})
        bindings = self.make_binding() + self.make_binding(name="Bob", active=False)
        self.make_binding(CATEGORY, name="Gold")
        self.env[PARTNER].create({"backend_id": other.id, "name": "Eve"})
        self.env["connector.unconfirmed.field"]._note({bindings[0]: ["name", "email"]})
        self.env.cr.execute("UPDATE connector_unconfirmed_field SET in_conflict = true")
        for state in ("open", "retrying", "resolved"):
            self.open_error(f"record {state}", model_name=PARTNER)
            error = self.env["connector.sync.error"].search(
                [("subject", "=", f"record {state}")]
            )
            error.state = state
        self.env["connector.sync.run"]._start(self.backend, PARTNER)
        self.env.invalidate_all()
        self.assertEqual(self.backend.bound_record_count, 3)
        self.assertEqual(self.backend.conflict_count, 1)
        self.assertEqual(self.backend.open_error_count, 2)
        self.assertEqual(self.backend.run_count, 1)
        self.assertEqual(
            (other.bound_record_count, other.conflict_count, other.run_count), (1, 0, 0)
        )

    def test_the_numbers_need_two_queries(self):
        self.make_binding()
        self.env.flush_all()
        for name in ("bound_record_count", "run_count", "open_error_count"):
            self.env.invalidate_all()
            self.backend.fetch(["name"])
            with self.subTest(name), self.assertQueryCount(1):
                self.assertGreaterEqual(self.backend[name], 0)

    def test_each_number_opens_its_list(self):
        backend = self.backend.with_user(self.operator)
        for method, model_name in (
            ("action_open_bindings", "connector.bound.record"),
            ("action_open_conflicts", "connector.bound.record"),
            ("action_open_errors", "connector.sync.error"),
            ("action_open_runs", "connector.sync.run"),
            ("action_open_pending_jobs", "queue.job"),
        ):
            action = getattr(backend, method)()
            with self.subTest(method):
                self.assertEqual(action["res_model"], model_name)
                self.assertTrue(action["name"].startswith("Folder: "))
                records = self.env[model_name].with_user(self.operator)
                records.search(action["domain"])

    def test_a_new_backend_has_none(self):
        backend = self.env[self.backend._name].new({})
        self.assertEqual(backend.bound_record_count, 0)
        self.assertEqual(backend.open_error_count, 0)
        self.assertFalse(backend.more_actions)
        self.assertFalse(backend.banner)

    # -- models -----------------------------------------------------------------

    def test_the_synchronized_models(self):
        self.backend.import_interval_minutes = 15
        cursor = self.env["connector.cursor"]._ensure(self.backend, PARTNER)
        cursor.looked_at = "2026-01-31 12:00:00"
        self.env.flush_all()
        rows = self.backend.synchronized_models["rows"]
        self.assertEqual(
            [row["cells"] for row in rows],
            [
                ["Partner Tags", "Both ways", "every 15 min, at each change", "never"],
                [
                    "Contact",
                    "Both ways",
                    "every 15 min, at each change",
                    {"at": "2026-01-31 12:00:00"},
                ],
            ],
        )
        self.assertEqual(
            self.backend.last_success_at, fields.Datetime.to_datetime("2026-01-31 12")
        )

    def test_a_job_without_a_failure_is_a_success(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "export")
        run._note_outcome({"failed": 1}, 0)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.backend.last_success_at)
        run._note_outcome({"updated": 1}, 0)
        self.env.flush_all()
        self.env.invalidate_all()
        now = fields.Datetime.now()
        self.assertLess(abs(self.backend.last_success_at - now), timedelta(minutes=1))

    def test_the_mapping_in_plain_words(self):
        mapping = self.backend.with_user(self.operator).describe_mapping(PARTNER)
        self.assertEqual(mapping["title"], "Fields: Contact")
        self.assertEqual(
            [section["title"] for section in mapping["sections"]], ["Import", "Export"]
        )
        for section in mapping["sections"]:
            self.assertTrue(section["rows"] or section["note"], section)
        rows = [row for section in mapping["sections"] for row in section["rows"]]
        self.assertIn(["Name", "name", ""], rows)

    def test_no_mapping_is_described_without_the_right_to_read(self):
        user = new_test_user(self.env, "form-user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).describe_mapping(PARTNER)
        self.assertEqual(self.backend.describe_mapping("res.users")["sections"], [])

    def test_the_last_runs(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        run._note_outcome({"created": 2, "failed": 1}, 0)
        run._set_found(3)
        (row,) = self.backend.last_runs["rows"]
        self.assertEqual(row["cells"][0], "Import: Contact")
        self.assertIn("2 created", row["cells"][2])
        self.assertIn("1 failed", row["cells"][2])
        self.assertEqual(row["open"], {"model": run._name, "id": run.id})
