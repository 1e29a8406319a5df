# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, fields, models

from ..components.unconfirmed import ALL_FIELDS


class ConnectorBindingMixin(models.AbstractModel):
    """Let a binding know which of its fields wait to be exported."""

    _inherit = "connector.binding.mixin"

    unconfirmed_fields = fields.Char(
        string="Edits to export",
        compute="_compute_unconfirmed_fields",
        compute_sudo=True,
        help="Fields that were edited in Odoo and that the backend has not taken yet. "
        "An import does not overwrite them, unless both sides changed them: then the "
        "policy of the backend decides.",
    )

    external_base = fields.Json(
        copy=False,
        help="Marks of the values that both sides last agreed on, of each field that "
        "is imported and exported",
    )

    @api.depends_context("lang")
    def _compute_unconfirmed_fields(self) -> None:
        found = self.env["connector.unconfirmed.field"]._find(self)
        for binding in self:
            unconfirmed = found.get(binding.id)
            names = unconfirmed.names if unconfirmed else ()
            binding.unconfirmed_fields = (
                self.env._("all fields")
                if ALL_FIELDS in names
                else ", ".join(sorted(map(binding._label_of, names)))
            )

    def _label_of(self, name: str) -> str:
        """Return the label of a field, its name where the model has no such field."""
        field = self._fields.get(name)
        return field._description_string(self.env) if field else name

    def unlink(self):
        unconfirmed = self.env["connector.unconfirmed.field"].sudo()
        bindings = self.browse(self.ids)
        deleted = super().unlink()
        unconfirmed._forget(bindings)
        return deleted
