# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import (
    changed_by,
    external_to_m2o,
    mapping,
)


class PartnerImportMapper(Component):
    _name = "odoo.res.partner.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner"

    direct = [
        ("name", "name"),
        ("is_company", "is_company"),
        ("type", "type"),
        ("active", "active"),
        ("ref", "ref"),
        ("vat", "vat"),
        ("function", "function"),
        ("email", "email"),
        ("phone", "phone"),
        ("website", "website"),
        ("street", "street"),
        ("street2", "street2"),
        ("zip", "zip"),
        ("city", "city"),
        ("comment", "comment"),
        ("color", "color"),
        (external_to_m2o("parent_id", binding="odoo.res.partner"), "parent_id"),
    ]

    @mapping
    @changed_by("country_id")
    def country(self, record):
        return {"country_id": self.matched("res.country", record["country_id"]).id}

    @mapping
    @changed_by("state_id")
    def state(self, record):
        return {"state_id": self.matched("res.country.state", record["state_id"]).id}

    @mapping
    @changed_by("category_id")
    def categories(self, record):
        categories = self.bound_records(
            "odoo.res.partner.category", record["category_id"]
        )
        return {"category_id": [Command.set(categories.ids)]}


class PartnerImporter(Component):
    _name = "odoo.res.partner.importer"
    _inherit = "odoo.record.importer"
    _apply_on = "odoo.res.partner"

    def _import_dependencies(self):
        record = self.external_record
        self._import_dependency(record["parent_id"], "odoo.res.partner")
        for category_id in record["category_id"]:
            self._import_dependency(category_id, "odoo.res.partner.category")
