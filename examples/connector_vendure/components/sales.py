# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector import api

from .core import cents
from .products import VARIANT

CUSTOMER = "vendure.res.partner"
ADDRESS = "vendure.address"
ORDER = "vendure.sale.order"
LINE = "vendure.sale.order.line"
ADDRESS_FIELDS = {"shipping": "shippingAddress", "invoice": "billingAddress"}


class CustomerMapper(api.Component):
    _name = "vendure.res.partner.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = CUSTOMER
    direct = [
        (api.concat("firstName", "lastName"), "name"),
        ("emailAddress", "email"),
        ("phoneNumber", "phone"),
    ]
    children = [("addresses", "address_ids", ADDRESS)]


class AddressMapper(api.Component):
    _name = "vendure.address.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = ADDRESS
    direct = [
        ("id", "external_id"),
        ("fullName", "name"),
        ("company", "company_name"),
        ("streetLine1", "street"),
        ("streetLine2", "street2"),
        ("postalCode", "zip"),
        ("city", "city"),
        ("phoneNumber", "phone"),
        (api.record_by("country.code", "code"), "country_id"),
    ]

    @api.mapping
    def type(self, record):
        if record.get("defaultBillingAddress"):
            return {"type": "invoice"}
        is_delivery = record.get("defaultShippingAddress")
        return {"type": "delivery" if is_delivery else "other"}


class OrderAdapter(api.Component):
    _name = "vendure.sale.order.adapter"
    _inherit = "vendure.adapter"
    _apply_on = ORDER

    def make_page(self, records):
        return super().make_page({key: with_all_lines(records[key]) for key in records})

    def read_many(self, external_ids, language=None):
        found = super().read_many(external_ids, language)
        return {key: with_all_lines(found[key]) for key in found}


class OrderMapper(api.Component):
    _name = "vendure.sale.order.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = ORDER
    direct = [
        ("code", "client_order_ref"),
        ("state", "vendure_state"),
        (api.utc_datetime("orderPlacedAt"), "date_order"),
        (api.external_to_m2o("customer.id", binding=CUSTOMER), "partner_id"),
        (api.backend_field("warehouse_id"), "warehouse_id"),
    ]
    children = [("lines", "line_ids", LINE)]

    @api.only_create
    @api.mapping
    def pricelist(self, record):
        pricelist = self.backend_record._get_pricelist(record["currencyCode"])
        return {"pricelist_id": pricelist.id}

    @api.mapping
    def addresses(self, record):
        """Map the copied addresses to equal contacts of the customer."""
        customer_id = record["customer"]["id"]
        partner = self.binder_for(CUSTOMER).to_internal(customer_id, unwrap=True)
        for kind, source in ADDRESS_FIELDS.items():
            if record[source] and record[source]["streetLine1"]:
                contact = self._find_contact(partner, record[source])
                yield f"partner_{kind}_id", contact.id

    def _find_contact(self, partner, address):
        mapper = self.component(usage="import.mapper", model_name=ADDRESS)
        address = {**address, "country": {"code": address["countryCode"]}}
        row = mapper.map_record(address).values()
        names = ("name", "street", "street2", "zip", "city", "country_id")
        domain = [("parent_id", "=", partner.id), *((n, "=", row[n]) for n in names)]
        contact = self.env["res.partner"].search(domain, limit=1)
        values = {name: row[name] for name in (*names, "type", "phone")}
        return contact or contact.create({**values, "parent_id": partner.id})


def shop_taxes(mapper):
    return [("id", "in", mapper.backend_record.tax_ids.ids)]


class LineMapper(api.Component):
    _name = "vendure.sale.order.line.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = LINE
    direct = [
        ("id", "external_id"),
        ("name", "name"),
        ("quantity", "product_uom_qty"),
        (cents("price"), "price_unit"),
        (api.external_to_m2o("variant.id", binding=VARIANT), "product_id"),
        (api.record_by("taxRates", "amount", domain=shop_taxes), "tax_ids"),
    ]

    def finalize(self, map_record, values):
        if not values["product_id"]:
            values["product_id"] = self.env.ref("connector_vendure.product_extra").id
        return values


class OrderImporter(api.Component):
    _name = "vendure.sale.order.importer"
    _inherit = "vendure.record.importer"
    _apply_on = ORDER

    def _after_import(self, binding):
        order, record = binding.odoo_id, self.external_record
        total = record["totalWithTax"] / 100
        if order.currency_id.compare_amounts(order.amount_total, total):
            raise api.InvalidDataError(
                f"Order {record['code']} is {total} in the shop and "
                f"{order.amount_total} in Odoo, which must round taxes per line."
            )
        order = order.with_context(**self._import_context)
        if record["state"] == "Cancelled":
            order._action_cancel()
        elif order.state == "draft":
            placed_at = order.date_order
            order.action_confirm()
            order.date_order = placed_at


def with_all_lines(order):
    """Return an order whose lines contain its shipping and its surcharges."""
    lines = [{**line, "name": line["variant"]["name"]} for line in order["lines"]]
    for kind in ("shippingLines", "surcharges"):
        for line in order[kind]:
            name = line.get("description") or line["shippingMethod"]["name"]
            own = {"id": f"{kind}-{line['id']}", "name": name, "quantity": 1}
            rate = find_rate(order, line)
            lines.append({**line, **own, "variant": None, "taxRate": rate})
    for line in lines:
        line["taxRates"] = [line["taxRate"]] if line["taxRate"] else []
    return {**order, "lines": lines}


def find_rate(order, line):
    """Return the tax rate of a line by its prices: Vendure does not always say it."""
    net, gross = line["price"], line["priceWithTax"]
    rates = [0, *(each["taxRate"] for each in order["taxSummary"])]
    return min(rates, key=lambda rate: abs(net * (1 + rate / 100) - gross))
