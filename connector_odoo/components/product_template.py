# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import (
    Component,
    bound,
    changed_by,
    mapping,
    matched_required,
    only_create,
)

from .prices import price


class ProductTemplateMapper(Component):
    _name = "odoo.product.template.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.template"

    alike_key = ("name", "categ_id")
    direct = [
        ("name", "name"),
        ("active", "active"),
        ("sale_ok", "sale_ok"),
        ("purchase_ok", "purchase_ok"),
        ("description_sale", "description_sale"),
        ("image_1920", "image_1920"),
        (price("list_price"), "list_price"),
        (bound("categ_id", "odoo.product.category"), "categ_id"),
        (matched_required("uom_id", "uom.uom"), "uom_id"),
    ]

    @mapping
    @changed_by("type")
    def kind(self, record):
        """Map storable products, a separate type up to Odoo 17, to goods."""
        kind = record["type"]
        return {"type": "consu" if kind == "product" else kind}


class ProductTemplateExportMapper(Component):
    _name = "odoo.product.template.export.mapper"
    _inherit = "odoo.reversed.mapper"
    _apply_on = "odoo.product.template"

    @mapping
    @only_create
    @changed_by("type")
    def kind(self, record):
        """Send the type only once: up to Odoo 17 the remote goods may be storable."""
        return {"type": record.type}


class ProductImporter(Component):
    """Skip combos, because their choices are not synchronized."""

    _name = "odoo.product.importer"
    _inherit = "odoo.record.importer"
    _apply_on = ["odoo.product.template", "odoo.product.product"]

    def _read_fields(self):
        return super()._read_fields() | {"type"}

    def _must_skip(self):
        if self.external_record.get("type") == "combo":
            return self.env._("combos are not synchronized")
        return super()._must_skip()


class ProductExporter(Component):
    """Skip combos."""

    _name = "odoo.product.exporter"
    _inherit = "odoo.record.exporter"
    _apply_on = ["odoo.product.template", "odoo.product.product"]

    def _has_to_skip(self):
        if self.binding.type == "combo":
            return self.env._("combos are not synchronized")
        return super()._has_to_skip()
