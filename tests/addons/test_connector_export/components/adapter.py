# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class TestExportAdapter(Component):
    _name = "test.folder.adapter"
    _inherit = ["test.folder.connector", "base.backend.adapter.crud"]

    @property
    def system(self):
        return self.backend_record.system

    def search(self, filters=None):
        return self.system.ids(self.model._name)

    def read(self, external_id):
        return self.system.read(self.model._name, external_id)

    def create(self, values):
        return self.system.create(self.model._name, values)

    def write(self, external_id, values):
        self.system.write(self.model._name, external_id, values)

    def delete(self, external_id):
        self.system.delete(self.model._name, external_id)
