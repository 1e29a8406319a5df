# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models


class QueueJob(models.Model):
    _inherit = "queue.job"

    def related_action_unwrap_binding(
        self, component_usage: str = "binder"
    ) -> dict | None:
        """Open the record behind the job's binding, or the binding itself.

        None when the binding is gone.
        """
        self.ensure_one()
        binding = self.records.exists()
        if not binding:
            return None
        record = binding
        with binding.backend_id.work_on(binding._name) as work:
            try:
                record = work.component(usage=component_usage).unwrap_binding(binding)
            except ValueError:  # not a binding that wraps another model
                record = binding
        return {
            "name": self.env._("Related Record"),
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "view_type": "form",
        }
