# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components as they are written by hand: a job for each record."""

import base64

import requests

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector.components.mapper import mapping

CONTACT = "bench.rest.contact"
TAG = "bench.rest.tag"


class BenchRestConnector(AbstractComponent):
    _name = "bench.rest.connector"
    _inherit = "base.connector"
    _collection = "bench.rest.backend"


class BenchRestAdapter(Component):
    _name = "bench.rest.adapter"
    _inherit = ["base.backend.adapter.crud", "bench.rest.connector"]
    _apply_on = [CONTACT, TAG]

    @property
    def path(self):
        return "/contacts" if self.model._name == CONTACT else "/tags"

    def get(self, path, **params):
        url = self.backend_record.url + path
        response = requests.get(url, params=params, timeout=60)
        response.raise_for_status()
        return response

    def search(self, filters=None):
        external_ids, page = [], 1
        while rows := self.get(self.path, page=page, per_page=100).json():
            external_ids += [row["id"] for row in rows]
            page += 1
        return external_ids

    def read(self, external_id):
        return self.get(f"{self.path}/{external_id}").json()


class BenchRestBinder(Component):
    _name = "bench.rest.binder"
    _inherit = ["base.binder", "bench.rest.connector"]
    _apply_on = [CONTACT, TAG]


class BenchRestContactMapper(Component):
    _name = "bench.rest.contact.mapper"
    _inherit = ["base.import.mapper", "bench.rest.connector"]
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
        ("updated_at", "updated_at"),
    ]

    @mapping
    def backend_id(self, record):
        return {"backend_id": self.backend_record.id}

    @mapping
    def category_id(self, record):
        if not record["tag"]:
            return {}
        tag = self.binder_for(TAG).to_internal(record["tag"], unwrap=True)
        return {"category_id": [(6, 0, tag.ids)]}

    @mapping
    def image(self, record):
        if not record["image"]:
            return {}
        adapter = self.component(usage="backend.adapter")
        image = adapter.get(record["image"]).content
        return {"image_1920": base64.b64encode(image)}


class BenchRestTagMapper(Component):
    _name = "bench.rest.tag.mapper"
    _inherit = ["base.import.mapper", "bench.rest.connector"]
    _apply_on = TAG

    direct = [("name", "name"), ("updated_at", "updated_at")]

    @mapping
    def backend_id(self, record):
        return {"backend_id": self.backend_record.id}


class BenchRestImporter(Component):
    _name = "bench.rest.importer"
    _inherit = ["base.importer", "bench.rest.connector"]
    _usage = "record.importer"
    _apply_on = [CONTACT, TAG]

    def run(self, external_id):
        record = self.backend_adapter.read(external_id)
        binding = self.binder.to_internal(external_id)
        if self._is_uptodate(binding, record):
            return "Already up to date"
        self.advisory_lock_or_retry(
            f"import({self.backend_record.id}, {self.model._name}, {external_id})"
        )
        self._import_tag(record.get("tag"))
        map_record = self.mapper.map_record(record)
        if binding:
            binding.write(map_record.values())
        else:
            values = map_record.values(for_create=True)
            values["external_id"] = str(external_id)
            binding = self.model.with_context(tracking_disable=True).create(values)
        self.binder.bind(external_id, binding)
        return "Imported"

    def _is_uptodate(self, binding, record):
        return binding and binding.updated_at == record["updated_at"]

    def _import_tag(self, tag):
        if tag and not self.binder_for(TAG).to_internal(tag):
            self.component("record.importer", model_name=TAG).run(tag)


class BenchRestBatchImporter(Component):
    _name = "bench.rest.batch.importer"
    _inherit = ["base.importer", "bench.rest.connector"]
    _usage = "batch.importer"
    _apply_on = [CONTACT, TAG]

    def run(self):
        for external_id in self.backend_adapter.search():
            self.model.with_delay().import_record(self.backend_record, external_id)
