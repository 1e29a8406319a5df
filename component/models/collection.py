# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from contextlib import AbstractContextManager

from odoo import api, models

from ..core import WorkContext


class Collection(models.AbstractModel):
    """Mixin of a model that components belong to by their ``_collection``."""

    _name = "collection.base"
    _description = "Base Abstract Collection"

    @api.private
    def work_on(self, model_name, **kwargs) -> AbstractContextManager[WorkContext]:
        """Return a context manager that gives a work context for a model.

        Override it, as a context manager, to open a resource that the components
        share, such as a client of an API, and pass it to ``super().work_on()`` as a
        keyword argument.

        :param kwargs: attributes of the work context and of those derived from it
        :raises ValueError: if this is not exactly one record
        """
        self.ensure_one()
        return WorkContext(model_name, self, **kwargs)
