# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models


class ConnectorBindingMixin(models.AbstractModel):
    """Let a binding give no right to what it links."""

    _inherit = "connector.binding.mixin"

    def _check_access(self, operation):
        """Ask also for the right to read the model that the binding wraps.

        Its fields are searched, sorted and grouped by as if they were the binding's,
        and then Odoo asks for its record rules only.
        """
        refused = super()._check_access(operation)
        for model_name in () if refused else self._inherits:
            if wrapped := self.env[model_name].browse()._check_access("read"):
                _records, make_error = wrapped
                return self, make_error
        return refused

    def write(self, vals):
        """Have the rules hold for what a binding becomes, not only for what it was."""
        written = super().write(vals)
        if "backend_id" in vals or "odoo_id" in vals:
            self.check_access("write")
        return written
