# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stop the schedule of a backend where only a person can help; hinder no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import plaintext2html

from ..database import is_lost_database
from ..failure_causes import CONNECTION, REFUSED, SCHEDULE
from ..job_subject import subject_of_backend

_logger = logging.getLogger(__name__)


class ConnectorBackendMixin(models.AbstractModel):
    """Stop the schedule of a backend that refuses us, and notify a person once."""

    _inherit = "connector.backend.mixin"

    schedule_stopped_reason = fields.Text(
        readonly=True,
        copy=False,
        help="Why the schedule does not synchronize it, until the connection is tested",
    )

    # -- refusals ---------------------------------------------------------------

    def _stop_schedule(self, reason: str) -> None:
        """Leave the schedule because of a refusal, and notify the responsible user.

        Where another transaction has the backend now, the next refusal does it.
        """
        for backend in self.sudo().try_lock_for_update(allow_referencing=True):
            if backend.schedule_stopped_reason:
                continue
            _logger.error("%s left the schedule: %s", backend.display_name, reason)
            backend.schedule_stopped_reason = reason
            notify = partial(
                backend._notify_responsible,
                self.env._("%s is not synchronized any more", backend.display_name),
                self.env._(
                    "%(backend)s refuses access, and its schedule was stopped: "
                    "%(reason)s\nCorrect this, and press Test connection.",
                    backend=backend.display_name,
                    reason=reason,
                ),
            )
            # it stays stopped, though nobody could be notified
            self._run_guarded(f"{backend} (notification)", notify)

    def _resume_schedule(self) -> None:
        """Return to the schedule: the backend can be used again."""
        stopped = self.filtered("schedule_stopped_reason")
        if stopped:
            stopped.schedule_stopped_reason = False
        self.env["connector.sync.error"]._resolve_of_backend(self, CONNECTION, REFUSED)

    def button_check_connection(self) -> dict:
        """Try the connection; one that works returns to the schedule."""
        action = super().button_check_connection()
        self._resume_schedule()
        return action

    def button_start_production(self) -> bool:
        """Let the schedule synchronize the backends, refused before or not."""
        started = super().button_start_production()
        self._resume_schedule()
        return started

    def _find_responsible(self) -> models.BaseModel:
        """Return the user who is notified of what only a person can correct."""
        for user in (self.write_uid, self.create_uid):
            if user.id != SUPERUSER_ID and user.active:
                return user
        return (
            self.env.ref("base.user_admin", raise_if_not_found=False) or self.env.user
        )

    def _notify_responsible(self, summary: str, text: str) -> None:
        """Leave an activity on the backend, or send a message where it has none."""
        self.ensure_one()
        user, html = self._find_responsible(), plaintext2html(text)
        if "activity_ids" in self._fields:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=html,
                user_id=user.id,
            )
            return
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids, subject=summary, body=html
        )

    # -- one fails, the others do not --------------------------------------------

    @api.model
    def _run_guarded(self, described: str, run: Callable[[], None]) -> Exception | None:
        """Run something for the schedule in a savepoint; log and return its error."""
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
        """Run a part of the schedule for each backend; a failing one is noted.

        :param is_last: a backend that passes this part is well again
        """
        for backend in self:
            error = self._run_guarded(str(backend), partial(run, backend))
            if error is not None or is_last:
                note = partial(backend._note_schedule, error)
                self._run_guarded(f"{backend}, whose failure could not be noted,", note)

    def _note_schedule(self, error: Exception | None) -> None:
        """Open the failure of the schedule, or resolve it where there was no error."""
        errors = self.env["connector.sync.error"]
        if error is None:
            errors._resolve_of_backend(self, SCHEDULE)
            return
        errors._note(
            self._name,
            self.id,
            subject_of_backend(SCHEDULE),
            cause=SCHEDULE,
            reason=f"{type(error).__name__}: {error}",
        )

    def _filter_guarded(self, matches: Callable) -> models.BaseModel:
        """Return the backends that match; one that cannot be asked does not."""
        matching: list[int] = []

        def ask(backend: models.BaseModel) -> None:
            if matches(backend):
                matching.append(backend.id)

        self._run_each(ask, is_last=False)
        return self.browse(matching)
