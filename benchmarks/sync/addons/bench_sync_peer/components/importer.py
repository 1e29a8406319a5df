# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importers as they are written by hand: a job for each record."""

from contextlib import contextmanager

import psycopg2

from odoo import fields

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.queue_job.exception import RetryableJobError


class BenchImporter(AbstractComponent):
    _name = "bench.importer"
    _inherit = ["base.importer", "bench.connector"]
    _usage = "record.importer"

    def run(self, external_id, force=False):
        self.external_id = external_id
        self.external_record = self.backend_adapter.read(external_id)
        if not self.external_record:
            return "Record does not exist any more"
        binding = self.binder.to_internal(external_id)
        if not force and self._is_uptodate(binding):
            return "Already up to date"
        self.advisory_lock_or_retry(
            f"import({self.backend_record.id}, {self.model._name}, {external_id})"
        )
        self._import_dependencies()
        map_record = self.mapper.map_record(self.external_record)
        if binding:
            values = map_record.values()
            binding.with_context(connector_no_export=True).write(values)
        else:
            values = map_record.values(for_create=True)
            values["external_id"] = str(external_id)
            with self._retry_unique_violation():
                model = self.model.with_context(connector_no_export=True)
                binding = model.create(values)
        self.binder.bind(external_id, binding)
        return "Imported"

    @contextmanager
    def _retry_unique_violation(self):
        """Retry the job where another one has just made the same record."""
        try:
            yield
        except psycopg2.errors.UniqueViolation as error:
            raise RetryableJobError(str(error), seconds=1) from error

    def _is_uptodate(self, binding):
        if not binding.sync_date:
            return False
        written_at = fields.Datetime.to_datetime(self.external_record["write_date"])
        return written_at < binding.sync_date

    def _import_dependencies(self):
        pass

    def _import_dependency(self, external_id, model_name):
        if not external_id:
            return
        if not self.binder_for(model_name).to_internal(external_id):
            self.component("record.importer", model_name=model_name).run(external_id)


class BenchPartnerImporter(Component):
    _name = "bench.res.partner.importer"
    _inherit = "bench.importer"
    _apply_on = "bench.res.partner"

    def _import_dependencies(self):
        for tag_id in self.external_record["category_id"]:
            self._import_dependency(tag_id, "bench.res.partner.category")
        if self.external_record["parent_id"]:
            self._import_dependency(
                self.external_record["parent_id"][0], self.model._name
            )


class BenchPartnerCategoryImporter(Component):
    _name = "bench.res.partner.category.importer"
    _inherit = "bench.importer"
    _apply_on = "bench.res.partner.category"


class BenchBatchImporter(Component):
    _name = "bench.batch.importer"
    _inherit = ["base.importer", "bench.connector"]
    _usage = "batch.importer"
    _apply_on = ["bench.res.partner", "bench.res.partner.category"]

    def run(self, filters=None):
        external_ids = self.backend_adapter.search(filters)
        for external_id in external_ids:
            self.model.with_delay().import_record(self.backend_record, external_id)
        return f"{len(external_ids)} records found"
