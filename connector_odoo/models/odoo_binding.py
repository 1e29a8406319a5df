# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from urllib.parse import urlencode

from odoo import api, fields, models

from odoo.addons.connector.api import BINDING_ACCESS, WorkContext


def bindings_to_odoo(binding_model: str) -> fields.One2many:
    """Return the field with the bindings of a record, archived ones included."""
    return fields.One2many(
        binding_model,
        "odoo_id",
        string="Bindings to another Odoo",
        context={"active_test": False},
        copy=False,
        groups="base.group_user",
    )


class OdooBinding(models.AbstractModel):
    """Binding of a record to a record of another Odoo."""

    _name = "odoo.binding"
    _inherit = "connector.binding.mixin"
    _description = "Binding to another Odoo"

    _connector_backend = "odoo.backend"
    _connector_access = BINDING_ACCESS
    #: field of the backend with the direction in which the model is synchronized
    _sync_choice: str | None = None
    #: many2one to the whole of which the record is a part: both are exported together
    _part_of: str | None = None
    #: field of the backend with the domain of new records that are exported
    _export_domain: str | None = None

    can_send = fields.Boolean(
        compute="_compute_can_send", help="Whether the backend exports such records"
    )

    @api.depends("backend_id", "stop_reason")
    def _compute_can_send(self):
        for binding in self:
            exported = binding.backend_id.sudo()._exported_models()
            binding.can_send = self._name in exported and not binding.stop_reason

    def button_send(self) -> dict:
        """Export the whole record in a job, over remote changes."""
        return self.button_push()

    def _external_url(self) -> str:
        """Return the address of the remote form, as Odoo 14 and later understand it."""
        backend = self.backend_id.sudo()
        # without work_on(): opening the form must not connect
        adapter = WorkContext(self._name, backend).component(usage="backend.adapter")
        database = urlencode({"db": backend.database})
        form = urlencode(
            {"id": self.external_id, "model": adapter.remote_model, "view_type": "form"}
        )
        return f"{backend.url.rstrip('/')}/web?{database}#{form}"
