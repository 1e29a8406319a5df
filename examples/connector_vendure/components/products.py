# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from odoo.addons.connector import api

ATTRIBUTE = "vendure.product.attribute"
OPTION = "vendure.product.attribute.value"
PRODUCT = "vendure.product.template"
VARIANT = "vendure.product.product"


class AttributeMapper(api.Component):
    _name = "vendure.product.attribute.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = ATTRIBUTE
    direct = [("name", "name")]
    children = [("options", "option_ids", OPTION)]

    @api.only_create
    @api.mapping
    def create_variant(self, record):
        return {"create_variant": "dynamic"}  # only the variants of the shop


class OptionMapper(api.Component):
    _name = "vendure.product.attribute.value.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = OPTION
    direct = [("id", "external_id"), ("name", "name")]


class ProductMapper(api.Component):
    _name = "vendure.product.template.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = PRODUCT
    direct = [
        ("name", "name"),
        ("description", "description"),
        ("enabled", "sale_ok"),
        ("image.source", "image_url"),
    ]

    @api.mapping
    def variants(self, record):
        """Map what Odoo keeps in the template: the lowest price, and the tracking."""
        variants = record["variantList"]["items"]
        lowest = min((variant["price"] for variant in variants), default=0)
        tracked = any(variant["trackInventory"] != "FALSE" for variant in variants)
        return {"list_price": lowest / 100, "is_storable": tracked}

    @api.mapping
    def attributes(self, record):
        """Map the option groups, with the options that a variant has."""
        product = self.binder_for().to_internal(record["id"])
        lines = {line.attribute_id: line for line in product.attribute_line_ids}
        commands = []
        for group in record["optionGroups"]:
            attribute = self.binder_for(ATTRIBUTE).to_internal(group["id"], unwrap=True)
            option_ids = {
                option["id"]
                for variant in record["variantList"]["items"]
                for option in variant["options"]
                if option["groupId"] == group["id"]
            }
            values = self.binder_for(OPTION).to_internal_many(option_ids, unwrap=True)
            value_ids = sorted(value.id for value in values.values())
            row = {"attribute_id": attribute.id, "value_ids": [Command.set(value_ids)]}
            line = lines.get(attribute)
            commands.append((1, line.id, row) if line else (0, 0, row))
        return {"attribute_line_ids": commands}


class ProductImporter(api.Component):
    _name = "vendure.product.template.importer"
    _inherit = "vendure.record.importer"
    _apply_on = PRODUCT

    def _import_dependencies(self):
        for group in self.external_record["optionGroups"]:
            self._import_dependency(group["id"], ATTRIBUTE)


class VariantMapper(api.Component):
    _name = "vendure.product.product.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]
    _apply_on = VARIANT
    direct = [
        ("sku", "default_code"),
        (api.external_to_m2o("product.id", binding=PRODUCT), "product_tmpl_id"),
        ("image.source", "image_url"),
    ]

    @api.mapping
    def prices(self, record):
        prices = {p["currencyCode"]: p["price"] / 100 for p in record["prices"]}
        return {"prices": prices}

    @api.mapping
    def stock(self, record):
        levels = record["stockLevels"] if record["trackInventory"] != "FALSE" else ()
        return {"stock": sum(level["stockOnHand"] for level in levels)}

    @api.only_create
    @api.mapping
    def combination(self, record):
        """Map the options to the values of the template."""
        template = self.binder_for(PRODUCT).to_internal(record["product"]["id"], True)
        option_ids = [option["id"] for option in record["options"]]
        options = self.binder_for(OPTION).to_internal_many(option_ids, unwrap=True)
        known = template.attribute_line_ids.product_template_value_ids
        chosen = known.filtered(
            lambda one: one.product_attribute_value_id in options.values()
        )
        return {"product_template_attribute_value_ids": [Command.set(chosen.ids)]}


class VariantImporter(api.Component):
    _name = "vendure.product.product.importer"
    _inherit = "vendure.record.importer"
    _apply_on = VARIANT

    def _find_record_to_bind(self, values):
        """Return the product that Odoo created with a template without attributes."""
        template = self.env["product.template"].browse(values["product_tmpl_id"])
        return not template.attribute_line_ids and template.product_variant_id


class ImageImporter(api.Component):
    _name = "vendure.image.importer"
    _inherit = ["vendure.connector", "generic.image.importer"]
    _apply_on = [PRODUCT, VARIANT]

    @property
    def _image_field(self):
        is_variant = self.model._name == VARIANT
        return "image_variant_1920" if is_variant else "image_1920"

    def _image_sources(self, external_id, external_record):
        image = external_record["image"]
        return [image["source"]] if image else []


class VariantExportMapper(api.Component):
    _name = "vendure.product.product.export.mapper"
    _inherit = ["vendure.connector", "base.export.mapper"]
    _apply_on = VARIANT
    direct = [(api.keep_falsy(api.convert("on_hand", int)), "stockOnHand")]


class VariantListener(api.Component):
    _name = "vendure.product.product.listener"
    _inherit = ["vendure.connector", "generic.export.listener"]
    _apply_on = VARIANT
    _follow = {"stock.quant": api.Follow("product_id", ["quantity"], ["on_hand"])}

    def _must_export(self, binding):
        return binding.backend_id.stock_is_in == "odoo"

    def _must_delete(self, binding):
        return False
