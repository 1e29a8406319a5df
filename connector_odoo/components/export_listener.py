# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class OdooExportListener(AbstractComponent):
    """Export what changes here, to the backends that want it."""

    _name = "odoo.export.listener"
    _inherit = ["odoo.connector", "generic.export.listener"]

    def _must_export(self, binding):
        return binding._name in binding.backend_id._exported_models()

    def _must_delete(self, binding):
        return self._must_export(binding) and binding.backend_id.export_deletions

    def _find_backends_for(self, record):
        backends = self.env["odoo.backend"].sudo().search([("export_new", "=", True)])
        binding_models = {model._name for model in self._binding_models(record)}
        return backends.filtered(
            lambda backend: binding_models & set(backend._exported_models())
        )
