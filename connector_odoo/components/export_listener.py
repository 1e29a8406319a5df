# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.connector.backend_company import company_of


class OdooExportListener(Component):
    """Export what changes here, of any model, to the backends that want it."""

    _name = "odoo.export.listener"
    _inherit = ["odoo.connector", "generic.export.listener"]
    _apply_on = "odoo.binding"

    def _must_export(self, binding):
        return binding._name in binding.backend_id._exported_models()

    def _must_delete(self, binding):
        return self._must_export(binding) and binding.backend_id.export_deletions

    def _find_backends_for(self, record):
        """Return where new records are wanted, or what the record is a part of is.

        A record of one company is nothing for the backends of the others.
        """
        binding_models = self._binding_models(record)
        companies = company_of(record)
        of_company = [("company_id", "in", [False, *companies.ids])]
        return (
            self.env["odoo.backend"]
            .sudo()
            .search(of_company if companies else [])
            .filtered(
                lambda backend: any(
                    model._name in backend._exported_models()
                    and (backend.export_new or self._is_part(record, model, backend))
                    for model in binding_models
                )
            )
        )

    def _is_part(self, record, binding_model, backend):
        """Tell whether the record is a part of one that is bound to the backend."""
        whole = record[binding_model._part_of] if binding_model._part_of else record
        return whole != record and any(
            model.search_count(
                [("backend_id", "=", backend.id), ("odoo_id", "=", whole.id)], limit=1
            )
            for model in self._binding_models(whole)
        )
