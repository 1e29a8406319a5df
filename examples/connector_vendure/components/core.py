# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import file_open

from odoo.addons.connector import api


def cents(field):
    """Return a modifier for prices, which are in the minor unit of the currency."""
    return api.convert(field, lambda value: value / 100)


class VendureConnector(api.AbstractComponent):
    _name = "vendure.connector"
    _inherit = "base.connector"
    _collection = "vendure.backend"


api.define_default_components(VendureConnector)


class Adapter(api.Component):
    """Adapter of all types of the Admin API, which lists them in the same way."""

    _name = "vendure.adapter"
    _inherit = ["vendure.connector", "generic.graphql.adapter"]
    _auth = api.ApiKey("api_key", header="vendure-api-key")
    _endpoint = "/admin-api"
    _paging = api.Offset("options.skip", "options.take", total_path="totalItems")
    with file_open("connector_vendure/components/queries.graphql") as file:
        _fragments = file.read()

    @property
    def _list_query(self):
        name = self.model._vendure_type
        return f"""query List{name}($options: {name}ListOptions) {{
            {name[0].lower()}{name[1:]}s(options: $options) {{
                totalItems items {{ ...{name} }} }} }}"""

    _read_many_query = _list_query
    _update_mutation = """mutation SetStock($input: UpdateProductVariantInput!) {
        updateProductVariant(input: $input) { id } }"""

    def _list_variables(self, filters):
        filters = {**self.model._vendure_filter, **(filters or {})}
        return {"options": {"filter": filters, "sort": {"id": "ASC"}}}

    def _read_many_variables(self, external_ids):
        return self._list_variables({"id": {"in": list(map(str, external_ids))}})


class RecordImporter(api.Component):
    """Importer that compares values: Vendure does not date every change."""

    _inherit = "vendure.record.importer"
    _skip_same_values = True
    _imports_references = True
    _missing_record_policy = "archive"

    def _after_import(self, binding):
        if "image_url" in binding._fields:
            images = self.component(usage="image.importer")
            images.run(self.external_id, binding, self.external_record)


class ChangesImporter(api.Component):
    _name = "vendure.changes.importer"
    _inherit = ["vendure.connector", "generic.changes.importer"]

    def _filters_since(self, since):
        """Filter by date, except variants: a delivery changes their stock only."""
        if not since or self.model._name == "vendure.product.product":
            return {}
        return {"updatedAt": {"after": api.format_time(since)}}


class LineMapChild(api.Component):
    _name = "vendure.line.map.child"
    _inherit = ["vendure.connector", "base.map.child.import.update"]
