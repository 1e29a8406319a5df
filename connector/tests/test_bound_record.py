# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The list of bindings, their status, and the Connectors tab."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..binding_models import find_binding_models
from .import_common import CATEGORY, PARTNER, ImporterCase, partner

OPERATOR = "base.group_user,connector.group_connector_operator"


class BoundRecordCase(ImporterCase):
    __test__ = False

    def setUp(self):
        super().setUp()
        self.put(partner(1, name="Ada"), partner(2, name="Grace"))
        self.run_chunk([1, 2])
        self.ada, self.grace = self.found(1), self.found(2)
        self.operator = new_test_user(self.env, "operator", groups=OPERATOR)
        self.rows = self.env["connector.bound.record"].with_user(self.operator)
        self.env.flush_all()

    def row(self, binding):
        return self.rows._find_row(binding)

    def search(self, *domain):
        self.env.flush_all()
        of_models = ("model_name", "in", [PARTNER, CATEGORY])
        return sorted(self.rows.search([of_models, *domain]).mapped("record_name"))

    def fail(self, binding, **values):
        """Open an error about a binding."""
        self.env["connector.sync.error"].create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": binding._name,
                "subject": f"{binding._name} export binding:{binding.id}",
                "direction": "export",
                "binding_id": binding.id,
                "cause": "data",
                "reason": "The name is too long",
                **values,
            }
        )

    def store_job(self, binding):
        binding.with_delay().export_record()
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestBoundRecord(BoundRecordCase):
    __test__ = True

    def test_a_row_has_the_record_and_its_backend(self):
        row = self.row(self.ada)
        self.assertEqual(
            (row.record_name, row.external_id, row.backend_name, row.status),
            ("Ada", "1", "Test", "in_sync"),
        )
        self.assertEqual(row.model_description, "Contact")
        self.assertEqual(
            (row.res_model, row.res_id), ("res.partner", self.ada.odoo_id.id)
        )

    def test_bindings_of_all_models_are_listed(self):
        self.put_tag(7)
        self.component("record.importer", CATEGORY).run(7)
        self.assertEqual(sorted(self.search()), ["Ada", "Grace", "Tag 7"])
        names = find_binding_models(self.registry)
        self.assertIn("test.res.partner.industry", names)  # without the mixin
        self.assertNotIn("test.binding", names)

    def test_they_are_found_by_name_id_and_backend(self):
        self.assertEqual(self.search(("record_name", "ilike", "ad")), ["Ada"])
        self.assertEqual(self.search(("external_id", "=", "2")), ["Grace"])
        self.assertEqual(self.search(("backend_name", "ilike", "nothing")), [])
        of_backend = [
            ("backend_model", "=", self.backend._name),
            ("backend_id", "=", self.backend.id),
        ]
        self.assertEqual(self.search(*of_backend), ["Ada", "Grace"])

    def test_the_worst_status_is_shown_and_found(self):
        edits = self.env["connector.unconfirmed.field"]
        self.assertEqual(self.search(("status", "=", "in_sync")), ["Ada", "Grace"])
        edits._note({self.ada: ["name"]})
        self.assertEqual(self.search(("status", "=", "waiting")), ["Ada"])
        self.assertEqual(self.row(self.ada).problem, "Name")
        edits._set_in_conflict(edits._find(self.ada)[self.ada.id].rows, True)
        self.assertEqual(self.search(("status", "=", "conflict")), ["Ada"])
        self.assertEqual(self.search(("status", "=", "waiting")), [])
        self.fail(self.ada)
        self.assertEqual(self.search(("status", "=", "failing")), ["Ada"])
        self.assertEqual(self.search(("is_in_conflict", "=", True)), ["Ada"])
        self.assertEqual(self.search(("status", "=", "in_sync")), ["Grace"])
        self.env.invalidate_all()
        row = self.row(self.ada)
        self.assertEqual((row.status, row.problem), ("failing", "The name is too long"))

    def test_an_import_error_is_found_by_the_external_id(self):
        subject = {"subject": "x", "direction": "import", "binding_id": False}
        self.fail(self.ada, external_id="1", **subject)
        self.assertEqual(self.search(("status", "=", "failing")), ["Ada"])
        self.assertEqual(self.row(self.ada).status, "failing")

    def test_records_of_a_failed_chunk_are_failing(self):
        subject = {"subject": "x", "direction": "import", "binding_id": False}
        self.fail(self.ada, external_ids=["2"], **subject)
        self.assertEqual(self.search(("status", "=", "failing")), ["Grace"])
        self.assertEqual(self.row(self.grace).status, "failing")

    def test_an_ignored_error_and_a_dry_run_fail_nothing(self):
        self.fail(self.ada, state="ignored")
        self.fail(self.grace, direction="dry_run")
        self.assertEqual(self.search(("status", "=", "failing")), [])
        self.assertEqual(self.row(self.ada).status, "in_sync")

    def test_a_pending_job_waits(self):
        self.store_job(self.ada)
        self.assertEqual(self.search(("status", "=", "waiting")), ["Ada"])
        self.assertEqual(self.row(self.ada).status, "waiting")

    def test_the_status_of_many_rows_takes_the_queries_of_one(self):
        self.put(*(partner(key) for key in range(3, 60)))
        self.run_chunk(range(3, 60))
        self.env.flush_all()
        rows = self.rows.search([("model_name", "=", PARTNER)])
        rows.mapped("record_name")
        with self.assertQueryCount(4):
            rows.mapped("status")

    def test_other_companies_see_no_rows(self):
        # test.backend has no company: all users see its rows
        self.assertEqual(self.search(), ["Ada", "Grace"])
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.rows.with_user(clerk).search([])


@tagged("post_install", "-at_install")
class TestBoundRecordActions(BoundRecordCase):
    __test__ = True

    def test_an_operator_updates_and_pushes_several_records(self):
        rows = self.row(self.ada) | self.row(self.grace)
        with self.trap_jobs() as trap:
            rows.action_update()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args[1], ["1", "2"])

    def test_only_a_manager_unbinds(self):
        rows = self.row(self.ada)
        with self.assertRaises(AccessError):
            rows.action_unbind()
        rows.sudo().action_unbind()
        self.assertFalse(self.ada.exists())
        self.assertEqual(self.search(), ["Grace"])

    def test_a_clerk_may_not_synchronize(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        for button in ("button_synchronize", "button_push"):
            with self.assertRaises(AccessError):
                getattr(self.ada.with_user(clerk), button)()

    def test_a_row_opens_its_record(self):
        action = self.row(self.ada).action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("res.partner", self.ada.odoo_id.id),
        )


@tagged("post_install", "-at_install")
class TestRecordTab(BoundRecordCase):
    __test__ = True

    def tab(self, binding=None, user=None):
        record = (binding or self.ada).odoo_id
        tab = self.env["connector.record.tab"].with_user(user or self.operator)
        self.env.flush_all()
        return tab.get_tab(record._name, record.id)

    def page(self, model_name, view=None):
        arch = self.env[model_name].get_view(view and self.env.ref(view).id)["arch"]
        return etree.fromstring(arch).xpath("//page[@name='connector']")

    def test_an_entry_has_the_status_and_the_buttons(self):
        (entry,) = self.tab()
        self.assertEqual(entry["backend"], "Test")
        self.assertEqual(entry["status_label"], "In sync")
        self.assertTrue(entry["can_update"])
        self.assertFalse(entry["can_unbind"])
        self.assertEqual(
            self.tab(user=self.env.ref("base.user_admin"))[0]["can_unbind"], True
        )

    def test_an_error_is_shown_with_its_reason(self):
        self.fail(self.ada)
        (entry,) = self.tab()
        self.assertEqual(entry["error"]["reason"], "The name is too long")
        self.assertTrue(entry["can_retry"])

    def test_the_history_shows_the_last_five(self):
        row = {
            "model_name": PARTNER,
            "binding_id": self.ada.id,
            "res_model": "res.partner",
            "res_id": self.ada.odoo_id.id,
            "direction": "import",
            "outcome": "updated",
        }
        common = {
            "at": "2026-01-01 12:00:00",
            "backend_model": self.backend._name,
            "backend_id": self.backend.id,
        }
        changes = self.env["connector.sync.change"]
        before = changes.search_count([("binding_id", "=", self.ada.id)])
        changes._append(
            [
                {**row, "changes": {"name": ["Ada", f"Ada {day}"]}}
                for day in range(1, 8)
            ],
            common,
        )
        (entry,) = self.tab()
        self.assertEqual(len(entry["history"]), 5)
        self.assertEqual(
            entry["history"][0]["changes"],
            [{"label": "Name", "old": "Ada", "new": "Ada 7"}],
        )
        action = self.row(self.ada).action_open_history()
        found = self.env[action["res_model"]].search_count(action["domain"])
        self.assertEqual(found, before + 7)

    def test_a_user_without_rights_on_bindings_sees_none(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        self.assertEqual(self.tab(user=clerk), [])

    def test_a_user_without_rights_on_the_record_is_refused(self):
        portal = new_test_user(self.env, "visitor", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self.tab(user=portal)

    def test_a_deleted_record_has_no_entries(self):
        tab = self.env["connector.record.tab"]
        self.assertEqual(tab.get_tab("res.partner", 2**30), [])

    def test_each_bound_model_has_the_tab(self):
        (page,) = self.page("res.partner", "base.view_partner_form")
        self.assertEqual(page.get("invisible"), "not (synchronized_with)")
        self.assertEqual(page[0].get("name"), "connector_tab")
        (page,) = self.page("res.country")  # no one2many: shown once it is saved
        self.assertEqual(page.get("invisible"), "not (id)")
        self.assertFalse(self.page("res.currency"))

    def test_the_form_can_still_be_edited(self):
        with Form(self.ada.odoo_id) as form:
            form.name = "Countess"
        self.assertEqual(self.ada.name, "Countess")


@tagged("post_install", "-at_install")
class TestSynchronizedWith(BoundRecordCase):
    __test__ = True

    def found_partners(self, *condition):
        created = (self.ada | self.grace).odoo_id | self.unbound
        domain = [("id", "in", created.ids), ("synchronized_with", *condition)]
        partners = self.env["res.partner"].with_user(self.operator)
        return sorted(partners.search(domain).mapped("name"))

    def setUp(self):
        super().setUp()
        self.unbound = self.env["res.partner"].create({"name": "Unbound"})

    def test_the_backends_of_a_record_are_named(self):
        partners = (self.ada.odoo_id | self.unbound).with_user(self.operator)
        self.assertEqual(partners.mapped("synchronized_with"), ["Test", False])

    def test_they_are_found_by_name_and_by_none(self):
        self.assertEqual(self.found_partners("ilike", "tes"), ["Ada", "Grace"])
        self.assertEqual(self.found_partners("not ilike", "tes"), ["Unbound"])
        self.assertEqual(self.found_partners("=", False), ["Unbound"])
        self.assertEqual(self.found_partners("!=", False), ["Ada", "Grace"])

    def test_each_backend_has_a_filter(self):
        other = self.env["test.backend"].create({"name": "Other"})
        arch = etree.fromstring(
            self.env["res.partner"]
            .with_user(self.operator)
            .get_view(view_type="search")["arch"]
        )
        found = {
            node.get("string"): node.get("domain")
            for node in arch.xpath("//filter[contains(@string, 'Not synchronized')]")
        }
        self.assertIn("Not synchronized with Test", found)
        key = f"{other._name},{other.id}"
        self.assertEqual(
            found["Not synchronized with Other"],
            f"[('synchronized_with', 'not in', ['{key}'])]",
        )
        self.assertEqual(
            self.found_partners("not in", [key]), ["Ada", "Grace", "Unbound"]
        )
        key = f"{self.backend._name},{self.backend.id}"
        self.assertEqual(self.found_partners("not in", [key]), ["Unbound"])
