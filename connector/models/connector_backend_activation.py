# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError

from ..backend_company import as_own_user

_logger = logging.getLogger(__name__)


class ConnectorBackendMixin(models.AbstractModel):
    """Synchronize a backend in production as its user, or pause it and say why."""

    _inherit = "connector.backend.mixin"

    @api.constrains(lambda self: self._fields_to_activate_by())
    def _check_user(self):
        for backend in self.filtered(lambda backend: backend.state == "production"):
            if problem := backend._find_user_problem():
                raise ValidationError(problem)

    @api.model
    def _fields_to_activate_by(self) -> list[str]:
        """Return the fields that decide whether the backend may be in production."""
        names = ["state", "user_id"]
        return [*names, "company_id"] if "company_id" in self._fields else names

    @api.model
    def _find_scheduled(self, due: list | None = None) -> models.BaseModel:
        """Return the backends in production, of a domain, that are on.

        Those whose user cannot synchronize them any more are paused.
        """
        found = self.search(
            [
                ("state", "=", "production"),
                ("schedule_stopped_reason", "=", False),
                *(due or []),
            ]
        )
        return found._filter_guarded(lambda backend: backend._may_be_scheduled())

    def _may_be_scheduled(self) -> bool:
        """Return whether the backend is on; pause it if its user has a problem."""
        if self._find_reason_to_pause():
            return False
        if problem := self._find_user_problem():
            self._pause(problem)
        return self.state == "production"

    @api.model
    def _scheduler_import(self) -> None:
        """Delay the imports of the backends in production, due or not."""
        self._find_scheduled()._run_each(
            lambda backend: as_own_user(backend).import_changes()
        )

    @api.model
    def _scheduler_export(self, filters: list | None = None) -> None:
        """Delay the exports of the backends in production."""
        self._find_scheduled()._run_each(
            lambda backend: as_own_user(backend).export_all(filters)
        )

    # -- paused by a machine --------------------------------------------------

    def _pause(self, reason=None):
        paused = super()._pause(reason)
        for backend in self if reason else ():
            _logger.warning("%s was paused: %s", backend, reason)
            backend._tell_of_pause(reason)
        return paused

    def _tell_of_pause(self, reason: str) -> None:
        """Tell a person by an activity, where the backend has activities."""
        if "activity_ids" not in self._fields:
            return
        summary = self.env._("%s was paused", self.display_name)
        if summary in self.activity_ids.mapped("summary"):
            return
        person = next(
            (
                user
                for user in (self.write_uid, self.create_uid)
                if user.active and user._is_internal()
            ),
            self.env.ref("base.user_admin"),
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>") % reason,
            user_id=person.id,
        )
