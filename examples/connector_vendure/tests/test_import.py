# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import CUSTOMER, ORDER, PRODUCT, VARIANT, ShopCase


class TestImport(ShopCase):
    def test_everything_is_imported_as_it_is_in_the_shop(self):
        runs = self.import_changes()
        self.assertEqual(self.count(runs)[3], 0)
        self.check_products()
        self.check_variants()
        self.check_stock()
        self.check_customers()
        self.check_orders()

    def check_products(self):
        fields = "id name enabled featuredAsset { source } optionGroups { name }"
        products = self.shop.records("products", fields)
        self.assertGreater(len(products), 3)
        for product in products:
            template = self.binding(PRODUCT, product["id"])
            self.assertEqual(template.name, product["name"])
            self.assertEqual(bool(template.image_1920), bool(product["featuredAsset"]))
            self.assertEqual(
                sorted(template.attribute_line_ids.attribute_id.mapped("name")),
                sorted(group["name"] for group in product["optionGroups"]),
            )

    def check_variants(self):
        fields = """
            id sku product { id } options { name } featuredAsset { id }
            prices { currencyCode price }
        """
        for variant in self.shop.records("productVariants", fields):
            binding = self.binding(VARIANT, variant["id"])
            self.assertEqual(binding.default_code, variant["sku"])
            template = self.binding(PRODUCT, variant["product"]["id"]).odoo_id
            self.assertEqual(binding.product_tmpl_id, template)
            values = binding.product_template_attribute_value_ids
            self.assertEqual(
                sorted(values.mapped("name")),
                sorted(option["name"] for option in variant["options"]),
            )
            self.assertEqual(
                bool(binding.image_variant_1920), bool(variant["featuredAsset"])
            )
            for price in variant["prices"]:
                pricelist = self.backend._get_pricelist(price["currencyCode"])
                found = pricelist._get_product_price(binding.odoo_id, 1)
                self.assertEqual(round(found * 100), price["price"])

    def check_stock(self):
        fields = "id trackInventory stockLevels { stockOnHand }"
        for variant in self.shop.records("productVariants", fields):
            binding = self.binding(VARIANT, variant["id"])
            in_shop = sum(level["stockOnHand"] for level in variant["stockLevels"])
            is_tracked = variant["trackInventory"] != "FALSE"
            self.assertEqual(binding.is_storable, is_tracked)
            self.assertEqual(binding.qty_available, in_shop if is_tracked else 0)

    def check_customers(self):
        fields = """
            id firstName lastName emailAddress
            addresses { streetLine1 city country { code } }
        """
        for customer in self.shop.records("customers", fields):
            contact = self.binding(CUSTOMER, customer["id"])
            name = f"{customer['firstName']} {customer['lastName']}"
            self.assertEqual(contact.name, name)
            self.assertEqual(contact.email, customer["emailAddress"])
            self.assertEqual(
                sorted(
                    (one.street, one.city, one.country_id.code)
                    for one in contact.address_ids
                ),
                sorted(
                    (one["streetLine1"], one["city"], one["country"]["code"])
                    for one in customer["addresses"]
                ),
            )

    def check_orders(self):
        fields = """
            id code state totalWithTax total customer { id }
            shippingAddress { streetLine1 }
            lines { quantity productVariant { id } }
        """
        orders = self.shop.records("orders", fields)
        self.assertGreaterEqual(len(orders), 2)
        for order in orders:
            found = self.binding(ORDER, order["id"])
            self.assertEqual(found.client_order_ref, order["code"])
            is_cancelled = order["state"] == "Cancelled"
            self.assertEqual(found.state, "cancel" if is_cancelled else "sale")
            self.assertEqual(found.currency_id.name, "USD")
            self.assertEqual(round(found.amount_total * 100), order["totalWithTax"])
            self.assertEqual(round(found.amount_untaxed * 100), order["total"])
            customer = self.binding(CUSTOMER, order["customer"]["id"])
            self.assertEqual(found.partner_id, customer.odoo_id)
            street = order["shippingAddress"]["streetLine1"]
            self.assertEqual(found.partner_shipping_id.street, street)
            if is_cancelled:
                continue
            self.assertEqual(
                found.picking_ids.move_ids.filtered(
                    lambda one: one.product_id.is_storable
                ).mapped("product_uom_qty"),
                [
                    line["quantity"]
                    for line in order["lines"]
                    if self.binding(VARIANT, line["productVariant"]["id"]).is_storable
                ],
            )
