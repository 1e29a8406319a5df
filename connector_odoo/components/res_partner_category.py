# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import external_to_m2o


class PartnerCategoryImportMapper(Component):
    _name = "odoo.res.partner.category.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner.category"

    direct = [
        ("name", "name"),
        ("color", "color"),
        ("active", "active"),
        (external_to_m2o("parent_id", binding="odoo.res.partner.category"), "parent_id"),
    ]


class PartnerCategoryImporter(Component):
    _name = "odoo.res.partner.category.importer"
    _inherit = "odoo.record.importer"
    _apply_on = "odoo.res.partner.category"

    def _import_dependencies(self):
        self._import_dependency(
            self.external_record["parent_id"], "odoo.res.partner.category"
        )
