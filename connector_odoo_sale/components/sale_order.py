# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import float_compare

from odoo.addons.connector.api import (
    Component,
    InvalidDataError,
    bound,
    bound_set,
    changed_by,
    mapping,
    matched,
)


def is_same_line(line, values) -> bool:
    """Return whether a line has these values: text, product, quantity and price."""
    texts = [values.get(name) or False for name in ("name", "display_type")]
    return (
        [line.name or False, line.display_type or False] == texts
        and line.product_id.id == (values.get("product_id") or False)
        and float_compare(line.product_uom_qty, values["product_uom_qty"], 4) == 0
        and float_compare(line.price_unit, values["price_unit"], 4) == 0
    )


class SaleOrderMapper(Component):
    """Map an order to a quotation: the order is confirmed where it is delivered."""

    _name = "odoo.sale.order.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.sale.order"

    alike_key = ("origin", "partner_id")
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

    #: products of the lines; the importer adds this field to the order
    dependencies = [bound_set("product_ids", "odoo.product.product")]

    @mapping
    @changed_by("currency_id")
    def currency(self, record):
        """Keep the currency of the remote order, and so its prices."""
        currency = self.matcher_for("res.currency").match_many([record["currency_id"]])
        return {"currency_id": currency[0]} if currency else {}


class SaleOrderImporter(Component):
    """Importer that reads the lines of all orders of a chunk together."""

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

    def _find_record_to_bind(self, values):
        order = super()._find_record_to_bind(values)
        if order:
            lines = values["line_binding_ids"]
            values["line_binding_ids"] = list(self._bind_lines(order, lines))
        return order

    def _bind_lines(self, order, commands):
        """Yield commands that bind the lines of an existing order.

        :raise InvalidDataError: the order has other lines
        """
        unbound = list(order.order_line)
        for *command, values in commands:
            same = (line for line in unbound if is_same_line(line, values))
            line = next(same, None)
            if line is None:
                break
            unbound.remove(line)
            link = {name: values[name] for name in ("backend_id", "external_id")}
            yield *command, {**link, "odoo_id": line.id}
        else:
            if not unbound:
                return
        raise InvalidDataError(
            f"Order {self.external_id} of {self.backend_record.display_name} is like "
            f"{order.display_name}, which is not bound and has other lines. Make the "
            'lines the same, or choose "Create new records" on the backend.'
        )

    def _prefetch(self, items):
        super()._prefetch(items)
        mapper = self.component(
            usage="import.mapper", model_name="odoo.sale.order.line"
        )
        mapper.prefetch(
            line for item in items for line in item.external_record["order_line"]
        )
