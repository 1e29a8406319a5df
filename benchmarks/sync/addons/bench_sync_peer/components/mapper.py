# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import mapping


class BenchPartnerMapper(Component):
    _name = "bench.res.partner.mapper"
    _inherit = ["base.import.mapper", "bench.connector"]
    _apply_on = "bench.res.partner"

    direct = [
        ("name", "name"),
        ("is_company", "is_company"),
        ("type", "type"),
        ("ref", "ref"),
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
    ]

    @mapping
    def backend_id(self, record):
        return {"backend_id": self.backend_record.id}

    @mapping
    def country_id(self, record):
        if not record["country_id"]:
            return {"country_id": False}
        _id, name = record["country_id"]
        country = self.env["res.country"].search([("name", "=", name)], limit=1)
        return {"country_id": country.id}

    @mapping
    def parent_id(self, record):
        if not record["parent_id"]:
            return {"parent_id": False}
        parent = self.binder_for().to_internal(record["parent_id"][0], unwrap=True)
        return {"parent_id": parent.id}

    @mapping
    def category_id(self, record):
        binder = self.binder_for("bench.res.partner.category")
        tags = [
            binder.to_internal(tag_id, unwrap=True).id
            for tag_id in record["category_id"]
        ]
        return {"category_id": [(6, 0, tags)]}


class BenchPartnerCategoryMapper(Component):
    _name = "bench.res.partner.category.mapper"
    _inherit = ["base.import.mapper", "bench.connector"]
    _apply_on = "bench.res.partner.category"

    direct = [("name", "name"), ("color", "color")]

    @mapping
    def backend_id(self, record):
        return {"backend_id": self.backend_record.id}
