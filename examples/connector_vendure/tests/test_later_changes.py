# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError

from .common import CUSTOMER, ORDER, PRODUCT, VARIANT, ShopCase


class TestChanges(ShopCase):
    """The shop has changed since an import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.import_changes()

    def variant(self, sku):
        """Return a variant of the shop, and its binding."""
        fields = "id sku stockLevels { stockOnHand }"
        found = self.shop.records("productVariants", fields)
        record = next(one for one in found if one["sku"] == sku)
        return record, self.binding(VARIANT, record["id"])

    def update_variant(self, variant_id, **values):
        mutation = """mutation ($input: UpdateProductVariantInput!) {
            updateProductVariant(input: $input) { id } }"""
        self.shop.query(mutation, input={"id": variant_id, **values})

    def stock_in_shop(self, sku):
        record, _binding = self.variant(sku)
        return sum(level["stockOnHand"] for level in record["stockLevels"])

    def test_nothing_changed(self):
        self.import_changes()  # those of the previous tests
        self.assertEqual(self.count(self.import_changes()), [0, 0, 0, 0])

    def test_one_changed_product_is_one_update(self):
        self.import_changes()  # those of the previous tests
        mutation = """mutation { updateProduct(input: { id: 1,
            translations: [{ languageCode: en, name: "Notebook" }] }) { id } }"""
        self.shop.query(mutation)
        self.assertEqual(self.count(self.import_changes()), [0, 1, 0, 0])
        self.assertEqual(self.binding(PRODUCT, "1").name, "Notebook")

    def test_price(self):
        self.import_changes()  # those of the previous tests
        record, binding = self.variant("K-US")
        self.update_variant(record["id"], price=5125)
        self.assertEqual(self.count(self.import_changes(VARIANT)), [0, 1, 0, 0])
        pricelist = self.backend._get_pricelist("USD")
        self.assertEqual(pricelist._get_product_price(binding.odoo_id, 1), 51.25)

    def test_new_option_and_variant(self):
        data = self.shop.query("""mutation { createProductOption(input: {
            productOptionGroupId: 3, code: "de",
            translations: [{ languageCode: en, name: "DE" }] }) { id } }""")
        option_id = data["createProductOption"]["id"]
        mutation = """mutation ($input: [CreateProductVariantInput!]!) {
            createProductVariants(input: $input) { id } }"""
        values = {
            "productId": "3",
            "sku": "K-DE",
            "price": 4995,
            "optionIds": [option_id],
            "translations": [{"languageCode": "en", "name": "Keyboard DE"}],
        }
        self.shop.query(mutation, input=[values])
        self.shop.query("mutation { updateProduct(input: { id: 3 }) { id } }")
        self.assertEqual(self.count(self.import_changes())[3], 0)
        _record, binding = self.variant("K-DE")
        self.assertEqual(
            binding.product_tmpl_id, self.variant("K-US")[1].product_tmpl_id
        )
        values = binding.product_template_attribute_value_ids
        self.assertEqual(values.mapped("name"), ["DE"])

    def test_address(self):
        self.shop.query(
            'mutation { updateCustomerAddress(input: { id: 3, city: "Lyon" }) { id } }'
        )
        customer = self.binding(CUSTOMER, "2")
        with self.running_jobs():
            customer.import_chunk(self.backend, ["2"])
        self.assertEqual(customer.address_ids.mapped("city"), ["Lyon"])

    def test_deleted_product_is_archived(self):
        data = self.shop.query("""mutation { createProduct(input: { translations: [
            { languageCode: en, name: "Pen", slug: "pen", description: "" }] }) { id } }
        """)
        product_id = data["createProduct"]["id"]
        self.import_changes(PRODUCT)
        template = self.binding(PRODUCT, product_id).odoo_id
        self.assertTrue(template.active)
        self.shop.query(f"mutation {{ deleteProduct(id: {product_id}) {{ result }} }}")
        with self.running_jobs() as runs:
            self.backend.import_removed()
        self.assertEqual(self.count(runs), [0, 0, 1, 0])
        self.assertFalse(template.active)

    def test_cancelled_order(self):
        self.assertEqual(self.binding(ORDER, "2").state, "sale")
        self.shop.query("""mutation {
            cancelOrder(input: { orderId: 2, reason: "test" }) { __typename } }""")
        self.assertEqual(self.count(self.import_changes(ORDER)), [0, 1, 0, 0])
        self.assertEqual(self.binding(ORDER, "2").state, "cancel")

    def test_stock_of_the_shop(self):
        self.import_changes()  # those of the previous tests
        record, binding = self.variant("M-1")
        self.update_variant(record["id"], stockOnHand=150)
        self.assertEqual(self.count(self.import_changes(VARIANT)), [0, 1, 0, 0])
        self.assertEqual(binding.qty_available, 150)
        with self.running_jobs():
            self.adjust(binding, 140)
        self.assertEqual(self.stock_in_shop("M-1"), 150)

    def test_stock_of_odoo(self):
        self.backend.stock_is_in = "odoo"
        record, binding = self.variant("L-15-16")
        with self.running_jobs():
            self.adjust(binding, 33)
        self.assertEqual(self.stock_in_shop("L-15-16"), 33)
        self.update_variant(record["id"], stockOnHand=32)
        self.import_changes(VARIANT)
        self.assertEqual(binding.qty_available, 33)

    def adjust(self, binding, quantity):
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        location = self.backend.warehouse_id.lot_stock_id
        quants.create(
            {
                "product_id": binding.odoo_id.id,
                "location_id": location.id,
                "inventory_quantity_auto_apply": quantity,
            }
        )
        self.env["base"].flush_model()
        self.env.cr.precommit.run()

    def test_wrong_tax(self):
        self.backend.tax_ids = self.backend.tax_ids.filtered(
            lambda tax: tax.amount > 10
        )
        self.binding(ORDER, "2").unlink()
        with self.assertRaisesRegex(Exception, "account.tax with amount '10'"):
            self.env[ORDER].import_record(self.backend, "2")

    def test_wrong_key(self):
        self.backend.new_api_key = "wrong-key"
        with self.assertRaisesRegex(
            UserError, "Shop cannot be used: .*not currently authorized"
        ) as caught:
            self.backend.button_check_connection()
        self.assertNotIn("wrong-key", str(caught.exception))
