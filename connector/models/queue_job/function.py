# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator

from odoo import api, models, tools


class QueueJobFunction(models.Model):
    """Job function that models inherit from their mixins."""

    _inherit = "queue.job.function"

    @api.private
    @tools.ormcache("name")
    def job_config(self, name):
        """Return the configuration of a job function, its own or an inherited one.

        A model inherits job functions as it inherits methods: the record for
        ``<connector.binding.mixin>.export_record`` configures every binding model,
        unless there is a record for the model or a nearer mixin.
        """
        own = super().job_config(name)
        if own.job_function_id:
            return own
        for inherited_name in self._inherited_function_names(name):
            inherited = super().job_config(inherited_name)
            if inherited.job_function_id:
                return inherited
        return own

    def _inherited_function_names(self, name: str) -> Iterator[str]:
        """Yield the names of the function in the models that the model inherits."""
        model_name, __, method = name.removeprefix("<").partition(">.")
        if model_name not in self.env or not method:
            return
        seen = {model_name}
        for parent in type(self.env[model_name]).__mro__:
            parent_name = getattr(parent, "_name", None)
            if parent_name in seen or parent_name not in self.env:
                continue
            seen.add(parent_name)
            if hasattr(self.env[parent_name], method):
                yield self.job_function_name(parent_name, method)
