# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import api, models

from odoo.addons.connector.database import retry_without_database


class OdooBinding(models.AbstractModel):
    """Binding whose first import asks before it duplicates local records.

    The search pauses the backend, with the question as the reason, and is repeated when
    a person resumes it.
    """

    _inherit = "odoo.binding"

    @api.model
    @api.private
    @retry_without_database
    def import_batch(self, backend, filters=None, run=None, **kwargs: Any):
        question = self._ask_before_first_import(backend)
        if not question:
            return super().import_batch(backend, filters=filters, run=run, **kwargs)
        self.with_delay().import_batch(backend, filters=filters, run=run, **kwargs)
        return question

    @api.model
    @api.private
    @retry_without_database
    def import_changes(self, backend, **kwargs: Any):
        question = self._ask_before_first_import(backend)
        if not question:
            return super().import_changes(backend, **kwargs)
        self.with_delay().import_changes(backend, **kwargs)
        return question

    def _ask_before_first_import(self, backend) -> str | None:
        """Pause the backend if a person must decide first; return the question."""
        if backend.first_import != "ask" or backend._find_reason_to_pause():
            return None
        with backend.work_on(self._name) as work:
            question = work.component(usage="first.import.check").find_question()
        if question:
            backend.sudo()._pause(question)
        return question
