# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component.exception import NoComponentError
from odoo.addons.component_event import before_commit, skip_if

from .export_jobs import Deletion
from .export_requests import ExportRequests
from .external_id import is_external_id
from .synchronizer.reused_ids import CREATED_AT


def from_connector(self, records, *args, **kwargs) -> bool:
    return self.no_connector_export(records)


class ExportListener(AbstractComponent):
    """Have bindings exported when they, or the records behind them, change.

    It applies on the binding models, and on the models they wrap where changes
    made there count: ``_apply_on = ["my.res.partner", "res.partner"]``. Or on all
    bindings of a connector, by the abstract model that these inherit:
    ``_apply_on = "my.binding"``. That leaves out those with ``_is_exported = False``,
    and what another listener, built on this one, applies on.

    Whatever happens to a record in a transaction makes one job, of all the fields that
    changed and that the export mapper reads.
    """

    _name = "generic.export.listener"
    _inherit = "base.connector.listener"

    #: fields whose change alone is no reason to export
    _ignored_fields: Iterable[str] = ()

    _backend_field = "backend_id"
    _odoo_field = "odoo_id"
    _external_field = "external_id"

    # -- events ---------------------------------------------------------------

    @skip_if(from_connector)
    @before_commit
    def on_records_create(self, records: models.BaseModel, vals_list=None) -> None:
        """Export new bindings, and bind new records to the backends that want them."""
        if not self._is_binding_model(records):
            for record in records:
                self._bind_new_record(record)
        for binding in self._find_bindings(records):
            self._request_export(binding, None)

    @skip_if(from_connector)
    @before_commit
    def on_records_write(
        self, records: models.BaseModel, fields: Iterable[str] | None = None
    ) -> None:
        """Export what the mapper reads of the fields that changed."""
        if fields is not None and not set(fields) - set(self._ignored_fields):
            return
        readable: dict[Any, set[str] | None] = {}
        for binding in self._find_bindings(records):
            key = (binding._name, binding[self._backend_field])
            if key not in readable:
                readable[key] = self._find_mapped_fields(binding)
            changed = self._fields_to_export(records, fields, readable[key])
            if changed is None or changed:
                self._request_export(binding, changed)

    @skip_if(from_connector)
    def on_records_unlink(self, records: models.BaseModel) -> None:
        """Delete in the backend what is gone when the transaction is committed."""
        for binding in self._find_bindings(records):
            external_id = binding[self._external_field]
            if is_external_id(external_id) and self._must_delete(binding):
                ExportRequests.of(self.env.cr).delete(
                    Deletion(
                        binding[self._backend_field],
                        binding,
                        external_id,
                        CREATED_AT in binding._fields and binding[CREATED_AT],
                    )
                )

    # -- whether --------------------------------------------------------------

    def _must_export(self, binding: models.BaseModel) -> bool:
        """Tell whether the backend must hear of the change."""
        return True

    def _must_delete(self, binding: models.BaseModel) -> bool:
        """Tell whether the backend must hear that the binding is gone."""
        return True

    def _find_backends_for(self, record: models.BaseModel) -> models.BaseModel | None:
        """Return the backends that a new record is to be bound to, if any."""
        return None

    def _job_options(self, binding: models.BaseModel) -> dict[str, Any]:
        """Return options for the job: ``priority``, ``eta``, ``channel`` …"""
        return {}

    # -- how ------------------------------------------------------------------

    def _request_export(
        self, binding: models.BaseModel, fields: Iterable[str] | None
    ) -> None:
        if self._must_export(binding):
            ExportRequests.of(self.env.cr).export(
                binding, fields, self._job_options(binding)
            )

    def _bind_new_record(self, record: models.BaseModel) -> None:
        """Make the bindings of a new record; their creation has them exported."""
        for backend in self._find_backends_for(record) or ():
            for model in self._binding_models(record):
                if model._fields[self._backend_field].comodel_name == backend._name:
                    link = {
                        self._backend_field: backend.id,
                        self._odoo_field: record.id,
                    }
                    if not self._search_bindings(model, link):
                        model.create(link)

    def _search_bindings(
        self, model: models.BaseModel, link: dict[str, Any]
    ) -> models.BaseModel:
        return model.with_context(active_test=False).search(
            [(name, "=", value) for name, value in link.items()]
        )

    def _find_bindings(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the bindings themselves, or those of the records, archived or not."""
        if self._is_binding_model(records):
            return list(records.sudo())
        return [
            binding.with_env(model.env)
            for model in self._binding_models(records)
            for binding in model.with_context(active_test=False).search(
                [(self._odoo_field, "in", records.ids)]
            )
        ]

    def _binding_models(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the models, of those listened to, that bind these records."""
        return [
            self.env[name].sudo()
            for name in type(self).apply_on_models or ()
            if self._is_binding_model(self.env[name])
            and self.env[name]._fields[self._odoo_field].comodel_name == records._name
        ]

    def _is_binding_model(self, records: models.BaseModel) -> bool:
        return {self._backend_field, self._odoo_field} <= records._fields.keys()

    def _find_mapped_fields(self, binding: models.BaseModel) -> set[str] | None:
        """Return the fields that the export mapper reads, None without a mapper."""
        backend = binding[self._backend_field]
        registry = self.work.components_registry
        with backend.work_on(binding._name, components_registry=registry) as work:
            try:
                mapper = work.component(usage="export.mapper")
            except NoComponentError:
                return None
            return set(mapper.changed_by_fields())

    def _fields_to_export(
        self,
        records: models.BaseModel,
        fields: Iterable[str] | None,
        mapped: set[str] | None,
    ) -> set[str] | None:
        """Return which of the changed fields count, None being all fields.

        A mapper reads a record behind the binding by ``odoo_id.name``, where the
        binding does not delegate to it.
        """
        if fields is None:
            return None
        prefix = "" if self._is_binding_model(records) else f"{self._odoo_field}."
        changed = set(fields) - set(self._ignored_fields)
        if mapped is None:
            return changed
        return (changed & mapped) | {
            prefix + name for name in changed if prefix + name in mapped
        }
