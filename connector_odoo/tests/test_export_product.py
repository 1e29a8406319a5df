# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .product_common import ProductCase

NO_EXPORT = {"connector_no_export": True}


@tagged("post_install", "-at_install")
class TestExportProduct(ProductCase):
    """Export to the test database itself: the counterpart is another product of it."""

    def setUp(self):
        super().setUp()
        self.backend.sync_products = "both"

    def _bind(self, binding_model, record):
        values = {"odoo_id": record.id, "backend_id": self.backend.id}
        return self.env[binding_model].with_context(**NO_EXPORT).create(values)

    def _export(self, binding_model, records):
        """Export records one after the other; return their counterparts."""
        bindings = self.env[binding_model]
        for record in records:
            bound = self.env[binding_model].search([("odoo_id", "=", record.id)])
            binding = bound or self._bind(binding_model, record)
            self.env.flush_all()
            binding.export_record()
            bindings += binding
        ids = [int(external_id) for external_id in bindings.mapped("external_id")]
        return bindings.with_env(self.env), records.browse(ids)

    def _requested(self, change):
        """Return the jobs of a change, once it is about to be committed."""
        self.env.cr.flush()
        with trap_jobs() as trap:
            change()
            self.env.cr.flush()
            return {
                (job.recordset._name, job.method_name): job.kwargs
                for job in trap.enqueued_jobs
            }

    def test_a_product_is_created_there_with_category_unit_and_price(self):
        _binding, there = self._export("odoo.product.template", self.template)
        self.assertNotEqual(there, self.template)
        for name in ("name", "list_price", "categ_id", "uom_id", "type"):
            self.assertEqual(there[name], self.template[name], name)

    def test_variants_are_those_that_the_other_odoo_makes_of_the_lines(self):
        self.variants[0].standard_price = 7.25
        _bindings, there = self._export("odoo.product.product", self.variants)
        self.assertFalse(there & self.variants)
        self.assertEqual(there.product_tmpl_id.product_variant_ids, there)
        for name in ("default_code", "standard_price"):
            self.assertEqual(there.mapped(name), self.variants.mapped(name), name)
        for copy, variant in zip(there, self.variants, strict=True):
            self.assertEqual(
                copy.product_template_attribute_value_ids.mapped("name"),
                variant.product_template_attribute_value_ids.mapped("name"),
            )

    def test_the_only_variant_of_a_plain_product_is_found_there(self):
        mug = self.env["product.product"].with_context(**NO_EXPORT)
        mug = mug.create({"name": "Mug", "default_code": "MUG"}).with_env(self.env)
        _binding, there = self._export("odoo.product.product", mug)
        self.assertEqual(there.product_tmpl_id.product_variant_ids, there)
        self.assertEqual(there.default_code, "MUG")

    def test_an_extra_price_is_exported(self):
        values = self.template.attribute_line_ids.product_template_value_ids
        values[1].with_context(**NO_EXPORT).price_extra = 4.5
        _bindings, there = self._export("odoo.product.line.value", values)
        self.assertFalse(there & values)
        self.assertEqual(there.mapped("price_extra"), [0.0, 4.5])

    def test_a_price_is_converted_into_the_currency_there(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "x",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        binding, _there = self._export("odoo.product.template", self.template)
        with self.backend.work_on("odoo.product.template") as work:
            company_currency = self.env.company.currency_id
            known = {company_currency.id: currency.id}
            work.session.matches["matched", "res.currency"] = known
            map_record = work.component(usage="export.mapper").map_record(binding)
            values = map_record.values(fields=["list_price"])
        self.assertEqual(values, {"list_price": 51.0})

    def test_several_edits_make_one_job_of_the_fields_that_changed(self):
        self._export("odoo.product.template", self.template)

        def edit():
            self.template.list_price = 30
            self.template.description_sale = "Soft"
            self.template.sequence = 7

        self.assertEqual(
            self._requested(edit),
            {
                ("odoo.product.template", "export_record"): {
                    "fields": ["description_sale", "list_price"]
                }
            },
        )

    def test_an_edit_here_arrives_there(self):
        binding, there = self._export("odoo.product.template", self.template)
        with trap_jobs() as trap:
            self.template.list_price = 30
            self.env.cr.flush()
            self.assertEqual(binding.unconfirmed_fields, "Sales Price")
            trap.perform_enqueued_jobs()
        self.assertEqual(there.list_price, 30)
        self.env.invalidate_all()
        self.assertFalse(binding.unconfirmed_fields)

    def test_an_import_never_triggers_an_export(self):
        def import_all():
            self._import("odoo.product.product", self.variants)

        requested = self._requested(import_all)
        self.assertFalse({method for _model, method in requested} & {"export_record"})

    def test_a_new_product_is_exported_with_its_parts_where_that_is_wanted(self):
        self.backend.export_new = True

        def create():
            self.env["product.product"].create({"name": "Mug"})

        self.assertEqual(
            self._requested(create),
            {
                ("odoo.product.template", "export_record"): {},
                ("odoo.product.product", "export_record"): {},
            },
        )

    def test_a_new_product_stays_here_otherwise(self):
        def create():
            self.env["product.product"].create({"name": "Mug"})

        self.assertEqual(self._requested(create), {})

    def test_new_parts_of_a_product_go_where_the_product_is(self):
        self._export("odoo.product.template", self.template)
        color = self.env["product.attribute"].create(
            {
                "name": "Color",
                "value_ids": [Command.create({"name": name}) for name in ("R", "G")],
            }
        )

        def add_line():
            self.template.attribute_line_ids = [
                Command.create(
                    {
                        "attribute_id": color.id,
                        "value_ids": [Command.set(color.value_ids.ids)],
                    }
                )
            ]

        exported = {model for model, _method in self._requested(add_line)}
        self.assertLessEqual(
            {
                "odoo.product.attribute.line",
                "odoo.product.line.value",
                "odoo.product.product",
            },
            exported,
        )

    def _change_on_both_sides(self, name_there="There"):
        binding, there = self._export("odoo.product.template", self.template)
        there.with_context(**NO_EXPORT).name = name_there
        with trap_jobs():
            self.template.name = "Here"
            self.env.cr.flush()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_template SET write_date = %s WHERE id = %s",
            (fields.Datetime.now() + timedelta(minutes=1), there.id),
        )
        self.env.invalidate_all()
        return binding, there

    def test_the_policy_decides_where_both_sides_changed(self):
        for policy, name_here, name_there in (
            ("remote", "There", "There"),
            ("local", "Here", "Here"),
        ):
            with self.subTest(policy):
                self.backend.conflict_policy = policy
                binding, there = self._change_on_both_sides(
                    name_there if policy == "remote" else "Elsewhere"
                )
                with trap_jobs(), self.assertLogs("odoo.addons.connector") as logs:
                    binding.import_record(self.backend, binding.external_id)
                    binding.export_record()
                self.assertEqual(self.template.name, name_here)
                self.assertEqual(there.name, name_there)
                self.assertIn(f"Policy {policy}", "\n".join(logs.output))

    def test_a_remote_change_alone_does_not_conflict(self):
        self.backend.conflict_policy = "local"
        binding, there = self._change_on_both_sides()
        self.env["connector.unconfirmed.field"]._forget(binding)
        with trap_jobs() as trap:
            binding.export_record()
            self.assertEqual(there.name, "There")
            trap.assert_enqueued_job(
                binding.browse().import_record,
                args=(self.backend, binding.external_id),
                kwargs={"force": True},
            )
