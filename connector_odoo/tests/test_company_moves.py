# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .rights_common import RightsCase


@tagged("post_install", "-at_install")
class TestCompanyMoves(RightsCase):
    """A record is exported only to the backends of its company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write(
            {"sync_partners": "both", "sync_products": "both", "export_deletions": True}
        )
        cls.partner = cls.binding.odoo_id
        cls.take_jobs()
        cls.env["connector.unconfirmed.field"]._forget(cls.binding)

    @classmethod
    def take_jobs(cls):
        """Return the new jobs of exports and deletions, as {method: fields}; forget."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        jobs = cls.env["queue.job"].search(
            [("method_name", "in", ("export_record", "export_delete_record"))]
        )
        found = [(job.model_name, job.method_name, job.kwargs) for job in jobs]
        jobs.unlink()
        return found

    def exported_models(self):
        return {model for model, _method, _kwargs in self.take_jobs()}

    def unconfirmed(self, binding):
        rows = self.env["connector.unconfirmed.field"]._find(binding)
        return rows[binding.id].names if rows else frozenset()

    def test_an_edit_in_another_company_is_kept_and_not_exported(self):
        self.partner.company_id = self.elsewhere
        self.partner.function = "Clerk"
        self.assertFalse(self.take_jobs())
        self.assertIn("function", self.unconfirmed(self.binding))

    def test_the_binding_says_so(self):
        self.assertFalse(self.binding.stop_reason)
        self.assertTrue(self.binding.can_send)
        self.partner.company_id = self.elsewhere
        self.assertIn("Elsewhere Inc.", self.binding.stop_reason)
        self.assertIn("Headquarters to Here Inc.", self.binding.stop_reason)
        self.assertFalse(self.binding.can_send)
        with self.assertRaisesRegex(UserError, "Elsewhere Inc."):
            self.binding.button_send()

    def test_a_reader_sees_why(self):
        self.partner.company_id = self.elsewhere
        self.env.flush_all()
        reader = self._user("reader", "base.group_user", self.here)
        reader.company_ids += self.elsewhere
        binding = self.binding.with_user(reader).with_context(
            allowed_company_ids=reader.company_ids.ids
        )
        self.assertIn("Elsewhere Inc.", binding.read(["stop_reason"])[0]["stop_reason"])

    def test_it_is_exported_when_it_returns(self):
        self.partner.company_id = self.elsewhere
        self.partner.function = "Clerk"
        self.take_jobs()
        for company in (self.here, self.env["res.company"]):
            with self.subTest(company.name):
                self.partner.company_id = company
                ((model, method, kwargs),) = self.take_jobs()
                self.assertEqual((model, method), ("odoo.res.partner", "export_record"))
                self.assertEqual(kwargs["fields"], ["function"])
                self.partner.company_id = self.elsewhere
                self.take_jobs()

    def test_it_is_exported_when_the_backend_follows(self):
        self.partner.company_id = self.elsewhere
        self.partner.function = "Clerk"
        self.take_jobs()
        self.backend.company_id = self.elsewhere
        self.assertEqual(self.exported_models(), {"odoo.res.partner"})

    def test_a_job_that_waited_sends_nothing(self):
        self.partner.function = "Clerk"
        self.assertTrue(self.take_jobs())
        self.partner.company_id = self.elsewhere
        self.env.flush_all()
        # nothing answers at the address of the backend
        self.assertIn("Elsewhere Inc.", self.binding.export_record(["function"]))
        self.assertIn("function", self.unconfirmed(self.binding))

    def test_its_deletion_is_not_exported(self):
        self.partner.company_id = self.elsewhere
        self.take_jobs()
        self.binding.unlink()
        self.assertFalse(self.take_jobs())

    def test_a_record_without_a_company_belongs_to_all(self):
        for of_record, of_backend in (
            (self.env["res.company"], self.here),
            (self.elsewhere, self.env["res.company"]),
            (self.here, self.here),
        ):
            self.backend.company_id = of_backend
            self.partner.company_id = of_record
            self.partner.function = f"Clerk of {of_record.name} {of_backend.name}"
            with self.subTest(self.partner.function):
                self.assertTrue(self.take_jobs())
                self.assertFalse(self.binding.stop_reason)

    def test_the_parts_of_a_product_move_with_it(self):
        color = self.env["product.attribute"].create(
            {
                "name": "Color",
                "value_ids": [Command.create({"name": name}) for name in ("R", "G")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Mug",
                "company_id": self.here.id,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": color.id,
                            "value_ids": [Command.set(color.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        variant = template.product_variant_ids[0]
        value = template.attribute_line_ids.product_template_value_ids[0]
        bindings = [
            self.env[model]
            .with_context(connector_no_export=True)
            .create({"backend_id": self.backend.id, "odoo_id": record.id})
            for model, record in (
                ("odoo.product.template", template),
                ("odoo.product.product", variant),
                ("odoo.product.line.value", value),
                ("odoo.product.attribute.line", template.attribute_line_ids),
            )
        ]
        self.take_jobs()
        template.company_id = self.elsewhere
        for binding in bindings:
            with self.subTest(binding._name):
                self.assertIn("Elsewhere Inc.", binding.stop_reason)
        variant.default_code = "MUG"
        value.price_extra = 5
        self.assertFalse(self.take_jobs())
        template.company_id = self.here
        self.assertLessEqual(
            {"odoo.product.product", "odoo.product.line.value"}, self.exported_models()
        )
        for binding in bindings:
            self.assertFalse(binding.stop_reason)

    def test_a_backend_that_is_off_is_not_woken_by_a_return(self):
        self.partner.company_id = self.elsewhere
        self.partner.function = "Clerk"
        self.take_jobs()
        self.backend.state = "paused"
        self.partner.company_id = self.here
        self.assertFalse(self.take_jobs())
        self.assertIn("function", self.unconfirmed(self.binding))
