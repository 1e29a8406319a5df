# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock, in the direction that the backend chooses."""

from odoo.addons.connector.api import (
    Component,
    Follow,
    changed_by,
    external_to_m2o,
    keep_falsy,
    mapping,
)

from .product import VARIANT

STOCK = "vendure.stock"


class StockAdapter(Component):
    _name = "vendure.stock.adapter"
    _inherit = "vendure.adapter"
    _apply_on = STOCK
    _list = "productVariants"
    _fields = "id trackInventory stockLevels { stockOnHand }"

    def write(self, external_id, values):
        # pylint: disable=method-required-super
        query = """
            mutation ($input: [UpdateProductVariantInput!]!) {
                updateProductVariants(input: $input) { id }
            }
        """
        self._execute(query, input=[{"id": external_id, **values}])


class StockChangesImporter(Component):
    """Importer of all stock: a delivery does not date the variant."""

    _name = "vendure.stock.changes.importer"
    _inherit = "vendure.changes.importer"
    _apply_on = STOCK

    def _filters_since(self, since):
        return {}


class StockImportMapper(Component):
    _name = "vendure.stock.import.mapper"
    _inherit = "vendure.import.mapper"
    _apply_on = STOCK
    direct = [(external_to_m2o("id", binding=VARIANT), "odoo_id")]

    @mapping
    @changed_by("stockLevels")
    def quantity(self, record):
        return {"quantity": sum(one["stockOnHand"] for one in record["stockLevels"])}


class StockImporter(Component):
    _name = "vendure.stock.importer"
    _inherit = "vendure.record.importer"
    _apply_on = STOCK

    def _must_skip(self):
        record = self.external_record
        if record and record["trackInventory"] == "FALSE":
            return "The shop does not track it"

    def _import_dependencies(self):
        self._import_dependency(self.external_id, VARIANT)

    def _after_import(self, binding):
        backend = self.backend_record
        if backend.stock_is_in == "vendure" and binding.on_hand != binding.quantity:
            quants = self.env["stock.quant"].with_context(
                **self._import_context, inventory_mode=True
            )
            quants.create(
                {
                    "product_id": binding.odoo_id.id,
                    "location_id": backend.warehouse_id.lot_stock_id.id,
                    "inventory_quantity_auto_apply": binding.quantity,
                }
            )


class StockExportMapper(Component):
    _name = "vendure.stock.export.mapper"
    _inherit = ["vendure.connector", "base.export.mapper"]
    _apply_on = STOCK
    direct = [(keep_falsy("on_hand"), "stockOnHand")]


class StockExporter(Component):
    _name = "vendure.stock.exporter"
    _inherit = "vendure.record.exporter"
    _apply_on = STOCK

    def _has_to_skip(self):
        return self.backend_record.stock_is_in == "vendure" and "Vendure counts it"


class StockListener(Component):
    _name = "vendure.stock.listener"
    _inherit = ["vendure.connector", "generic.export.listener"]
    _apply_on = STOCK
    _follow = {
        "stock.quant": Follow("product_id", fields=["quantity"], exports=["on_hand"])
    }

    def _must_export(self, binding):
        return binding.backend_id.stock_is_in == "odoo"
