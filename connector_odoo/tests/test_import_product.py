# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import tagged

from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestImportProduct(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.size = self.env["product.attribute"].create({"name": "Size"})
        self.small, self.large = self.env["product.attribute.value"].create(
            [
                {"name": "Small", "attribute_id": self.size.id},
                {"name": "Large", "attribute_id": self.size.id},
            ]
        )
        self.category = self.env["product.category"].create(
            {
                "name": "Shirts",
                "parent_id": self.env["product.category"].create({"name": "Wear"}).id,
            }
        )
        self.template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "list_price": 25.5,
                "categ_id": self.category.id,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": self.size.id,
                            "value_ids": [Command.set((self.small + self.large).ids)],
                        }
                    )
                ],
            }
        )
        self.variants = self.template.product_variant_ids
        for variant in self.variants:
            values = variant.product_template_attribute_value_ids
            variant.default_code = f"SHIRT-{values.name}"

    def test_a_product_arrives_with_price_and_category(self):
        (template,) = self._import("odoo.product.template", self.template)
        self.assertEqual(template.name, "Shirt")
        self.assertEqual(template.list_price, 25.5)
        self.assertEqual(template.categ_id.complete_name, "Wear / Shirts")
        self.assertNotEqual(template.categ_id, self.category)
        self.assertEqual(template.uom_id, self.template.uom_id)

    def test_a_price_is_converted_into_the_currency_here(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "x",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        with self.backend.work_on("odoo.product.template") as work:
            work.remote.remember(("matched", "res.currency"), lambda: {7: currency.id})
            mapper = work.component(usage="import.mapper")
            values = mapper.price({"list_price": 10.0, "currency_id": 7})
        self.assertEqual(values, {"list_price": 5.0})

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
