# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector.components.mapper import (
    changed_by,
    m2o_to_external,
    mapping,
)


class TestExportMapper(AbstractComponent):
    _name = "test.folder.mapper"
    _inherit = ["test.folder.connector", "base.export.mapper"]


class TestExportPartnerMapper(Component):
    _name = "test.folder.partner.mapper"
    _inherit = "test.folder.mapper"
    _apply_on = "test.export.partner"

    direct = [
        ("name", "name"),
        ("email", "email"),
        ("ref", "ref"),
        ("nickname", "nickname"),
        (m2o_to_external("parent_id", binding="test.export.partner"), "parent"),
    ]

    @mapping
    @changed_by("category_id")
    def tags(self, record):
        binder = self.binder_for("test.export.category")
        tags = [binder.to_external(tag, wrap=True) for tag in record.category_id]
        return {"tags": tags}


class TestExportCategoryMapper(Component):
    _name = "test.folder.category.mapper"
    _inherit = "test.folder.mapper"
    _apply_on = "test.export.category"

    direct = [("name", "name")]


class TestImportMapper(Component):
    _name = "test.folder.import.mapper"
    _inherit = ["test.folder.connector", "base.import.mapper"]

    direct = [("name", "name")]
