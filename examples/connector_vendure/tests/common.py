# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.connector.tests.common import ConnectorCase

from .shop import start_shop

PRODUCT = "vendure.product.template"
VARIANT = "vendure.product.product"
STOCK = "vendure.stock"
CUSTOMER = "vendure.res.partner"
ORDER = "vendure.sale.order"


@tagged("post_install", "-at_install")
class ShopCase(ConnectorCase):
    """Test against a real shop, which keeps the changes of a test."""

    backend_model = "vendure.backend"

    @classmethod
    def setUpClass(cls):
        cls.shop = start_shop()
        super().setUpClass()

    @classmethod
    def _create_backend(cls):
        cls.env.ref("base.USD").active = True
        taxes = cls.env["account.tax"].create(
            [
                {
                    "name": f"Vendure {rate}%",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_excluded",
                }
                for rate in (10, 20)
            ]
        )
        return cls.env["vendure.backend"].create(
            {
                "name": "Shop",
                "url": cls.shop.url,
                "new_api_key": cls.shop.api_key,
                "state": "checked",
                "tax_ids": taxes.ids,
            }
        )

    def import_changes(self, *models):
        """Import what changed in the shop; return the runs."""
        runs = self.env["connector.sync.run"].search([])
        with self.trap_jobs() as trap:
            for model in models or self.backend._imported_models():
                self.env[model].import_changes(self.backend)
                self.run_jobs(trap)
        return self.env["connector.sync.run"].search([]) - runs

    def binding(self, model, external_id):
        bindings = self.env[model].with_context(active_test=False)
        return bindings.search(
            [("backend_id", "=", self.backend.id), ("external_id", "=", external_id)]
        )
