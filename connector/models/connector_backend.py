# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.queue_job.job import FAILED

from ..components.export_jobs import WAITING_STATES


class ConnectorBackend(models.AbstractModel):
    """An instance of an external system: the collection of its components."""

    _name = "connector.backend"
    _inherit = ["collection.base"]
    _description = "Connector Backend"

    #: whether jobs run in a context of the backend, not of the user who delayed them
    _has_own_context = False

    # -- on or off ------------------------------------------------------------

    def _find_reason_to_pause(self) -> str | None:
        """Return why nothing may be sent to or fetched from the backend now.

        None while it is on, as a backend without states always is. Jobs that start
        while there is a reason wait until there is none; listeners note the changed
        fields, and delay no job.
        """
        return None

    def _is_archived(self) -> bool:
        """Return whether the backend is archived, where its model knows that."""
        return "active" in self._fields and not self.active

    def _check_is_on(self) -> None:
        """Refuse what a button does with backends that are off.

        :raise UserError: why, and what to do
        """
        for backend in self:
            if reason := backend.sudo()._find_reason_to_pause():
                raise UserError(reason)

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the context in which the jobs of the backend run."""
        return dict(context)

    # -- deletion -------------------------------------------------------------

    def unlink(self):
        """Delete the backends with their runs, and cancel their jobs."""
        backends = self.browse(self.ids)
        deleted = super().unlink()
        jobs = self.env["queue.job"]
        jobs._cancel_of_backends(
            backends, *WAITING_STATES, FAILED, reason=jobs._reason_of_deletion()
        )
        self.env["connector.sync.run"].sudo().search(
            [("backend_model", "=", self._name), ("backend_id", "in", backends.ids)]
        ).unlink()
        return deleted
