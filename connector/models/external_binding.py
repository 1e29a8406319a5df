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

    def unlink(self):
        """Delete the bindings, and the aliases of their external records with them."""
        aliases = self.env["connector.external.alias"]._find_of_bindings(self)
        deleted = super().unlink()
        aliases.unlink()
        return deleted

    def write(self, vals):
        written = super().write(vals)
        note_touched(self)
        return written
