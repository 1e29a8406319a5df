# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component

from .references import bound, bound_set


class ProductVariantImportMapper(Component):
    _name = "odoo.product.product.import.mapper"
    _inherit = "odoo.import.mapper"
    _apply_on = "odoo.product.product"

    direct = [
        ("default_code", "default_code"),
        ("barcode", "barcode"),
        ("active", "active"),
        ("standard_price", "standard_price"),
        ("weight", "weight"),
        ("volume", "volume"),
        ("image_variant_1920", "image_variant_1920"),
        (bound("product_tmpl_id", "odoo.product.template"), "product_tmpl_id"),
    ]

    #: without the lines of its product, a variant has nothing to be told by
    dependencies = [bound_set("attribute_line_ids", "odoo.product.attribute.line")]


class ProductVariantImporter(Component):
    """Bind the variants that Odoo makes by itself of a product's attribute lines."""

    _name = "odoo.product.product.importer"
    _inherit = "odoo.record.importer"
    _apply_on = "odoo.product.product"

    def _find_record_to_bind(self, values):
        """Return the variant of the product that has the same attribute values."""
        template = self.env["product.template"].browse(values["product_tmpl_id"])
        wanted = self._attribute_values()
        variants = template.with_context(active_test=False).product_variant_ids
        return variants.filtered(
            lambda variant: self._values_of(variant) == wanted
        ).sorted(lambda variant: not variant.active)[:1]

    @staticmethod
    def _values_of(variant):
        combination = variant.product_template_attribute_value_ids
        return combination.product_attribute_value_id

    def _attribute_values(self):
        """Return the attribute values here of the variant there."""
        value_ids = self._external_value_ids()
        combination = self.external_record["product_template_attribute_value_ids"]
        binder = self.binder_for("odoo.product.attribute.value")
        found = binder.to_internal_many(
            [value_ids[external_id] for external_id in combination], unwrap=True
        )
        return self.env["product.attribute.value"].union(*found.values())

    def _external_value_ids(self):
        """Return ``{combination value: attribute value}``, ids in the other Odoo."""
        return self.work.remote.remember("combination values", dict)

    def _prefetch(self, items):
        super()._prefetch(items)
        known = self._external_value_ids()
        wanted = {
            external_id
            for item in items
            for external_id in item.external_record[
                "product_template_attribute_value_ids"
            ]
        } - known.keys()
        if wanted:
            rows = self.work.remote.call(
                "product.template.attribute.value",
                "search_read",
                [("id", "in", list(wanted))],
                ["product_attribute_value_id"],
                load=None,
            )
            known.update((row["id"], row["product_attribute_value_id"]) for row in rows)
        self.binder_for("odoo.product.attribute.value").prefetch(known.values())

    def _read_fields(self):
        return super()._read_fields() | {"product_template_attribute_value_ids"}
