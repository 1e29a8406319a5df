# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import api, models

from ..job_arguments import PlainDelayable


class ConnectorBindingMixin(models.AbstractModel):
    """Let the jobs of a binding be given domains, sets and other such arguments."""

    _inherit = "connector.binding.mixin"

    @api.private
    def with_delay(self, *args: Any, **kwargs: Any) -> Any:
        """Delay a method; its arguments are converted, or refused by name."""
        recordset = super().with_delay(*args, **kwargs)
        # not made anew: other addons may have something to say in ``with_delay``
        recordset.delayable.__class__ = PlainDelayable
        return recordset

    @api.private
    def delayable(self, *args: Any, **kwargs: Any) -> Any:
        """Prepare a job; its arguments are converted, or refused by name."""
        delayable = super().delayable(*args, **kwargs)
        delayable.__class__ = PlainDelayable
        return delayable
