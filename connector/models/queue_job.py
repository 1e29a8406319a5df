# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, models

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import NoComponentError

#: what is imported, where it is given by name
_IMPORTED = ("backend", "external_id", "external_ids")


class QueueJob(models.Model):
    """Open, from a job, the records that it is about."""

    _inherit = "queue.job"

    def related_action_unwrap_binding(
        self, component_usage: str = "binder"
    ) -> dict | None:
        """Open the record that the job's binding wraps, or else the binding itself.

        Return None for a binding that was deleted, and for a job of several records.
        """
        self.ensure_one()
        self.check_access("read")
        binding = self.records.exists()
        if len(binding) != 1:
            return None
        record = self._unwrap(binding, component_usage) or binding
        return {
            "name": self.env._("Related Record"),
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "view_type": "form",
        }

    @api.model
    def _unwrap(self, binding, component_usage: str):
        """Return the record that a binding wraps, or None."""
        if "backend_id" not in binding._fields:
            return None
        # not by work_on(), which may connect to the other system
        try:
            work = WorkContext(binding._name, binding.backend_id)
            return work.component(usage=component_usage).unwrap_binding(binding)
        except (ValueError, KeyError, NoComponentError):
            return None  # no binder, or not a model that wraps another one

    def related_action_imported_bindings(self) -> dict | None:
        """Open what an import job brought: its first two arguments tell it.

        These are the backend and one external id, or a list of them. None while
        nothing of it is bound, and for a job that has other arguments.
        """
        self.ensure_one()
        self.check_access("read")
        named = [self.kwargs[name] for name in _IMPORTED if name in self.kwargs]
        backend, external_ids, *__ = [*self.args[:2], *named, None, None]
        if external_ids is None or not isinstance(backend, models.BaseModel):
            return None
        if not isinstance(external_ids, (list, tuple)):
            external_ids = [external_ids]
        binder = WorkContext(self.model_name, backend).component(usage="binder")
        bound = binder.to_internal_many(external_ids)
        bindings = self.env[self.model_name].union(*bound.values())
        if not bindings:
            return None
        action = {
            "name": self.env._("Imported Records"),
            "type": "ir.actions.act_window",
            "res_model": self.model_name,
        }
        if len(bindings) == 1:
            return {**action, "res_id": bindings.id, "view_mode": "form"}
        return {
            **action,
            "view_mode": "list,form",
            "domain": [("id", "in", bindings.ids)],
            "context": {"active_test": False},
        }
