# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo import api, models

from ..components.external_id import storable_text

#: what a job tells in words, which may quote what a backend sent
TEXTS = ("name", "result", "exc_name", "exc_message", "exc_info")


def _with_storable_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with texts that can be stored, whatever an error holds."""
    return {
        name: storable_text(value if isinstance(value, str) else str(value))
        if name in TEXTS and value
        else value
        for name, value in values.items()
    }


class QueueJob(models.Model):
    """Store how a job ended, whatever its error quotes.

    An error may quote a NUL, or half a surrogate pair. The runner could not store the
    failure then: the job would stay started, be taken for dead, and run again.
    """

    _inherit = "queue.job"

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        return super().create([_with_storable_texts(values) for values in vals_list])

    def write(self, vals):
        return super().write(_with_storable_texts(vals))
