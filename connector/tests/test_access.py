# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.access import MANAGER, OPERATOR, READ_ACCESS

ADDON = "test_connector_export"


@tagged("post_install", "-at_install")
class TestAccess(TransactionCase):
    """Access rows and company rules that a connector declares by an attribute."""

    def update(self, *names):
        """Initialize models as an update of their addon does."""
        self.env.registry.init_models(self.cr, names, {"module": ADDON}, False)
        self.env.invalidate_all()

    def test_models_have_the_declared_rows_and_rule(self):
        row = self.env.ref(f"{ADDON}.access_test_export_partner_manager")
        self.assertEqual(row.model_id.model, "test.export.partner")
        self.assertEqual(
            row.group_id, self.env.ref("connector.group_connector_manager")
        )
        self.assertTrue(row.perm_read and row.perm_write)
        self.assertTrue(row.perm_create and row.perm_unlink)
        rule = self.env.ref(f"{ADDON}.rule_test_export_partner")
        self.assertIn("'backend_id.company_id', 'in', company_ids", rule.domain_force)
        rule = self.env.ref(f"{ADDON}.rule_test_export_backend")
        self.assertIn("('company_id', 'in', company_ids)", rule.domain_force)

    def test_a_backend_of_another_company_is_hidden(self):
        user = new_test_user(
            self.env,
            "access_manager",
            groups="base.group_user,connector.group_connector_manager",
        )
        backend = self.env["test.export.backend"].create(
            {
                "name": "Hidden",
                "folder": "/tmp",
                "company_id": self.env["res.company"].create({"name": "Other"}).id,
            }
        )
        with self.assertRaises(AccessError):
            backend.with_user(user).check_access("read")

    def test_an_update_keeps_the_rows_and_writes_them_again(self):
        row = self.env.ref(f"{ADDON}.access_test_export_partner_manager")
        rule = self.env.ref(f"{ADDON}.rule_test_export_partner")
        row.perm_write = False
        self.patch(self.env.registry, "loaded_xmlids", set())
        self.update("test.export.partner")
        self.assertTrue(row.perm_write)
        self.assertTrue(rule.exists())
        # rows that an update did not load are deleted at its end
        self.assertLessEqual(
            {
                f"{ADDON}.access_test_export_partner_manager",
                f"{ADDON}.rule_test_export_partner",
            },
            self.env.registry.loaded_xmlids,
        )

    def test_a_group_more_gets_a_row(self):
        model_class = type(self.env["test.export.partner"])
        declared = {**model_class._connector_access, "base.group_user": READ_ACCESS}
        self.patch(model_class, "_connector_access", declared)
        self.update("test.export.partner")
        row = self.env.ref(f"{ADDON}.access_test_export_partner_user")
        self.assertTrue(row.perm_read)
        self.assertFalse(row.perm_write or row.perm_create or row.perm_unlink)

    def test_groups_whose_rows_have_the_same_name_are_refused(self):
        model_class = type(self.env["test.export.partner"])
        groups = ("base.group_user", "connector.group_user")
        self.env["res.groups"]._load_records(
            [{"xml_id": groups[1], "values": {"name": "Same"}}]
        )
        self.patch(model_class, "_connector_access", dict.fromkeys(groups, READ_ACCESS))
        with self.assertRaisesRegex(ValueError, "groups of equal names"):
            self.update("test.export.partner")

    def test_rows_belong_to_the_addon_of_the_model(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "in", ("ir.rule", "ir.model.access"))]
        )
        names = set(data.mapped("name"))
        self.assertIn("rule_test_export_user", names)
        self.assertIn("access_test_export_user_manager", names)
        self.assertFalse(any(data.mapped("noupdate")))

    def test_the_check_of_operators_names_the_group(self):
        access = self.env["connector.access"]
        operator = new_test_user(
            self.env, "access_operator", groups=f"base.group_user,{OPERATOR}"
        )
        access.with_user(operator)._check_is_operator()
        user = new_test_user(self.env, "access_user")
        with self.assertRaisesRegex(AccessError, "Connector / Connector Operator"):
            access.with_user(user)._check_is_operator()

    def test_operators_and_managers_see_the_app_and_its_dashboard(self):
        for group in (OPERATOR, MANAGER):
            user = new_test_user(
                self.env, f"menu_{group[-5:]}", groups=f"base.group_user,{group}"
            )
            menus = self.env["ir.ui.menu"].with_user(user).load_web_menus(False)
            root = menus[self.env.ref("connector.menu_connector_root").id]
            dashboard = self.env.ref("connector.menu_connector_dashboard")
            self.assertEqual(root["actionID"], dashboard.action.id)
            names = [menus[child]["name"] for child in root["children"]]
            self.assertEqual(names[:2], ["Errors", "Dashboard"])
            self.assertEqual(names[-2:], ["Synchronization", "Configuration"])

    def test_a_model_without_declaration_has_none(self):
        self.assertFalse(self.env.ref("test_connector.rule_test_res_partner", False))
