# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Search runs, errors and other subjects by the names that the screens show.

The names of backends and models are computed, so a search first finds the backends and
models with such a name among those that the table has, and then their rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain

#: operators, and how they compare a name in lower case with a searched value
_COMPARISONS: dict[str, Callable[[str, Any], bool]] = {
    "ilike": lambda name, value: str(value).lower() in name,
    "like": lambda name, value: str(value).lower() in name,
    "=ilike": lambda name, value: str(value).lower() == name,
    "in": lambda name, value: name in {str(each).lower() for each in value},
}


class ConnectorSyncSubject(models.AbstractModel):
    """Subject that is found by the displayed name of its backend and its model."""

    _inherit = "connector.sync.subject"

    backend_name = fields.Char(search="_search_backend_name")
    model_description = fields.Char(search="_search_model_description")

    @api.model
    def _search_backend_name(self, operator: str, value: Any):
        """Return the domain of the rows whose backend has such a name.

        Backends of an uninstalled connector are found by their technical name.
        """
        compare = _COMPARISONS.get(operator)
        if compare is None:
            return NotImplemented
        groups = self.sudo()._read_group([], ["backend_model"])
        found = Domain.FALSE
        for (backend_model,) in groups:
            of_model = Domain("backend_model", "=", backend_model)
            if backend_model in self.env:
                backends = (
                    self.env[backend_model].sudo().with_context(active_test=False)
                )
                ids = backends.search([("display_name", operator, value)]).ids
                found |= of_model & Domain("backend_id", "in", ids)
            elif compare(backend_model.lower(), value):
                found |= of_model
        return found

    @api.model
    def _search_model_description(self, operator: str, value: Any):
        """Return the domain of the rows whose model has such a name."""
        compare = _COMPARISONS.get(operator)
        if compare is None:
            return NotImplemented
        groups = self.sudo()._read_group([("model_name", "!=", False)], ["model_name"])
        names = [name for (name,) in groups]
        probes = self.browse().union(
            *(self.new({"model_name": name}) for name in names)
        )
        descriptions = probes._read_model_descriptions()
        matching = [
            name
            for name in names
            if compare((descriptions.get(name) or name).lower(), value)
        ]
        return Domain("model_name", "in", matching)
