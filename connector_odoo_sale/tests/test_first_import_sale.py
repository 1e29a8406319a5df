# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.connector.exception import InvalidDataError

from .test_import_sale import SaleCase

QUIET = {"connector_no_export": True}


@tagged("post_install", "-at_install")
class TestFirstImportSale(SaleCase):
    """An order that was imported before is bound again, with its lines."""

    def setUp(self):
        super().setUp()
        (binding,) = self._import("odoo.sale.order", self.order)
        self.imported = binding.odoo_id
        self.lines = self.imported.order_line
        self.env["odoo.sale.order.line"].search([]).with_context(**QUIET).unlink()
        self.env["odoo.sale.order"].search([]).with_context(**QUIET).unlink()
        self.backend.first_import = "bind"

    def test_its_lines_are_bound_and_none_is_added(self):
        (again,) = self._import("odoo.sale.order", self.order)
        self.assertEqual(again.odoo_id, self.imported)
        self.assertEqual(self.imported.order_line, self.lines)
        self.assertEqual(again.line_binding_ids.odoo_id, self.lines)

    def test_a_confirmed_order_is_bound_too(self):
        self.imported.action_confirm()
        (again,) = self._import("odoo.sale.order", self.order)
        self.assertEqual(again.odoo_id, self.imported)
        self.assertEqual(self.imported.state, "sale")

    def test_one_with_other_lines_is_left_to_a_person(self):
        self.lines[0].product_uom_qty += 1
        self.env.flush_all()
        with self.assertRaisesRegex(InvalidDataError, "has other lines"):
            self.env["odoo.sale.order"].import_record(self.backend, self.order.id)
