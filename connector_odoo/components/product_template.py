# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import changed_by, mapping

from .references import bound, matched


class ProductTemplateImportMapper(Component):
    _name = "odoo.product.template.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.template"

    direct = [
        ("name", "name"),
        ("active", "active"),
        ("sale_ok", "sale_ok"),
        ("purchase_ok", "purchase_ok"),
        ("description_sale", "description_sale"),
        ("image_1920", "image_1920"),
        (bound("categ_id", "odoo.product.category"), "categ_id"),
        (matched("uom_id", "uom.uom"), "uom_id"),
    ]

    @mapping
    @changed_by("type")
    def kind(self, record):
        """Storable products, a type of their own up to Odoo 17, are goods here."""
        kind = record["type"]
        return {"type": "consu" if kind == "product" else kind}

    @mapping
    @changed_by("list_price", "currency_id")
    def price(self, record):
        """Convert the price into the currency of the company here."""
        price = record["list_price"]
        (currency_id,) = self.matcher_for("res.currency").match_many(
            [record["currency_id"]]
        ) or (None,)
        if currency_id:
            currency = self.env["res.currency"].browse(currency_id)
            price = currency._convert(price, self.env.company.currency_id)
        return {"list_price": price}
