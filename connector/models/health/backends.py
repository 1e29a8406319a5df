# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions of backends, each kind found for all backends in one or two queries.

====================  ==============================================================
connection, refused   an error of the backend itself, not of a record
error                 failing records, by cause
decision              a run that asks whether to remove records
conflict              records that changed on both sides
overdue               a due import or deletion check was not started
paused_automatically  the backend was paused, by whatever the reason says
====================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from odoo import api, fields, models

from ...jobs.causes import REFUSED, SCHEDULE
from ..backend import PAUSED
from .condition import WARNING, Condition
from .health import is_on

#: a schedule that is later than this is overdue; the scheduled action runs each minute
OVERDUE = timedelta(minutes=5)


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_backend_conditions(self, backends, of_database):
        found = super()._find_backend_conditions(backends, of_database)
        if not backends:
            return found
        errors = list(self._find_errors(backends))
        refused = {each.backend_key for each in errors if each.kind == "refused"}
        of_schedule = {each.backend_key for each in errors if each.code == SCHEDULE}
        is_explained = any(each.kind == "cron" for each in of_database)
        found += errors
        found += self._find_decisions(backends)
        found += self._find_conflicts(backends)
        for key, backend in backends.items():
            if not backend._has_states:
                continue
            found += self._find_pause(backend)
            if key not in refused:
                found += self._find_stopped_schedule(backend)
            if key not in of_schedule and not is_explained:
                found += self._find_overdue(backend)
        return found

    @api.model
    def _find_pause(self, backend: models.BaseModel) -> Iterator[Condition]:
        if backend.state == PAUSED and backend.pause_reason:
            yield self._condition(
                backend,
                "paused_automatically",
                text=self.env._("Paused automatically: %s", backend.pause_reason),
                since=backend.sudo().write_date,
                fix=self.env._("Correct this, then resume the backend."),
                action=self._open_record(backend),
            )
        elif backend.state == "production":
            if reason := backend._find_other_database():
                yield self._condition(
                    backend,
                    "paused_automatically",
                    severity=WARNING,
                    key="other_database",
                    text=reason,
                    action=self._open_record(backend),
                )

    @api.model
    def _find_stopped_schedule(self, backend: models.BaseModel) -> Iterator[Condition]:
        if reason := backend.schedule_stopped_reason:
            yield self._condition(
                backend,
                "refused",
                key=REFUSED,
                code=REFUSED,
                text=self.env._("The schedule was stopped: %s", reason),
                since=backend.sudo().write_date,
                fix=self.env._("Correct this, and press Test connection."),
                action=self._open_record(backend),
            )

    @api.model
    def _find_overdue(self, backend: models.BaseModel) -> Iterator[Condition]:
        """Yield a condition if a due part of the schedule was not started."""
        if backend.state != "production" or backend.schedule_stopped_reason:
            return
        if not is_on(backend):
            return
        due_at = min(backend._find_due_times(), default=None)
        if due_at and due_at < fields.Datetime.now() - OVERDUE:
            yield self._condition(
                backend,
                "overdue",
                text=self.env._("The schedule is overdue: nothing was started."),
                since=due_at,
                fix=self.env._(
                    "Check that the scheduled actions run, then press Import changes."
                ),
                action=self._open_record(backend),
            )
