# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

FORMS = (
    ("product.template", "product.product_template_only_form_view"),
    ("product.product", "product.product_normal_form_view"),
)


@tagged("post_install", "-at_install")
class TestProductScreen(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "https://erp.example.com",
                "database": "hq",
                "login": "sync",
                "state": "checked",
                "sync_products": "both",
            }
        )
        cls.variant = cls.env["product.product"].create({"name": "Mug"})
        cls.template = cls.variant.product_tmpl_id
        cls.bindings = {
            record._name: cls.env[f"odoo.{record._name}"].create(
                {
                    "backend_id": cls.backend.id,
                    "odoo_id": record.id,
                    "external_id": str(number),
                }
            )
            for number, record in enumerate((cls.template, cls.variant), start=42)
        }
        cls.user = new_test_user(cls.env, "clerk", groups="base.group_user")
        cls.manager = new_test_user(
            cls.env,
            "keeper",
            groups="base.group_user,connector.group_connector_manager",
        )

    def _pages(self, user, model_name, form):
        view = self.env[model_name].with_user(user).get_view(self.env.ref(form).id)
        return etree.fromstring(view["arch"]).xpath("//page[@name='connector']")

    def test_both_forms_have_the_tab_where_the_record_is_bound(self):
        for model_name, form in FORMS:
            (page,) = self._pages(self.user, model_name, form)
            self.assertEqual(
                page.get("invisible"), "not (synchronized_with)", model_name
            )

    def test_only_an_operator_has_the_buttons_that_synchronize(self):
        self.env.flush_all()
        for user, is_shown in ((self.user, False), (self.manager, True)):
            tab = self.env["connector.record.tab"].with_user(user)
            (entry,) = tab.get_tab("product.template", self.template.id)
            self.assertEqual((entry["can_update"], entry["can_push"]), (is_shown,) * 2)
        with self.assertRaises(AccessError):
            self.bindings["product.template"].with_user(self.user).button_send()

    def test_a_variant_shows_its_own_bindings(self):
        for record in (self.template, self.variant):
            bindings = record.with_user(self.user).odoo_bind_ids
            self.assertEqual(bindings, self.bindings[record._name])
            self.assertTrue(bindings.can_send)

    def test_a_push_is_one_job_without_a_conflict(self):
        binding = self.bindings["product.template"]
        binding.external_updated_at = "2026-01-01 00:00:00"
        self.env.cr.flush()
        with trap_jobs() as trap:
            binding.with_user(self.manager).button_send()
            trap.assert_enqueued_job(binding.export_record, args=(), kwargs={})
            trap.assert_jobs_count(1)
        self.assertFalse(binding.external_updated_at)

    def test_each_opens_its_record_in_the_other_odoo(self):
        for model_name, binding in self.bindings.items():
            url = binding.with_user(self.user).button_open_in_backend()["url"]
            self.assertIn(f"id={binding.external_id}&model={model_name}&", url)
