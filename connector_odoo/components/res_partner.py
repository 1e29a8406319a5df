# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import changed_by, mapping

from .export_mapper import image
from .export_references import keyed, linked, linked_set
from .references import bound, bound_set, matched

SAME_ON_BOTH_SIDES = [
    (name, name)
    for name in (
        "name",
        "is_company",
        "type",
        "active",
        "ref",
        "vat",
        "function",
        "email",
        "phone",
        "website",
        "street",
        "street2",
        "zip",
        "city",
        "comment",
        "color",
    )
]


class PartnerImportMapper(Component):
    _name = "odoo.res.partner.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner"

    direct = [
        *SAME_ON_BOTH_SIDES,
        ("image_1920", "image_1920"),
        (bound("parent_id", "odoo.res.partner"), "parent_id"),
        (bound_set("category_id", "odoo.res.partner.category"), "category_id"),
        (matched("country_id", "res.country"), "country_id"),
        (matched("state_id", "res.country.state"), "state_id"),
        (matched("user_id", "res.users"), "user_id"),
    ]

    @mapping
    @changed_by("lang")
    def language(self, record):
        """Keep the default where the language is not installed here."""
        installed = dict(self.env["res.lang"].get_installed())
        return {"lang": record["lang"]} if record["lang"] in installed else {}


class PartnerExportMapper(Component):
    _name = "odoo.res.partner.export.mapper"
    _inherit = "odoo.export.mapper"
    _apply_on = "odoo.res.partner"

    direct = [
        *SAME_ON_BOTH_SIDES,
        (image("image_1920"), "image_1920"),
        (linked("parent_id", "odoo.res.partner"), "parent_id"),
        (linked_set("category_id", "odoo.res.partner.category"), "category_id"),
        (keyed("country_id"), "country_id"),
        (keyed("state_id"), "state_id"),
        (keyed("user_id"), "user_id"),
    ]


class PartnerExportListener(Component):
    _name = "odoo.res.partner.export.listener"
    _inherit = "odoo.export.listener"
    _apply_on = ["odoo.res.partner", "res.partner"]
