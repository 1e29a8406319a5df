# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.connector_odoo.tests.common import OdooConnectorCase


class SaleCase(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.products = self.env["product.product"].create(
            [{"name": "Mug"}, {"name": "Plate"}]
        )
        self.customer = self.env["res.partner"].create({"name": "Remote customer"})
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "client_order_ref": "REF 1",
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": 7.5,
                        }
                    )
                    for product, quantity in zip(self.products, (2, 3), strict=True)
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestImportSale(SaleCase):
    def _amounts(self, order):
        return [
            (line.product_id.name, line.product_uom_qty, line.price_unit)
            for line in order.order_line
        ]

    def test_an_order_arrives_with_its_lines_customer_and_products(self):
        (order,) = self._import("odoo.sale.order", self.order)
        self.assertNotEqual(order.odoo_id, self.order)
        self.assertEqual(order.client_order_ref, "REF 1")
        self.assertEqual(order.partner_id.name, self.customer.name)
        self.assertNotEqual(order.partner_id, self.customer)
        self.assertEqual(self._amounts(order), self._amounts(self.order))
        self.assertNotEqual(order.order_line.product_id, self.products)

    def test_importing_again_updates_the_lines_and_adds_none(self):
        (order,) = self._import("odoo.sale.order", self.order)
        self.order.order_line[0].product_uom_qty = 10
        self._import("odoo.sale.order", self.order, force=True)
        self.assertEqual(len(order.order_line), 2)
        self.assertEqual(order.order_line[0].product_uom_qty, 10)

    def test_prices_keep_their_currency_even_one_that_is_not_used_here(self):
        """Else a hundred yen become a hundred dollars."""
        currency = self.env.ref("base.JPY")
        currency.active = True
        self.order.currency_id = currency
        self.env.flush_all()
        currency.active = False
        (order,) = self._import("odoo.sale.order", self.order)
        self.assertEqual(order.currency_id, currency)
        self._import("odoo.sale.order", self.order, force=True)
        self.assertEqual(order.currency_id, currency)
