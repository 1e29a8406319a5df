# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSaleRights(TransactionCase):
    """Bindings show no sale orders to users without access to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        backend = cls.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "https://erp.example.com",
                "database": "hq",
                "login": "admin",
            }
        )
        cls.order = cls.env["odoo.sale.order"].create(
            {
                "backend_id": backend.id,
                "external_id": "1",
                "partner_id": cls.env["res.partner"].create({"name": "Ada"}).id,
                "client_order_ref": "a secret order",
            }
        )
        cls.env.flush_all()

    def as_user(self, groups):
        user = new_test_user(self.env, f"user of {groups}", groups=groups)
        self.env.invalidate_all()
        return self.order.with_user(user)

    def ways_to_know(self, order):
        orders = order.browse()
        domain = [("client_order_ref", "=like", "a secret%")]
        yield lambda: orders.search(domain)
        yield lambda: orders.search_count(domain)
        yield lambda: orders.name_search("", domain)
        yield lambda: orders.search([], order="amount_total desc")
        yield lambda: orders.formatted_read_group([], ["client_order_ref"], ["__count"])
        yield lambda: orders.formatted_read_group([], [], ["amount_total:sum"])
        yield lambda: order.read(["client_order_ref"])
        yield lambda: order.web_read({"display_name": {}})

    def test_a_user_without_rights_on_orders_is_refused(self):
        managers = "connector.group_connector_manager"
        for groups in ("base.group_user", f"base.group_user,{managers}"):
            for know in self.ways_to_know(self.as_user(groups)):
                with self.subTest(groups), self.assertRaises(AccessError):
                    know()

    def test_a_salesperson_is_not(self):
        order = self.as_user("base.group_user,sales_team.group_sale_salesman_all_leads")
        for know in self.ways_to_know(order):
            self.assertTrue(know())
