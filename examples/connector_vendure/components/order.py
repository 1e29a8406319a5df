# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Placed orders → sale orders, with the total of the shop to the cent."""

from odoo.addons.connector.api import (
    Component,
    InvalidDataError,
    changed_by,
    external_to_m2o,
    mapping,
    only_create,
    record_by,
    utc_datetime,
)

from .core import cents
from .customer import ADDRESS, CUSTOMER
from .product import VARIANT

ORDER = "vendure.sale.order"
LINE = "vendure.sale.order.line"
ORDER_ADDRESS = """
    fullName company streetLine1 streetLine2 city postalCode phoneNumber countryCode
"""


class OrderAdapter(Component):
    _name = "vendure.sale.order.adapter"
    _inherit = "vendure.adapter"
    _apply_on = ORDER
    _list = "orders"
    _fields = f"""
        id code state orderPlacedAt currencyCode totalWithTax customer {{ id }}
        shippingAddress {{ {ORDER_ADDRESS} }} billingAddress {{ {ORDER_ADDRESS} }}
        taxSummary {{ taxRate }}
        lines {{
            id quantity proratedUnitPrice taxRate productVariant {{ id name }}
        }}
        shippingLines {{
            id discountedPrice discountedPriceWithTax shippingMethod {{ name }}
        }}
        surcharges {{ id description price taxRate }}
    """

    def search_pages(self, filters=None):
        """Search for placed orders: the others are the carts of visitors."""
        return super().search_pages({"active": {"eq": False}, **(filters or {})})

    def make_page(self, records):
        return super().make_page({key: add_lines(records[key]) for key in records})


def add_lines(order):
    """Return an order whose lines contain its shipping and surcharges."""
    lines = [
        make_line(
            line["id"],
            line["productVariant"]["name"],
            line["proratedUnitPrice"],
            line["taxRate"],
            quantity=line["quantity"],
            variant=line["productVariant"]["id"],
        )
        for line in order["lines"]
    ]
    for line in order["shippingLines"]:
        name, price = line["shippingMethod"]["name"], line["discountedPrice"]
        rate = find_rate(order, line)
        lines.append(make_line(f"shipping-{line['id']}", name, price, rate))
    for line in order["surcharges"]:
        name, price = line["description"], line["price"]
        line_id = f"surcharge-{line['id']}"
        lines.append(make_line(line_id, name, price, line["taxRate"]))
    return {**order, "lines": lines}


def make_line(line_id, name, price, rate, quantity=1, variant=None):
    return {
        "id": line_id,
        "name": name,
        "price": price,
        "rates": [rate] if rate else [],
        "quantity": quantity,
        "variant": variant,
    }


def find_rate(order, line):
    """Return the tax rate of a shipping line, which Vendure does not tell."""
    net, gross = line["discountedPrice"], line["discountedPriceWithTax"]
    rates = [each["taxRate"] for each in order["taxSummary"]]
    return min(rates, default=0, key=lambda rate: abs(net * (100 + rate) / 100 - gross))


class OrderMapper(Component):
    _name = "vendure.sale.order.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = ORDER
    direct = [
        ("code", "client_order_ref"),
        ("state", "vendure_state"),
        (cents("totalWithTax"), "vendure_total"),
        (utc_datetime("orderPlacedAt"), "date_order"),
        (external_to_m2o("customer.id", binding=CUSTOMER), "partner_id"),
    ]
    children = [("lines", "line_ids", LINE)]

    @only_create
    @mapping
    @changed_by("currencyCode")
    def backend(self, record):
        backend = self.backend_record
        currency = self.env["res.currency"].search(
            [("name", "=", record["currencyCode"])]
        )
        return {
            "company_id": backend.company_id.id,
            "warehouse_id": backend.warehouse_id.id,
            "pricelist_id": backend._get_pricelist(currency).id,
        }

    @mapping
    @changed_by("shippingAddress", "billingAddress", "customer")
    def addresses(self, record):
        """Map the addresses, which the order copies, to contacts of the customer."""
        customer_id = record["customer"]["id"]
        partner = self.binder_for(CUSTOMER).to_internal(customer_id, unwrap=True)
        for source, target in (
            ("shippingAddress", "partner_shipping_id"),
            ("billingAddress", "partner_invoice_id"),
        ):
            if record[source] and record[source]["streetLine1"]:
                yield target, self._find_address(partner, record[source]).id

    def _find_address(self, partner, address):
        mapper = self.component(usage="import.mapper", model_name=ADDRESS)
        address = {**address, "country": {"code": address["countryCode"]}}
        row = mapper.map_record(address).values()
        names = ["name", "street", "street2", "zip", "city", "country_id"]
        domain = [(name, "=", row[name]) for name in names]
        contacts = self.env["res.partner"].with_context(active_test=False)
        found = contacts.search([("parent_id", "=", partner.id), *domain], limit=1)
        return found or contacts.create(
            {
                **{name: row[name] for name in [*names, "phone", "company_name"]},
                "type": "other",
                "parent_id": partner.id,
            }
        )


class LineMapper(Component):
    _name = "vendure.sale.order.line.mapper"
    _inherit = ["vendure.import.mapper", "connector.backend.id.mapper"]
    _apply_on = LINE
    direct = [
        ("id", "external_id"),
        ("name", "name"),
        ("quantity", "product_uom_qty"),
        (cents("price"), "price_unit"),
        (
            record_by(
                "rates",
                "amount",
                domain=lambda self: [("id", "in", self.backend_record.tax_ids.ids)],
            ),
            "tax_ids",
        ),
    ]

    @mapping
    @changed_by("variant")
    def product(self, record):
        """Map the variant; shipping and surcharges have none."""
        if record["variant"]:
            binder = self.binder_for(VARIANT)
            return {"product_id": binder.to_internal(record["variant"], True).id}
        return {"product_id": self.env.ref("connector_vendure.product_extra").id}


class LineMapChild(Component):
    _name = "vendure.sale.order.line.map.child"
    _inherit = ["vendure.connector", "base.map.child.import.update"]
    _apply_on = LINE


class OrderImporter(Component):
    _name = "vendure.sale.order.importer"
    _inherit = "vendure.record.importer"
    _apply_on = ORDER

    def _must_skip(self):
        if self.external_record and not self.external_record["orderPlacedAt"]:
            return "The order is not placed"

    def _import_dependencies(self):
        self._import_dependency(self.external_record["customer"]["id"], CUSTOMER)
        for line in self.external_record["lines"]:
            self._import_dependency(line["variant"], VARIANT)

    def _after_import(self, binding):
        order = binding.odoo_id.with_context(**self._import_context)
        self._check_total(order, binding.vendure_total)
        if binding.vendure_state == "Cancelled":
            order._action_cancel()
        elif order.state in ("draft", "sent"):
            placed_at = order.date_order
            order.action_confirm()
            order.date_order = placed_at

    def _check_total(self, order, total):
        """Even out the rounding of taxes; refuse any other difference."""
        difference = order.currency_id.round(total - order.amount_total)
        if abs(difference) > 0.01 * len(order.order_line):
            raise InvalidDataError(
                f"Order {order.client_order_ref} costs {total:.2f} in the shop, and "
                f"{order.amount_total:.2f} in Odoo. Check the taxes of "
                f"{self.backend_record.display_name}."
            )
        if difference:
            order.order_line.create(
                {
                    "order_id": order.id,
                    "product_id": self.env.ref("connector_vendure.product_extra").id,
                    "name": self.env._("Rounding"),
                    "price_unit": difference,
                    "tax_ids": False,
                }
            )
