# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How errors are resolved: by a success, or because their record was deleted.

A successful job names the subjects that it synchronized. One query finds their errors
and failed jobs, and the error of a backend that did not answer. The errors are
resolved, and the failed jobs are set to done, or requeued where the success did not do
their work.

The first success after an outage also requeues the jobs that failed during it
(``sync_behind`` of a job): they have no error of a record. Many jobs may succeed at
the same time; the one that gets the lock does this, the others leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import psycopg2

from odoo import api, fields, models

from ..jobs.causes import CONNECTION, REFUSED
from ..jobs.error_states import RESOLVED, RETRYING
from ..jobs.subject import UNREACHED, subject_of_backend


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    # -- success --------------------------------------------------------------

    @api.model
    def _resolve_subjects(
        self,
        backend: models.BaseModel,
        subjects: Iterable[object],
        covers: Callable[[models.BaseModel], bool] | None = None,
        delayed: Iterable[object] = (),
        reached: bool = False,
    ) -> None:
        """Resolve the errors of subjects that succeeded, and end their failed jobs.

        This takes one query if none of them had failed.

        :param subjects: of the jobs that succeeded, and of their records
        :param covers: returns whether the work of a failed job is done, too; other
            failed jobs are requeued
        :param delayed: subjects that got separate jobs, instead of a chunk's
        :param reached: the backend has answered
        """
        texts = sorted(map(str, subjects))
        if not isinstance(backend, models.BaseModel) or not texts:
            return
        errors, jobs = self.sudo()._find_failures(backend, texts, reached)
        if not errors and not jobs:
            return
        of_backend = errors.filtered(lambda error: not error.model_name)
        errors -= of_backend
        if errors:
            chunks = errors.filtered(lambda error: error.external_ids)
            done = chunks._subtract({*texts, *map(str, delayed)})
            errors = (errors - chunks) | done
            jobs |= jobs._find_failed(backend, done.mapped("subject"))
        left = jobs._end_covered(covers)
        errors.filtered(
            lambda error: error.subject not in left.mapped("sync_subject")
        )._resolve()
        of_backend._resolve_with_jobs()

    def _find_failures(self, backend, subjects: list[str], reached: bool) -> tuple:
        """Return the errors and the failed jobs of subjects.

        :param reached: find the error of a backend that did not answer, too
        """
        self.flush_model(["state", "subject", "external_ids"])
        jobs = self.env["queue.job"].sudo()
        jobs.flush_model(["state", "sync_subject"])
        self.env.cr.execute(
            """
            SELECT 'error', id FROM connector_sync_error
            WHERE state <> 'resolved' AND backend_model = %(model)s
              AND backend_id = %(id)s AND subject = ANY(%(of_errors)s)
            UNION ALL
            SELECT 'error', id FROM connector_sync_error
            WHERE state <> 'resolved' AND backend_model = %(model)s
              AND backend_id = %(id)s AND external_ids IS NOT NULL
            UNION ALL
            SELECT 'job', id FROM queue_job
            WHERE state = 'failed' AND sync_backend_model = %(model)s
              AND sync_backend_id = %(id)s AND sync_subject = ANY(%(subjects)s)
            """,
            {
                "model": backend._name,
                "id": backend.id,
                "subjects": subjects,
                "of_errors": [*subjects, UNREACHED] if reached else subjects,
            },
        )
        ids: dict[str, set[int]] = {"error": set(), "job": set()}
        for kind, record_id in self.env.cr.fetchall():
            ids[kind].add(record_id)
        return self.browse(sorted(ids["error"])), jobs.browse(sorted(ids["job"]))

    def _subtract(self, subjects: set[str]) -> models.BaseModel:
        """Remove imported records from failed chunks; return the completed errors."""
        done = self.browse()
        for error in self:
            prefix = f"{error.model_name} import record:"
            ids = error.external_ids
            left = [each for each in ids if prefix + each not in subjects]
            if error.subject in subjects or not left:
                done |= error
            elif len(left) < len(ids):
                error.external_ids = left
        return done

    def _resolve(self) -> None:
        """Mark the errors as resolved."""
        if self:
            self.write({"state": RESOLVED, "resolved_at": fields.Datetime.now()})
            known = self.filtered(lambda error: error.backend_model in self.env)
            self.env["connector.sync.change"]._supersede_errors(known)

    # -- the backend works again --------------------------------------------------

    @api.model
    def _resolve_of_backend(self, backend, *causes: str) -> None:
        """Resolve the errors of backends themselves, which work again."""
        subjects = [subject_of_backend(c) for c in causes or (CONNECTION, REFUSED)]
        for each in backend:
            errors = self.sudo()._find_unresolved(backend._name, each.id, subjects)
            errors._resolve_with_jobs()

    def _resolve_with_jobs(self) -> None:
        """Resolve errors of one backend, and requeue the jobs that failed with it.

        If another transaction has locked the errors or the jobs, or has changed them
        since this one began, the next success does it.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                errors = self.try_lock_for_update()
                errors._resolve()
                for error in errors.filtered(lambda e: e.backend_model in self.env):
                    self.env["queue.job"].sudo()._requeue_behind(
                        error._get_backend(), [error.subject]
                    )
        except psycopg2.errors.SerializationFailure:
            self.invalidate_model()

    @api.model
    def _find_retried(self, backend_model: str, backend_id: int) -> models.BaseModel:
        """Return the errors of records and searches on which a backend fails.

        They are still tried.
        """
        return self.search(
            [
                ("state", "=", RETRYING),
                ("cause", "=", CONNECTION),
                ("backend_model", "=", backend_model),
                ("backend_id", "=", backend_id),
                ("subject", "!=", UNREACHED),
            ]
        )
