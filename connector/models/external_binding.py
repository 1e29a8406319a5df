# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..components.binding_memory import note_touched


class ExternalBinding(models.AbstractModel):
    """The link of a record to its counterpart in a backend.

    A connector declares ``backend_id``, ``odoo_id`` and ``external_id`` by hand,
    or inherits ``connector.binding.mixin``, which brings them.
    """

    _name = "external.binding"
    _description = "External Binding"

    sync_date = fields.Datetime(string="Last synchronization date", copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        bindings = super().create(vals_list)
        note_touched(bindings)
        return bindings

    def write(self, vals):
        written = super().write(vals)
        note_touched(self)
        return written
