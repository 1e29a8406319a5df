# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import (
    Component,
    bound,
    bound_set,
    changed_by,
    mapping,
    matched,
)


class ResPartnerMapper(Component):
    _name = "odoo.res.partner.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.res.partner"

    alike_key = ("name", "email", "ref", "vat", "type", "parent_id")
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
        ("image_1920", "image_1920"),
        (bound("parent_id", "odoo.res.partner"), "parent_id"),
        (bound_set("category_id", "odoo.res.partner.category"), "category_id"),
        (matched("country_id", "res.country"), "country_id"),
        (matched("state_id", "res.country.state"), "state_id"),
        (matched("user_id", "res.users", default="owner_id"), "user_id"),
    ]

    @mapping
    @changed_by("lang")
    def language(self, record):
        """Keep the default where the language is not installed locally."""
        installed = dict(self.env["res.lang"].get_installed())
        return {"lang": record["lang"]} if record["lang"] in installed else {}
