# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tab of a record with its bindings."""

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .import_common import PARTNER
from .test_bound_record import BoundRecordCase


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
