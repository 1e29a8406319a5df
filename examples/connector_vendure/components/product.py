# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Option groups → attributes, products → templates, variants → products."""

from odoo.fields import Command

from odoo.addons.connector.api import (
    Component,
    InvalidDataError,
    changed_by,
    external_to_m2o,
    mapping,
    only_create,
)

ATTRIBUTE = "vendure.product.attribute"
OPTION = "vendure.product.attribute.value"
PRODUCT = "vendure.product.template"
VARIANT = "vendure.product.product"


class AttributeAdapter(Component):
    _name = "vendure.product.attribute.adapter"
    _inherit = "vendure.adapter"
    _apply_on = ATTRIBUTE
    _list = "productOptionGroups"
    _fields = "id name options { id name }"


class AttributeMapper(Component):
    _name = "vendure.product.attribute.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = ATTRIBUTE
    direct = [("name", "name")]
    children = [("options", "option_ids", OPTION)]

    @only_create
    @mapping
    def create_variant(self, record):
        """Let only the variants of the shop exist."""
        return {"create_variant": "dynamic"}


class OptionMapper(Component):
    _name = "vendure.product.attribute.value.mapper"
    _inherit = ["vendure.import.mapper", "connector.backend.id.mapper"]
    _apply_on = OPTION
    direct = [("id", "external_id"), ("name", "name")]


class OptionMapChild(Component):
    _name = "vendure.product.attribute.value.map.child"
    _inherit = ["vendure.connector", "base.map.child.import.update"]
    _apply_on = OPTION
    _absent_lines = "unbind"  # products may have the value


class ProductAdapter(Component):
    _name = "vendure.product.template.adapter"
    _inherit = "vendure.adapter"
    _apply_on = PRODUCT
    _list = "products"
    _fields = """
        id name description enabled featuredAsset { source }
        optionGroups { id }
        variantList { items { price trackInventory options { id groupId } } }
    """


class ProductMapper(Component):
    _name = "vendure.product.template.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = PRODUCT
    direct = [
        ("name", "name"),
        ("description", "description"),
        ("enabled", "sale_ok"),
        ("featuredAsset.source", "image_url"),
    ]

    @mapping
    @changed_by("variantList")
    def variants(self, record):
        """Map what Odoo keeps in the template: the lowest price, and the tracking."""
        variants = record["variantList"]["items"]
        prices = [variant["price"] for variant in variants]
        tracked = any(variant["trackInventory"] != "FALSE" for variant in variants)
        return {"list_price": min(prices, default=0) / 100, "is_storable": tracked}

    @mapping
    @changed_by("optionGroups", "variantList")
    def attributes(self, record):
        """Map the option groups, with the options that a variant has."""
        attributes, options = self.binder_for(ATTRIBUTE), self.binder_for(OPTION)
        used = {}
        for variant in record["variantList"]["items"]:
            for option in variant["options"]:
                value = options.to_internal(option["id"], unwrap=True)
                used.setdefault(option["groupId"], []).append(value.id)
        template = self.options.template
        lines = template.attribute_line_ids if template else []
        commands = []
        for group_id, value_ids in used.items():
            attribute = attributes.to_internal(group_id, unwrap=True)
            values = {
                "attribute_id": attribute.id,
                "value_ids": [Command.set(sorted(set(value_ids)))],
            }
            line = next((one for one in lines if one.attribute_id == attribute), None)
            commands.append((1, line.id, values) if line else (0, 0, values))
        return {"attribute_line_ids": commands}


class ProductImporter(Component):
    _name = "vendure.product.template.importer"
    _inherit = "vendure.record.importer"
    _apply_on = PRODUCT

    def _import_dependencies(self):
        for group in self.external_record["optionGroups"]:
            self._import_dependency(group["id"], ATTRIBUTE)

    def _update_data(self, map_record, **kwargs):
        template = self.binding.odoo_id
        return super()._update_data(map_record, template=template, **kwargs)

    def _after_import(self, binding):
        image_importer = self.component(usage="image.importer")
        image_importer.run(self.external_id, binding, self.external_record)


class ProductImageImporter(Component):
    _name = "vendure.product.template.image.importer"
    _inherit = "vendure.image.importer"
    _apply_on = PRODUCT


class VariantAdapter(Component):
    _name = "vendure.product.product.adapter"
    _inherit = "vendure.adapter"
    _apply_on = VARIANT
    _list = "productVariants"
    _fields = """
        id sku enabled product { id } options { id }
        prices { currencyCode price } featuredAsset { source }
    """


class VariantMapper(Component):
    _name = "vendure.product.product.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = VARIANT
    direct = [
        ("sku", "default_code"),
        (external_to_m2o("product.id", binding=PRODUCT), "product_tmpl_id"),
        ("featuredAsset.source", "image_url"),
    ]

    @mapping
    @changed_by("prices")
    def prices(self, record):
        return {
            "prices": {
                each["currencyCode"]: each["price"] / 100 for each in record["prices"]
            }
        }

    @only_create
    @mapping
    @changed_by("options", "product")
    def combination(self, record):
        """Map the options to the values of the template."""
        template = self.binder_for(PRODUCT).to_internal(record["product"]["id"], True)
        options = self.binder_for(OPTION)
        values = self.env["product.attribute.value"].union(
            *(options.to_internal(one["id"], True) for one in record["options"])
        )
        known = template.attribute_line_ids.product_template_value_ids
        chosen = known.filtered(lambda one: one.product_attribute_value_id in values)
        return {"product_template_attribute_value_ids": [Command.set(chosen.ids)]}


class VariantImporter(Component):
    _name = "vendure.product.product.importer"
    _inherit = "vendure.record.importer"
    _apply_on = VARIANT

    def _import_dependencies(self):
        self._import_dependency(self.external_record["product"]["id"], PRODUCT)

    def _find_record_to_bind(self, values):
        """Find the product that Odoo creates with a template without attributes."""
        template = self.env["product.template"].browse(values["product_tmpl_id"])
        (_command, _id, chosen) = values["product_template_attribute_value_ids"][0]
        return template.product_variant_ids.filtered(
            lambda one: one.product_template_attribute_value_ids.ids == sorted(chosen)
        )[:1]

    def _after_import(self, binding):
        self._set_prices(binding)
        image_importer = self.component(usage="image.importer")
        image_importer.run(self.external_id, binding, self.external_record)

    def _set_prices(self, binding):
        """Set the price of the variant in the pricelist of each currency."""
        product = binding.odoo_id
        for code, price in binding.prices.items():
            currency = self.env["res.currency"].search([("name", "=", code)])
            if not currency:
                raise InvalidDataError(
                    f"The price of {product.display_name} is in {code}, which is not "
                    "an active currency. Activate it in Odoo."
                )
            pricelist = self.backend_record._get_pricelist(currency)
            rule = pricelist.item_ids.filtered(lambda one: one.product_id == product)
            if rule:
                rule.fixed_price = price
                continue
            rule.create(
                {
                    "pricelist_id": pricelist.id,
                    "applied_on": "0_product_variant",
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "product_id": product.id,
                    "compute_price": "fixed",
                    "fixed_price": price,
                }
            )


class VariantImageImporter(Component):
    _name = "vendure.product.product.image.importer"
    _inherit = "vendure.image.importer"
    _apply_on = VARIANT
    _image_field = "image_variant_1920"
