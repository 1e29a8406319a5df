# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a failing job becomes an error.

::

    failed ── of the backend? ── yes ─► error of the backend; the job is *behind* it
                 │ no                   (``sync_behind``) and runs again with it
                 ▼
              error of the job's subject (``sync_error.py``); older failed jobs of the
              subject are cancelled: each record has at most one failed job
    retried   only if the backend did not answer: error *retrying*

**Of the backend** are refused credentials, and a backend that gives no answer, in any
job; and all failures of the network while it gives none. A search on which the backend
fails (a status of 500) has its own error: other searches may succeed. A record on
which the backend fails has its own error, too: at its second failure while
``queue_job`` retries it, and once that gives up. Many of these at the same time are one
error: the backend gives no answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from odoo import api, fields, models

from odoo.addons.queue_job.job import CANCELLED, FAILED

from ...components.two_way.unconfirmed import ONLY_UNCONFIRMED
from ...exception import NoConnection
from ...jobs.causes import (
    BUSY,
    CONNECTION,
    REFUSED,
    UNLOADABLE,
    find_cause,
    find_last_error,
)
from ...jobs.causes import is_of_backend as is_error_of_backend
from ...jobs.error_states import RETRYING
from ...jobs.failure import Failure, take_failure
from ...jobs.subject import (
    SEARCHES,
    UNREACHED,
    covers_export,
    export_arguments,
    subject_of_backend,
    subject_of_search,
)

_logger = logging.getLogger(__name__)

#: error that the job runner stores, by SQL, with a job whose worker died too often
FOUND_DEAD = "JobFoundDead"
#: context keys: jobs whose error was open before; a job that cannot be loaded
_REPEATED = "sync_repeated_failures"
IS_UNLOADABLE = "sync_is_unloadable"
#: failures of a record, while it is retried, until it has an error
_SHOWN_RETRY = 2
#: records on which the backend fails, until it is an error of the backend
_MANY_RECORDS = 5


class QueueJob(models.Model):
    _inherit = "queue.job"

    sync_behind = fields.Char(
        string="Failed because of",
        readonly=True,
        help="The subject of an error of the backend; the job runs again with it",
    )

    _sync_behind_index = models.Index(
        "(sync_backend_id, sync_behind) WHERE state = 'failed'"
        " AND sync_behind IS NOT NULL"
    )

    # -- failure --------------------------------------------------------------

    def _note_failures(self, values: dict[str, Any]) -> models.BaseModel:
        """Open or count up the errors of failing jobs.

        Return the jobs in a context that suppresses repeated messages.
        """
        repeated = self.filtered(lambda job: job._note_failure(values))
        return self.with_context(**{_REPEATED: frozenset(repeated.ids)})

    def _message_post_on_failure(self):
        """Post a message for a new error, none for one that was open before."""
        repeated = self.env.context.get(_REPEATED, ())
        new = self.filtered(lambda job: job.id not in repeated)
        return super(QueueJob, new)._message_post_on_failure() if new else None

    def _note_failure(self, values: dict[str, Any]) -> bool:
        """Open or count up the error of a job; return whether it was open before.

        An exception raised here is logged: the job must be stored as failed. A job that
        is set to failed without an exception opens no error.
        """
        failure = take_failure(self.uuid)
        if not (values.get("exc_name") and self.sync_subject):
            return False
        try:
            with self.env.cr.savepoint():
                return self.sudo()._open_failure(values, failure)
        except Exception:
            _logger.exception("The failure of job %s could not be stored", self.uuid)
            return False

    def _open_failure(self, values: dict[str, Any], failure: Failure | None) -> bool:
        kind = (
            failure.kind
            if failure
            else find_last_error(values.get("exc_name"), values.get("exc_info"))
        )
        cause = find_cause(kind)
        if self.env.context.get(IS_UNLOADABLE):
            cause = UNLOADABLE
        elif values.get("exc_name") == FOUND_DEAD:
            cause = BUSY
        message = str(values.get("exc_message") or values.get("exc_name") or "")
        reason = failure.reason if failure else message
        of_backend = None
        if kind and cause != UNLOADABLE:
            tries = values.get("retry", self.retry) or 0
            of_backend = self._find_subject_of_backend(kind, cause, tries)
        was_open = self._note_error(cause, reason, failure, of_backend)
        values["sync_behind"] = of_backend or False
        self._supersede_failed()
        if cause == REFUSED and of_backend:
            self._stop_schedule(reason)
        return was_open

    def _find_subject_of_backend(
        self, kind: type[BaseException], cause: str, tries: int
    ) -> str | None:
        """Return the subject of the error of the backend, None if the record has it.

        A record may be the cause that no answer comes, or an error. If the backend has
        answered other jobs between the tries of this one, the record is. A search on
        which the backend fails has its own error: others may succeed.
        """
        is_search = self.method_name in SEARCHES
        if issubclass(kind, NoConnection):
            is_of_record = not is_search and tries > 1 and not self._is_unreached()
            return None if is_of_record else UNREACHED
        if cause == CONNECTION and self._is_unreached():
            return UNREACHED
        if not is_error_of_backend(kind, is_search):
            return None
        if cause == CONNECTION:
            return subject_of_search(self.model_name)
        return subject_of_backend(cause)

    def _is_unreached(self) -> bool:
        """Return whether the backend has not answered since an earlier failure."""
        errors = self.env["connector.sync.error"].sudo()
        return bool(errors._find_unresolved(*self._backend_key(), [UNREACHED]))

    def _backend_key(self) -> tuple[str, int]:
        return self.sync_backend_model, self.sync_backend_id

    def _note_error(
        self,
        cause: str,
        reason: str,
        failure: Failure | None,
        of_backend: str | None,
        **noted: Any,
    ) -> bool:
        """Open or count up the error of the backend, or of the subject of the job.

        :param of_backend: the subject of the error of the backend
        """
        noted |= {"cause": cause, "reason": reason, "job_uuid": self.uuid}
        if failure:
            noted.update(hint=failure.hint, names=failure.names)
            noted["reason"] = failure.reason.removesuffix(failure.hint).rstrip()
            if failure.place:
                noted["reason"] += f" ({failure.place})"
            noted["summarized"] = failure.first_reason
        if not of_backend:
            noted.update(self._describe_failed(failure))
        elif of_backend == subject_of_search(self.model_name):
            noted["record_name"] = self.name
        subject = of_backend or self.sync_subject
        errors = self.env["connector.sync.error"]
        return errors._note(*self._backend_key(), subject, **noted)

    def _stop_schedule(self, reason: str) -> None:
        backend = self.env[self.sync_backend_model].browse(self.sync_backend_id)
        if backend.exists() and "schedule_stopped_reason" in backend._fields:
            backend._stop_schedule(reason)

    # -- while it is retried ----------------------------------------------------

    def _note_retry(self, values: Mapping[str, Any]) -> None:
        """Open or count up an error if the job is retried for lack of an answer.

        An exception raised here is logged: the job must be stored.
        """
        failure = take_failure(self.uuid)
        if not (failure and failure.is_connection and self.sync_subject):
            return
        try:
            with self.env.cr.savepoint():
                self.sudo()._open_retried(failure, values.get("retry") or 0)
        except Exception:
            _logger.exception("The retry of job %s could not be stored", self.uuid)

    def _open_retried(self, failure: Failure, tries: int) -> None:
        errors = self.env["connector.sync.error"].sudo()
        others = errors._find_retried(*self._backend_key())
        subject = self._find_subject_of_backend(failure.kind, CONNECTION, tries=1)
        if subject != UNREACHED:
            if not subject and tries < _SHOWN_RETRY:
                return
            is_new = (subject or self.sync_subject) not in others.mapped("subject")
            if is_new and len(others) >= _MANY_RECORDS:
                subject = UNREACHED
        self._note_error(CONNECTION, failure.reason, failure, subject, state=RETRYING)
        if subject == UNREACHED:
            others._resolve()

    # -- one failed job per subject ---------------------------------------------

    @api.model
    def _find_failed(self, backend, subjects: list[str]) -> models.BaseModel:
        """Return the failed jobs of some subjects."""
        if not subjects:
            return self.browse()
        return self.sudo().search(
            [
                ("state", "=", FAILED),
                ("sync_backend_model", "=", backend._name),
                ("sync_backend_id", "=", backend.id),
                ("sync_subject", "in", subjects),
            ]
        )

    def _supersede_failed(self) -> None:
        """Cancel older failed jobs of the subject; a retry of this one suffices."""
        backend = self.env[self.sync_backend_model].browse(self.sync_backend_id)
        older = self._find_failed(backend, [self.sync_subject]) - self
        older = older.filtered(lambda job: not job.graph_uuid and self._takes_over(job))
        older.try_lock_for_update()._end_unasked(
            CANCELLED, self.env._("Superseded by job %s, which failed, too", self.uuid)
        )

    def _takes_over(self, older: models.BaseModel) -> bool:
        """Return whether this job does the work of an older one.

        An export takes over the fields of an older export that runs by the same rules.
        """
        if self.method_name != "export_record":
            return True
        try:
            newer = export_arguments(self.args, self.kwargs)
            known = export_arguments(older.args, older.kwargs)
            if covers_export(newer, known):
                return True
            if self._sends_only_edits() != older._sends_only_edits():
                return False
            names, merged = known.get("fields"), newer
            if names is None:
                merged.pop("fields")
            else:
                merged["fields"] = sorted({*merged["fields"], *names})
        except Exception:  # the older job cannot be loaded
            return True
        self.with_context(_job_edit_sentinel=self.EDIT_SENTINEL).write(
            {"args": (), "kwargs": merged}
        )
        return True

    def _sends_only_edits(self) -> bool:
        return bool(self.records.env.context.get(ONLY_UNCONFIRMED))
