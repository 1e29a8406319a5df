# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The schedule of backends: due imports and deletion checks, and their failures.

::

    ir.cron ─► _run_schedules      for each backend model
                 └ _run_schedule   for each backend that is due, as its user:
                     ├ import_changes   every import_interval_minutes
                     └ import_removed   every removal_interval_hours

A backend that fails does not stop the others: each runs in a savepoint, and its failure
is an open error. A backend whose user cannot synchronize it is paused; one that refuses
access leaves the schedule (``backend_connection.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..database import is_lost_database
from ..jobs.causes import SCHEDULE
from ..jobs.descriptions import name_of_model
from ..jobs.failure import reason_of
from ..jobs.lifecycle import (
    BATCH,
    BULK_PRIORITY,
    TRIGGER,
    as_own_user,
    in_own_company,
)
from ..jobs.subject import subject_of_backend

_logger = logging.getLogger(__name__)

#: the parts of the schedule: the fields with their interval and their next time
PARTS = (
    ("import_interval_minutes", "next_import_at"),
    ("removal_interval_hours", "next_removal_at"),
)
#: the longest interval of a schedule
MAX_INTERVAL_MINUTES = 366 * 24 * 60


def next_time(
    previous: datetime | None, interval_minutes: int, now: datetime
) -> datetime:
    """Return the first time after ``now`` that is whole intervals after ``previous``.

    Intervals that were missed are not repeated. A longer interval than allowed, which a
    database may hold, counts as the longest one: no date overflows.
    """
    minutes = min(max(interval_minutes, 1), MAX_INTERVAL_MINUTES)
    interval = timedelta(minutes=minutes)
    if previous is None or not previous:
        return now + interval
    missed = max(0, (now - previous) // interval)
    return previous + (missed + 1) * interval


def import_changes_key(backend: models.BaseModel, model_name: str) -> str:
    """Return the identity key of the search for changes of a model."""
    return f"import changes {model_name} {backend._name} {backend.id}"


class ConnectorBackendMixin(models.AbstractModel):
    _inherit = "connector.backend.mixin"

    import_interval_minutes = fields.Integer(
        string="Import every (minutes)",
        help="How often an active backend is searched for changes. 0: never",
    )
    next_import_at = fields.Datetime(string="Next import", copy=False)
    removal_interval_hours = fields.Integer(
        string="Process deletions every (hours)",
        help="How often an active backend is searched for deleted records. 0: never",
    )
    next_removal_at = fields.Datetime(string="Next deletion check", copy=False)

    _import_interval_not_negative = models.Constraint(
        "CHECK (import_interval_minutes BETWEEN 0 AND 527040)",
        "An interval cannot be negative, or longer than a year.",
    )
    _removal_interval_not_negative = models.Constraint(
        "CHECK (removal_interval_hours BETWEEN 0 AND 8784)",
        "An interval cannot be negative, or longer than a year.",
    )

    def import_changes(self) -> bool:
        """Delay the import of the changes in the backends, model by model."""
        self._start_import_changes()
        return True

    def _start_import_changes(self) -> models.BaseModel:
        """Delay the import of the changes; return the batches of the searches."""
        self.check_access("write")
        self._check_is_on()
        found = self.env["connector.sync.batch"].sudo()
        for backend in map(in_own_company, self):
            names = backend._imported_models()
            batch = backend.env[found._name]._start(backend, "changes", len(names))
            jobs = [
                backend._delay_import_changes(backend.env[name], priority, batch)
                for priority, name in enumerate(names, BULK_PRIORITY)
            ]
            found |= batch._keep_new(jobs)
        return found

    def _delay_import_changes(
        self, model: models.BaseModel, priority: int, batch: models.BaseModel
    ) -> Any:
        """Delay the search for changes of a model; return the job."""
        return (
            model.with_context(**{BATCH: batch.id})
            .with_delay(
                priority=priority,
                identity_key=import_changes_key(self, model._name),
                description=self.env._(
                    "Search for changes: %(model)s of %(backend)s",
                    model=name_of_model(model),
                    backend=self.display_name,
                ),
            )
            .import_changes(self)
        )

    # -- due --------------------------------------------------------------------

    @api.model
    def _run_schedules(self) -> None:
        """Delay the due work of the backends of all models with this mixin."""
        for model_name in self.pool.descendants([self._name], "_inherit"):
            model = self.env[model_name]
            if not model._abstract:
                self._run_guarded(model_name, model._run_schedule)
        for described, run in self.env["connector.sync.error"]._upkeep():
            self._run_guarded(described, run)
        events = self.env["connector.webhook.event"]
        self._run_guarded("webhook events", events._run_waiting)

    @api.model
    def _run_schedule(self) -> None:
        """Delay the due imports and deletion checks of the backends of this model."""
        self._run_due(
            "import_interval_minutes", 1, "next_import_at", lambda b: b.import_changes()
        )
        self._run_due(
            "removal_interval_hours",
            60,
            "next_removal_at",
            lambda b: b.import_removed(),
        )

    @api.model
    def _run_due(self, interval: str, minutes: int, due_at: str, run: Callable) -> None:
        """Run a part of the schedule, each backend as its user, and set its next time.

        :param interval: the field with its interval, in units of ``minutes``
        :param due_at: the field with its next time
        """
        now = fields.Datetime.now()
        domain = [(interval, ">", 0), "|", (due_at, "=", False), (due_at, "<=", now)]

        def run_one(backend: models.BaseModel) -> None:
            run(as_own_user(backend).with_context(**{TRIGGER: "schedule"}))
            due = next_time(backend[due_at], backend[interval] * minutes, now)
            # not a change by a user: none of the checks of ``write`` applies
            models.BaseModel.write(backend, {due_at: due})

        found = self._find_scheduled(domain)
        found.try_lock_for_update(allow_referencing=True)._run_each(run_one)

    def _find_due_times(self) -> list[datetime]:
        """Return the next time of each part of the schedule that has an interval."""
        return [
            self[due_at]
            for interval, due_at in PARTS
            if self[interval] > 0 and self[due_at]
        ]

    @api.model
    def _find_scheduled(self, due: list | None = None) -> models.BaseModel:
        """Return the active backends of a domain that are on.

        Pause those whose user cannot synchronize them any more.
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
        """Delay the imports of all active backends, due or not."""
        self._find_scheduled()._run_each(
            lambda backend: (
                as_own_user(backend)
                .with_context(**{TRIGGER: "schedule"})
                .import_changes()
            )
        )

    @api.model
    def _scheduler_export(self, filters: list | None = None) -> None:
        """Delay the exports of all active backends."""
        self._find_scheduled()._run_each(
            lambda backend: as_own_user(backend).export_all(filters)
        )

    @api.constrains(lambda self: self._fields_to_activate_by())
    def _check_user(self):
        for backend in self.filtered(lambda backend: backend.state == "production"):
            if problem := backend._find_user_problem():
                raise ValidationError(problem)

    @api.model
    def _fields_to_activate_by(self) -> list[str]:
        """Return the fields that decide whether the backend may be active."""
        names = ["state", "user_id"]
        return [*names, "company_id"] if "company_id" in self._fields else names

    # -- one fails, the others do not --------------------------------------------

    @api.model
    def _run_guarded(self, described: str, run: Callable[[], None]) -> Exception | None:
        """Run a part of the schedule in a savepoint; log and return its error."""
        try:
            with self.env.cr.savepoint():
                run()
        except Exception as error:
            if isinstance(error, psycopg2.Error) and is_lost_database(error):
                raise
            _logger.exception("The schedule of %s failed", described)
            return error
        return None

    def _run_each(
        self, run: Callable[[models.BaseModel], None], is_last: bool = True
    ) -> None:
        """Run a part of the schedule for each backend; open an error for a failing one.

        :param is_last: a backend that passes this part has no error any more
        """
        for backend in self:
            error = self._run_guarded(str(backend), partial(run, backend))
            if error is not None or is_last:
                note = partial(backend._note_schedule, error)
                self._run_guarded(
                    f"{backend}, whose failure could not be stored,", note
                )

    def _note_schedule(self, error: Exception | None) -> None:
        """Open the error of the schedule, or resolve it if there is none."""
        errors = self.env["connector.sync.error"]
        if error is None:
            errors._resolve_of_backend(self, SCHEDULE)
            return
        errors._note(
            self._name,
            self.id,
            subject_of_backend(SCHEDULE),
            cause=SCHEDULE,
            reason=reason_of(error),
        )

    def _filter_guarded(self, matches: Callable) -> models.BaseModel:
        """Return the backends that match; one that raises an error does not."""
        matching: list[int] = []

        def ask(backend: models.BaseModel) -> None:
            if matches(backend):
                matching.append(backend.id)

        self._run_each(ask, is_last=False)
        return self.browse(matching)
