# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The buttons of errors: retry, ignore and assign one or thousands.

::

    action_retry ──► state retrying; failed jobs run again, waiting ones now
                     │ job deleted meanwhile? ─► another job (sync_error_again.py)
                     └ of the backend? ─► Test connection
    action_ignore ─► state ignored; failed jobs are cancelled
    action_assign ─► the user who takes care of them

Each button checks the rights of the user, and then works as superuser: it needs no
rights for the job queue. Errors and jobs are changed by SQL: a cause may have 10,000
errors, and their state changes within the click. The jobs of more than a thousand
follow in jobs. Rows that another transaction has locked are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..jobs.error_states import (
    IGNORED,
    OPEN_STATES,
    RESOLVED,
    RETRYING,
    UNRESOLVED_STATES,
)

#: errors whose jobs are handled within the click, and in one job
_AT_ONCE = 1000


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    def _check_may_act(self) -> None:
        """Check that the user may handle errors, and may read these ones."""
        self.env["connector.access"]._check_is_operator()
        self.check_access("read")

    def action_retry(self) -> dict | bool:
        """Run the failed jobs of the errors again.

        Return a notification if the connection of a backend fails.
        """
        self._check_may_act()
        return self.sudo()._retry(self._condition_of_ids())

    def action_ignore(self) -> bool:
        """Leave the errors as they are: they are not counted, and their jobs end."""
        self._check_may_act()
        return self.sudo()._ignore(self._condition_of_ids())

    def action_assign(self, user_id: int | None = None) -> bool:
        """Assign the errors to a user, by default to the current one."""
        self._check_may_act()
        return self.sudo()._assign(self._condition_of_ids(), user_id)

    def _condition_of_ids(self) -> SQL:
        return SQL("error.id = ANY(%s)", list(self.ids))

    # -- by SQL -----------------------------------------------------------------

    def _update_where(
        self, assignments: SQL, states: tuple[str, ...], condition: SQL
    ) -> tuple[list[int], list[int]]:
        """Change errors in some states.

        :return: the ids of the errors of records, and those of errors of backends
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "UPDATE connector_sync_error SET %s,"
                " write_date = now() AT TIME ZONE 'UTC' WHERE id = ANY(ARRAY"
                " (SELECT error.id FROM connector_sync_error AS error"
                " WHERE error.state = ANY(%s) AND (%s) FOR NO KEY UPDATE SKIP LOCKED))"
                " RETURNING id, model_name IS NULL",
                assignments,
                list(states),
                condition,
            )
        )
        self.env["connector.sync.cause"].invalidate_model()
        self.invalidate_model()
        of_records = [error_id for error_id, is_of_backend in rows if not is_of_backend]
        of_backends = [error_id for error_id, is_of_backend in rows if is_of_backend]
        return of_records, of_backends

    def _jobs_of(self, error_ids: list[int]) -> SQL:
        """Return the condition of the jobs of errors of records."""
        by_backend = self.browse(error_ids).grouped(
            lambda error: (error.backend_model, error.backend_id)
        )
        conditions = [
            SQL(
                "job.sync_backend_model = %s AND job.sync_backend_id = %s"
                " AND job.sync_subject = ANY(%s)",
                backend_model,
                backend_id,
                errors.mapped("subject"),
            )
            for (backend_model, backend_id), errors in by_backend.items()
        ]
        return SQL(" OR ").join(conditions) if conditions else SQL("FALSE")

    def _retry(self, condition: SQL) -> dict | bool:
        """Retry the errors with a condition; return a notification of problems."""
        of_records, of_backends = self._update_where(
            SQL("state = %s", RETRYING), UNRESOLVED_STATES, condition
        )
        for chunk in self._chunks(of_records, self.env._("Retry %s errors")):
            chunk.retry_jobs()
        problems = self.browse(of_backends)._retry_backends()
        if problems and not of_records:
            raise UserError("\n".join(problems))
        if not problems:
            return True
        count = len(of_records) + len(of_backends) - len(problems)
        return self._warn([self.env._("Retrying: %s errors", count), *problems])

    def _ignore(self, condition: SQL) -> bool:
        """Ignore the errors with a condition.

        Jobs that failed because of their backend are kept: no error names their
        records.
        """
        of_records, __ = self._update_where(
            SQL("state = %s", IGNORED), OPEN_STATES, condition
        )
        for chunk in self._chunks(of_records, self.env._("Ignore %s errors")):
            chunk.cancel_jobs(self.env._("Ignored by %s", self.env.user.name))
        return True

    def _chunks(self, error_ids: list[int], description: str) -> Iterator[Any]:
        """Yield the errors, or chunks of many errors that delay the called method."""
        if error_ids and len(error_ids) <= _AT_ONCE:
            yield self.browse(error_ids)
            return
        for ids in split_every(_AT_ONCE, error_ids, list):
            yield self.browse(ids).with_delay(description=description % len(ids))

    @api.private
    def retry_jobs(self) -> str:
        """Requeue the failed jobs of errors of records; delay missing ones."""
        ids = self.exists().filtered(lambda error: error.state != RESOLVED).ids
        jobs, condition = self.env["queue.job"].sudo(), self._jobs_of(ids)
        jobs._requeue_failed(condition)
        jobs._run_retried_now(condition)
        lost = self._find_without_job(ids)
        lost._delay_again()
        return self.env._("%s errors are retried", len(ids))

    @api.private
    def cancel_jobs(self, result: str) -> str:
        """Cancel the failed jobs of errors of records that are ignored."""
        ids = self.exists().filtered(lambda error: error.state == IGNORED).ids
        count = self.env["queue.job"].sudo()._cancel_failed(self._jobs_of(ids), result)
        return self.env._("%s jobs were cancelled", count)

    def _assign(self, condition: SQL, user_id: int | None) -> bool:
        """Assign the errors with a condition to a user."""
        user = self.env["res.users"].sudo().browse(user_id or self.env.uid).exists()
        if not (user and user.active and user._is_internal()):
            raise UserError(
                self.env._("Errors are assigned to an active internal user.")
            )
        self._update_where(SQL("user_id = %s", user.id), UNRESOLVED_STATES, condition)
        return True

    def _warn(self, lines: list[str]) -> dict:
        """Return the action that shows a warning and reloads the view."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
