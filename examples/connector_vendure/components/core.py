# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of all models of a shop: the Admin API, its pages and its prices."""

from odoo.addons.connector.api import (
    AbstractComponent,
    Component,
    InvalidDataError,
    convert,
    define_default_components,
    format_time,
)


def cents(field):
    """Return a modifier that converts the minor units of a price."""
    return convert(field, lambda value: value / 100)


class VendureConnector(AbstractComponent):
    _name = "vendure.connector"
    _inherit = "base.connector"
    _collection = "vendure.backend"


define_default_components(VendureConnector)


class RecordImporter(Component):
    """Importer that compares values: Vendure does not date each change.

    A changed address leaves the date of its customer, and SQLite stores seconds.
    """

    _inherit = "vendure.record.importer"
    _skip_same_values = True
    _missing_record_policy = "archive"


class RecordDeleter(Component):
    _name = "vendure.record.deleter"
    _inherit = ["vendure.connector", "generic.record.deleter"]
    _policy = "archive"


class ChangesImporter(Component):
    _name = "vendure.changes.importer"
    _inherit = ["vendure.connector", "generic.changes.importer"]

    def _filters_since(self, since):
        return {"updatedAt": {"after": format_time(since)}} if since else {}


class Adapter(AbstractComponent):
    """Adapter of a list of the Admin API; filters are those of the list."""

    _name = "vendure.adapter"
    _inherit = ["vendure.connector", "generic.http.adapter"]
    _pages_hold_records = True
    #: the query that lists the records, and their fields
    _list = ""
    _fields = ""
    _page_size = 100

    def _authenticate(self, session):
        session.use_header("vendure-api-key", self.backend_record.sudo().api_key)

    def _execute(self, query, **variables):
        body = {"query": query, "variables": variables}
        answer = self.call("POST", "/admin-api", json=body)
        if answer.get("errors"):
            raise InvalidDataError(str(answer["errors"]))
        return answer["data"]

    def search_pages(self, filters=None):
        list_type = f"{self._list[0].upper()}{self._list[1:-1]}ListOptions"
        query = (
            f"query ($options: {list_type}) {{ {self._list}(options: $options) "
            f"{{ totalItems items {{ {self._fields} }} }} }}"
        )
        skip, total = 0, 1
        while skip < total:
            options = {
                "skip": skip,
                "take": self._page_size,
                "sort": {"id": "ASC"},
                "filter": filters or {},
            }
            found = self._execute(query, options=options)[self._list]
            yield self.make_page({each["id"]: each for each in found["items"]})
            skip, total = skip + self._page_size, found["totalItems"]

    def read_many(self, external_ids):
        found = {}
        for start in range(0, len(external_ids), self._page_size):
            ids = external_ids[start : start + self._page_size]
            for page in self.search_pages({"id": {"in": [str(one) for one in ids]}}):
                found.update(page.records)
        return {key: found[str(key)] for key in external_ids if str(key) in found}

    def read(self, external_id):
        # pylint: disable=method-required-super
        return self.read_many([external_id])[external_id]

    def find_existing(self, external_ids):
        return set(self.read_many(external_ids))


class ImportMapper(AbstractComponent):
    _name = "vendure.import.mapper"
    _inherit = ["vendure.connector", "base.import.mapper"]


class ImageImporter(AbstractComponent):
    _name = "vendure.image.importer"
    _inherit = ["vendure.connector", "generic.image.importer"]

    def _image_sources(self, external_id, external_record):
        asset = external_record["featuredAsset"]
        return [asset["source"]] if asset else []
