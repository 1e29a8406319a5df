# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from .common import OdooConnectorCase


class ProductCase(OdooConnectorCase):
    """Create a shirt in two sizes, to import or to export."""

    def setUp(self):
        super().setUp()
        env = self.env
        self.env = env(context={**env.context, "connector_no_export": True})
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
        self.env = env
        self.template = self.template.with_env(env)
        self.variants = self.variants.with_env(env)
