# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, models
from odoo.exceptions import UserError

#: models whose records go with their backend
KEPT_OF_BACKEND = (
    "connector.cursor",
    "connector.export.receipt",
    "connector.external.alias",
    "connector.backend.pause",
    "connector.sync.error",
)


class ConnectorBackendMixin(models.AbstractModel):
    """Let a backend go with all that is kept of it, unless records are bound to it."""

    _inherit = "connector.backend.mixin"

    def unlink(self):
        """Delete the backends, and their cursors, receipts and pauses with them."""
        domain = [("backend_model", "=", self._name), ("backend_id", "in", self.ids)]
        deleted = super().unlink()
        for model_name in KEPT_OF_BACKEND:
            self.env[model_name].sudo().search(domain).unlink()
        return deleted

    @api.ondelete(at_uninstall=False)
    def _unlink_except_bound(self):
        """Refuse to delete a backend whose bindings would be lost."""
        for backend in self:
            counts = backend._count_bindings()
            if counts:
                raise UserError(
                    self.env._(
                        "%(backend)s cannot be deleted, records are bound to it: "
                        "%(bindings)s. Delete these bindings first, or archive the "
                        "backend.",
                        backend=backend.display_name,
                        bindings=", ".join(
                            f"{count} {self.env[model_name]._description}"
                            f" ({model_name})"
                            for model_name, count in counts.items()
                        ),
                    )
                )

    def _count_bindings(self) -> dict[str, int]:
        """Return ``{binding model: number}`` of bindings that do not cascade."""
        self.ensure_one()
        counts = {}
        for model_name in self.pool.descendants(["external.binding"], "_inherit"):
            model = self.env[model_name].sudo().with_context(active_test=False)
            if model._abstract:
                continue
            for name in self._find_restricting(model):
                count = model.search_count([(name, "=", self.id)])
                if count:
                    counts[model_name] = count
        return counts

    def _find_restricting(self, model: models.BaseModel) -> list[str]:
        """Return the fields of a model whose records do not go with the backend."""
        return [
            name
            for name, field in model._fields.items()
            if field.type == "many2one"
            and field.store
            and field.comodel_name == self._name
            and field.ondelete != "cascade"
        ]
