import requests

from odoo.addons.component.core import AbstractComponent, Component


class ShopConnector(AbstractComponent):
    _name = "shop.connector"
    _inherit = "base.connector"
    _collection = "shop.backend"


class ShopBinder(Component):
    _name = "shop.binder"
    _inherit = ["shop.connector", "base.binder"]


class ShopAdapter(Component):
    _name = "shop.adapter"
    _inherit = ["shop.connector", "base.backend.adapter.crud"]

    def search(self, filters=None):
        url = f"{self.backend_record.url}/customers"
        return requests.get(url, params=filters, timeout=10).json()

    def read(self, external_id):
        url = f"{self.backend_record.url}/customers/{external_id}"
        return requests.get(url, timeout=10).json()


class ShopCustomerMapper(Component):
    _name = "shop.customer.mapper"
    _inherit = ["shop.connector", "base.import.mapper"]
    _apply_on = "shop.customer"

    direct = [("fullname", "name"), ("mail", "email")]


class ShopImporter(Component):
    _name = "shop.importer"
    _inherit = ["shop.connector", "generic.importer"]


class ShopBatchImporter(Component):
    _name = "shop.batch.importer"
    _inherit = ["shop.connector", "generic.delayed.batch.importer"]
