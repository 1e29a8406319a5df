# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from odoo import models

from ..core import WorkContext


class Collection(models.AbstractModel):
    """Give a model components of its own: those whose ``_collection`` it is."""

    _name = "collection.base"
    _description = "Base Abstract Collection"

    @contextmanager
    def work_on(self, model_name, **kwargs) -> Iterator[WorkContext]:
        """Enter a work context of this record for a model.

        Override it to open what a session of work shares (a client of an API, say)
        and hand it on as a keyword argument of ``super().work_on()``.

        :param kwargs: become attributes of the work context and of all it leads to
        :raises ValueError: unless there is exactly one record
        """
        self.ensure_one()
        yield WorkContext(model_name=model_name, collection=self, **kwargs)
