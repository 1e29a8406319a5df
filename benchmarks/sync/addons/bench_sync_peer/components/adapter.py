# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class BenchAdapter(Component):
    _name = "bench.adapter"
    _inherit = ["base.backend.adapter.crud", "bench.connector"]
    _apply_on = ["bench.res.partner", "bench.res.partner.category"]
    _fields = {
        "bench.res.partner": [
            *("name", "is_company", "type", "ref", "function", "email", "phone"),
            *("website", "street", "street2", "zip", "city", "comment", "color"),
            *("country_id", "parent_id", "category_id", "write_date"),
        ],
        "bench.res.partner.category": ["name", "color", "write_date"],
    }

    def search(self, filters=None):
        return self._execute("search", filters or [], order="id")

    def read(self, external_id):
        fields = self._fields[self.model._name]
        rows = self._execute("read", [int(external_id)], fields)
        return rows[0] if rows else None

    def _execute(self, method, *args, **kwargs):
        model = self.model._fields["odoo_id"].comodel_name
        return self.work.client.execute(model, method, *args, **kwargs)
