# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component

from .export_references import linked
from .references import bound


class PartnerCategoryImportMapper(Component):
    _name = "odoo.res.partner.category.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner.category"

    direct = [
        ("name", "name"),
        ("color", "color"),
        ("active", "active"),
        (bound("parent_id", "odoo.res.partner.category"), "parent_id"),
    ]


class PartnerCategoryExportMapper(Component):
    _name = "odoo.res.partner.category.export.mapper"
    _inherit = "odoo.export.mapper"
    _apply_on = "odoo.res.partner.category"

    direct = [
        ("name", "name"),
        ("color", "color"),
        ("active", "active"),
        (linked("parent_id", "odoo.res.partner.category"), "parent_id"),
    ]


class PartnerCategoryExportListener(Component):
    _name = "odoo.res.partner.category.export.listener"
    _inherit = "odoo.export.listener"
    _apply_on = ["odoo.res.partner.category", "res.partner.category"]
