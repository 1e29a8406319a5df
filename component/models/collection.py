# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from contextlib import AbstractContextManager

from odoo import api, models

from ..core import WorkContext


class Collection(models.AbstractModel):
    """Give a model components of its own: those whose ``_collection`` it is."""

    _name = "collection.base"
    _description = "Base Abstract Collection"

    @api.private
    def work_on(self, model_name, **kwargs) -> AbstractContextManager[WorkContext]:
        """Return a context manager to enter a work context of this record for a model.

        Override it, as a context manager, to open what a session of work shares (a
        client of an API, say) and hand it on as a keyword argument of
        ``super().work_on()``.

        :param kwargs: become attributes of the work context and of all it leads to
        :raises ValueError: unless there is exactly one record
        """
        self.ensure_one()
        return WorkContext(model_name, self, **kwargs)
