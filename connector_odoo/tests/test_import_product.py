# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.connector.exception import MappingError

from .product_common import ProductCase


@tagged("post_install", "-at_install")
class TestImportProduct(ProductCase):
    def test_a_product_arrives_with_price_and_category(self):
        (template,) = self._import("odoo.product.template", self.template)
        self.assertNotEqual(template.odoo_id, self.template)
        self.assertEqual(template.name, "Shirt")
        self.assertEqual(template.list_price, 25.5)
        self.assertEqual(template.uom_id, self.template.uom_id)

    def test_a_category_of_the_same_name_and_parent_is_bound(self):
        (template,) = self._import("odoo.product.template", self.template)
        self.assertEqual(template.categ_id, self.category)
        bindings = self._bindings("odoo.product.category", self.category)
        self.assertEqual(bindings.odoo_id, self.category)

    def test_a_bound_record_is_not_bound_again(self):
        categories = self.category.copy() + self.category.copy()
        categories.name = "Twins"
        bindings = self._import("odoo.product.category", categories)
        self.assertEqual(len(bindings.odoo_id), 2)

    def test_a_value_that_costs_more_arrives_with_its_price(self):
        values = self.template.attribute_line_ids.product_template_value_ids
        values[1].price_extra = 4.5
        self._import("odoo.product.product", self.variants)
        bindings = self._bindings("odoo.product.line.value", values)
        self.assertEqual(bindings.mapped("price_extra"), [0.0, 4.5])
        self.assertFalse(bindings.odoo_id & values)

    def test_a_combo_is_left_out(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Sizes",
                "combo_item_ids": [Command.create({"product_id": self.variants[0].id})],
            }
        )
        outfit = self.env["product.template"].create(
            {"name": "Outfit", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        for binding_model, record in (
            ("odoo.product.template", outfit),
            ("odoo.product.product", outfit.product_variant_ids),
        ):
            run = self.env["connector.sync.run"]._start(self.backend, binding_model)
            self.assertFalse(self._import(binding_model, record, run=run))
            self.assertEqual((run.found_count, run.failed_count), (1, 0))

    def test_a_unit_without_counterpart_is_named(self):
        with self.backend.work_on("odoo.product.template") as work:
            work.session.matches["matched", "uom.uom"] = {1: None}
            mapper = work.component(usage="import.mapper")
            row = next(source for source, to in mapper.direct if to == "uom_id")
            name = self.env["uom.uom"].browse(1).name
            with self.assertRaisesRegex(MappingError, name):
                row(mapper, {"uom_id": 1}, "uom_id")

    def test_a_price_is_converted_into_the_currency_here(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "x",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        with self.backend.work_on("odoo.product.template") as work:
            work.session.matches["matched", "res.currency"] = {7: currency.id}
            price = {"list_price": 10.0, "currency_id": 7}
            products = work.component(usage="import.mapper").map_record(price)
            cost = {"standard_price": 4.0, "cost_currency_id": 7}
            variants = work.component(
                usage="import.mapper", model_name="odoo.product.product"
            ).map_record(cost)
            self.assertEqual(products.values(fields=price), {"list_price": 5.0})
            self.assertEqual(variants.values(fields=cost), {"standard_price": 2.0})

    def test_variants_bind_those_that_odoo_made_of_the_attribute_lines(self):
        bindings = self._import("odoo.product.product", self.variants)
        template = self._bindings("odoo.product.template", self.template)
        self.assertEqual(bindings.odoo_id, template.odoo_id.product_variant_ids)
        self.assertEqual(
            bindings.mapped("default_code"), self.variants.mapped("default_code")
        )
        for binding, variant in zip(bindings, self.variants, strict=True):
            self.assertEqual(
                binding.product_template_attribute_value_ids.mapped("name"),
                variant.product_template_attribute_value_ids.mapped("name"),
            )

    def test_the_only_variant_of_a_plain_product_is_bound(self):
        plain = self.env["product.product"].create({"name": "Mug", "barcode": "4711"})
        plain.barcode = False  # the copy here would have the same
        (binding,) = self._import("odoo.product.product", plain)
        (template,) = self._bindings("odoo.product.template", plain.product_tmpl_id)
        self.assertEqual(template.odoo_id.product_variant_ids, binding.odoo_id)
