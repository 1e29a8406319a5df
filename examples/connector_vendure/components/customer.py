# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers → contacts, with their addresses as contacts below them."""

from odoo.addons.connector.api import Component, concat, mapping, record_by

CUSTOMER = "vendure.res.partner"
ADDRESS = "vendure.address"


class CustomerAdapter(Component):
    _name = "vendure.res.partner.adapter"
    _inherit = "vendure.adapter"
    _apply_on = CUSTOMER
    _list = "customers"
    _fields = """
        id firstName lastName emailAddress phoneNumber
        addresses {
            id fullName company streetLine1 streetLine2 city postalCode phoneNumber
            country { code } defaultBillingAddress defaultShippingAddress
        }
    """


class CustomerMapper(Component):
    _name = "vendure.res.partner.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = CUSTOMER
    direct = [
        (concat("firstName", "lastName"), "name"),
        ("emailAddress", "email"),
        ("phoneNumber", "phone"),
    ]
    children = [("addresses", "address_ids", ADDRESS)]


class AddressMapper(Component):
    """Mapper of the addresses of customers; those of orders have no id."""

    _name = "vendure.address.mapper"
    _inherit = ["vendure.import.mapper", "connector.backend.id.mapper"]
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
        (record_by("country.code", "code", aliases={"UK": "GB"}), "country_id"),
    ]

    @mapping
    def type(self, record):
        if record.get("defaultBillingAddress"):
            return {"type": "invoice"}
        is_delivery = record.get("defaultShippingAddress")
        return {"type": "delivery" if is_delivery else "other"}


class AddressMapChild(Component):
    _name = "vendure.address.map.child"
    _inherit = ["vendure.connector", "base.map.child.import.update"]
    _apply_on = ADDRESS
    _absent_lines = "unbind"  # orders may have the address
