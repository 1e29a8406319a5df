# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from odoo.addons.connector.api import (
    AbstractComponent,
    Component,
    changed_by,
    define_default_components,
    mapping,
)

CONTACT = "bench.rest.contact"
TAG = "bench.rest.tag"


class BenchRestConnector(AbstractComponent):
    _name = "bench.rest.connector"
    _inherit = "base.connector"
    _collection = "bench.rest.backend"


define_default_components(BenchRestConnector)


class BenchRestAdapter(AbstractComponent):
    _name = "bench.rest.adapter"
    _inherit = ["bench.rest.connector", "generic.rest.adapter"]
    _pages_hold_records = True
    _updated_at_path = "updated_at"


class BenchRestContactAdapter(Component):
    _name = "bench.rest.contact.adapter"
    _inherit = "bench.rest.adapter"
    _apply_on = CONTACT
    _endpoint = "/contacts"


class BenchRestTagAdapter(Component):
    _name = "bench.rest.tag.adapter"
    _inherit = "bench.rest.adapter"
    _apply_on = TAG
    _endpoint = "/tags"


class BenchRestContactMapper(Component):
    _name = "bench.rest.contact.mapper"
    _inherit = ["bench.rest.connector", "base.import.mapper"]
    _apply_on = CONTACT

    direct = [
        ("name", "name"),
        ("ref", "ref"),
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
    ]

    @mapping
    @changed_by("tag")
    def category_id(self, record):
        if not record["tag"]:
            return {}
        tag = self.binder_for(TAG).to_internal(record["tag"], unwrap=True)
        return {"category_id": [Command.set(tag.ids)]}


class BenchRestTagMapper(Component):
    _name = "bench.rest.tag.mapper"
    _inherit = ["bench.rest.connector", "base.import.mapper"]
    _apply_on = TAG

    direct = [("name", "name")]


class BenchRestContactImporter(Component):
    _name = "bench.rest.contact.importer"
    _inherit = "bench.rest.record.importer"
    _apply_on = CONTACT

    def _import_dependencies(self):
        self._import_dependency(self.external_record["tag"], TAG)

    def _after_import(self, binding):
        if self.external_record["image"]:
            images = self.component(usage="image.importer")
            images.run(self.external_id, binding, self.external_record)


class BenchRestImageImporter(Component):
    _name = "bench.rest.image.importer"
    _inherit = ["bench.rest.connector", "generic.image.importer"]
    _apply_on = CONTACT

    def _image_sources(self, external_id, external_record):
        return [external_record["image"]]
