# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component_event import before_commit, skip_if
from odoo.addons.connector.api import Component
from odoo.addons.connector.components.exporter.listener import from_connector
from odoo.addons.connector.jobs.lifecycle import company_of


class OdooExportListener(Component):
    """Export listener of all models."""

    _name = "odoo.export.listener"
    _inherit = ["odoo.connector", "generic.export.listener"]
    _apply_on = "odoo.binding"

    def __init__(self, work_context):
        super().__init__(work_context)
        self._backends = {}

    def _must_export(self, binding):
        return binding._name in binding.backend_id._exported_models()

    def _must_delete(self, binding):
        return (
            self._must_export(binding)
            and binding.backend_id.export_deletions
            and not binding._find_reason_to_stop()
        )

    @skip_if(from_connector)
    @before_commit
    def on_records_write(self, records, fields=None):
        """Resume the exports of records that return to the company of their backend."""
        result = super().on_records_write(records, fields)
        if fields is None or "company_id" in fields:
            bindings = self.env["odoo.binding"].sudo()
            for returned in bindings._find_of_records(records):
                returned._export_kept_back()
        return result

    def _find_backends_for(self, record):
        """Return the backends that export a new record.

        A record of one company is not exported to backends of other companies.
        """
        binding_models = self._binding_models(record)
        return self._find_backends_of(company_of(record)).filtered(
            lambda backend: any(
                model._name in backend._exported_models()
                and self._is_wanted(record, model, backend)
                for model in binding_models
            )
        )

    def _find_backends_of(self, companies):
        """Return the backends for records of a company; one query per company."""
        if companies not in self._backends:
            domain = [("company_id", "in", [False, *companies.ids])]
            backends = self.env["odoo.backend"].sudo()
            self._backends[companies] = backends.search(domain if companies else [])
        return self._backends[companies]

    def _is_wanted(self, record, binding_model, backend):
        """Return whether a new record is exported; a part is, if its whole is bound."""
        if self._is_part(record, binding_model, backend):
            return True
        if not backend.export_new:
            return False
        whole = record[binding_model._part_of] if binding_model._part_of else record
        wholes = self._binding_models(whole) if whole and whole != record else ()
        if wholes:
            return any(self._is_wanted(whole, model, backend) for model in wholes)
        return backend._exports_new(record, binding_model._export_domain)

    def _is_part(self, record, binding_model, backend):
        """Return whether the record is a part of one that is bound to the backend."""
        whole = record[binding_model._part_of] if binding_model._part_of else record
        return whole != record and any(
            model.search_count(
                [("backend_id", "=", backend.id), ("odoo_id", "=", whole.id)], limit=1
            )
            for model in self._binding_models(whole)
        )
