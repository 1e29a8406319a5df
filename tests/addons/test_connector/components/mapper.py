# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector.components.mapper import (
    changed_by,
    convert,
    external_to_m2o,
    m2o_to_external,
    mapping,
)


class TestImportMapper(AbstractComponent):
    _name = "test.import.mapper"
    _inherit = ["test.connector", "base.import.mapper"]


class TestExportMapper(AbstractComponent):
    _name = "test.export.mapper"
    _inherit = ["test.connector", "base.export.mapper"]


class TestPartnerImportMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.import.mapper"
    _apply_on = "test.res.partner"

    direct = [
        ("name", "name"),
        ("email", "email"),
        ("ref", "ref"),
        (external_to_m2o("parent", binding="test.res.partner"), "parent_id"),
        (
            external_to_m2o("industry", binding="test.res.partner.industry"),
            "industry_id",
        ),
    ]

    @mapping
    @changed_by("tags")
    def categories(self, record):
        binder = self.binder_for("test.res.partner.category")
        found = [binder.to_internal(tag, unwrap=True) for tag in record["tags"]]
        return {"category_id": [Command.set([category.id for category in found])]}


class TestPartnerExportMapper(Component):
    _name = "test.res.partner.export.mapper"
    _inherit = "test.export.mapper"
    _apply_on = "test.res.partner"

    direct = [
        ("name", "name"),
        ("email", "email"),
        ("ref", "ref"),
        (m2o_to_external("parent_id", binding="test.res.partner"), "parent"),
    ]


class TestPartnerCategoryImportMapper(Component):
    _name = "test.res.partner.category.import.mapper"
    _inherit = "test.import.mapper"
    _apply_on = "test.res.partner.category"

    direct = [
        ("name", "name"),
        (external_to_m2o("parent", binding="test.res.partner.category"), "parent_id"),
    ]


class TestPartnerCategoryExportMapper(Component):
    _name = "test.res.partner.category.export.mapper"
    _inherit = "test.export.mapper"
    _apply_on = "test.res.partner.category"

    direct = [("name", "name")]


class TestPartnerIndustryImportMapper(Component):
    _name = "test.res.partner.industry.import.mapper"
    _inherit = "test.import.mapper"
    _apply_on = "test.res.partner.industry"

    direct = [(convert("name", str), "name")]
