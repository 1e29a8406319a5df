# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A unique constraint whose error says what is bound to what."""

from __future__ import annotations

from odoo import models

from ..binding_links import say_bound
from ..database import violated_key


class UniqueLink(models.Constraint):
    """Allow one binding for each backend and external id, or backend and record.

    The error names the backend, the binding that is there, and its external id.
    """

    def __init__(self, *columns: str) -> None:
        # without a message: one would be stored, and shown instead of ours
        super().__init__(f"UNIQUE ({', '.join(columns)})")

    def get_error_message(self, model: models.BaseModel, diagnostics=None) -> str:
        key = violated_key(diagnostics and diagnostics.message_detail)
        binding = self._find_binding(model, key)
        if binding:
            return say_bound(binding, binding.external_id)
        return model.env._(
            "%(model)s: two bindings must not have the same %(link)s.",
            model=model._description,
            link=", ".join(f"{name} {value}" for name, value in key.items())
            or model.env._("backend and external id, or backend and record"),
        )

    def _find_binding(
        self, model: models.BaseModel, key: dict[str, str]
    ) -> models.BaseModel:
        """Return the binding that is there, if the user may see it."""
        if not key or not model.has_access("read"):
            return model.browse()
        domain = [
            (name, "=", int(value) if model._fields[name].type == "many2one" else value)
            for name, value in key.items()
        ]
        return model.with_context(active_test=False).search(domain, limit=1)
