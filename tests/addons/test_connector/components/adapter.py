# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestAdapter(Component):
    """Speak to the system in memory; a table there is called as the bindings are."""

    _name = "test.adapter"
    _inherit = ["test.connector", "base.backend.adapter.crud"]

    @property
    def system(self):
        return self.backend_record.system

    @property
    def table(self):
        return self.model._name

    def search(self, filters=None):
        return self.system.search(self.table, filters)

    def search_pages(self, filters=None):
        return self.system.search_pages(self.table, filters)

    def read(self, external_id):
        return self.system.read(self.table, external_id)

    def read_many(self, external_ids):
        return self.system.read_many(self.table, external_ids)

    def search_read(self, filters=None):
        return self.system.search_read(self.table, filters)

    def create(self, values):
        return self.system.create(self.table, values)

    def write(self, external_id, values):
        return self.system.write(self.table, external_id, values)

    def delete(self, external_id):
        return self.system.delete(self.table, external_id)
