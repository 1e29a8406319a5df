# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from urllib.parse import urlencode

from odoo import models


class OdooBinding(models.AbstractModel):
    """The link of a record to its counterpart in another Odoo."""

    _name = "odoo.binding"
    _inherit = "connector.binding.mixin"
    _description = "Binding to another Odoo"

    _connector_backend = "odoo.backend"

    def _external_url(self) -> str:
        """Return the address of the form, as every Odoo since 14 knows it."""
        backend = self.backend_id.sudo()
        with backend.work_on(self._name) as work:
            remote_model = work.component(usage="backend.adapter").remote_model
        database = urlencode({"db": backend.database})
        form = urlencode(
            {"id": self.external_id, "model": remote_model, "view_type": "form"}
        )
        return f"{backend.url.rstrip('/')}/web?{database}#{form}"
