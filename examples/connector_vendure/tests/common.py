# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo.tests import tagged

from odoo.addons.connector.tests.common import ConnectorCase
from odoo.addons.queue_job.tests.common import trap_jobs

from .shop import start_shop

PRODUCT = "vendure.product.template"
VARIANT = "vendure.product.product"
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
        cls.env.company.tax_calculation_rounding_method = "round_per_line"
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
                "max_removed_percent": 50,
            }
        )

    @classmethod
    def import_changes(cls, *models):
        """Import what changed in the shop; return the runs."""
        with cls.running_jobs() as runs:
            for model in models or cls.backend._imported_models():
                cls.env[model].import_changes(cls.backend)
        return runs

    @classmethod
    @contextmanager
    def running_jobs(cls):
        """Run the jobs that the block delays; enter the list of their runs."""
        runs, old_runs = [], cls.env["connector.sync.run"].search([])
        with trap_jobs() as trap:
            yield runs
            while trap.enqueued_jobs:
                trap.perform_enqueued_jobs()
        runs.extend(cls.env["connector.sync.run"].search([]) - old_runs)

    def count(self, runs):
        """Return the outcomes of runs: created, updated, removed, failed."""
        names = ("created_count", "updated_count", "removed_count", "failed_count")
        return [sum(run[name] for run in runs) for name in names]

    def binding(self, model, external_id):
        bindings = self.env[model].with_context(active_test=False)
        return bindings.search(
            [("backend_id", "=", self.backend.id), ("external_id", "=", external_id)]
        )
