# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import changed_by, mapping
from odoo.addons.connector_odoo.components.references import (
    bound,
    bound_set,
    matched,
)


class SaleOrderImportMapper(Component):
    """Map an order as a quotation: it is confirmed where it is delivered."""

    _name = "odoo.sale.order.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.sale.order"

    direct = [
        ("client_order_ref", "client_order_ref"),
        ("name", "origin"),
        ("date_order", "date_order"),
        ("note", "note"),
        (bound("partner_id", "odoo.res.partner"), "partner_id"),
        (bound("partner_invoice_id", "odoo.res.partner"), "partner_invoice_id"),
        (bound("partner_shipping_id", "odoo.res.partner"), "partner_shipping_id"),
        (matched("user_id", "res.users"), "user_id"),
    ]
    children = [("order_line", "line_binding_ids", "odoo.sale.order.line")]

    #: the products of the lines, under the name that the importer gives them
    dependencies = [bound_set("product_ids", "odoo.product.product")]

    @mapping
    @changed_by("currency_id")
    def currency(self, record):
        """Keep the prices: order in the currency of the order there."""
        currency = self.matcher_for("res.currency").match_many([record["currency_id"]])
        return {"currency_id": currency[0]} if currency else {}


class SaleOrderImporter(Component):
    """Read the lines of all orders of a chunk at once."""

    _name = "odoo.sale.order.importer"
    _inherit = "odoo.record.importer"
    _apply_on = "odoo.sale.order"

    def _read_many(self, external_ids):
        orders = super()._read_many(external_ids)
        lines = self._read_lines(
            [line_id for order in orders.values() for line_id in order["order_line"]]
        )
        for order in orders.values():
            order["order_line"] = [
                lines[line_id] for line_id in order["order_line"] if line_id in lines
            ]
            order["product_ids"] = list(
                {line["product_id"] for line in order["order_line"]} - {False}
            )
        return orders

    def _read_lines(self, line_ids):
        mapper = self.component(
            usage="import.mapper", model_name="odoo.sale.order.line"
        )
        adapter = self.component(
            usage="backend.adapter", model_name="odoo.sale.order.line"
        )
        return adapter.read_many(line_ids, sorted(mapper.changed_by_fields()))

    def _prefetch(self, items):
        super()._prefetch(items)
        mapper = self.component(
            usage="import.mapper", model_name="odoo.sale.order.line"
        )
        mapper.prefetch(
            line for item in items for line in item.external_record["order_line"]
        )
