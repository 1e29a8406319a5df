# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One open error per failing record, and per failing backend and cause.

::

    job fails ─────► _note(subject, cause, reason)   opens the error, or counts it up
    job succeeds ──► _resolve_subjects(…)            resolves errors, ends failed jobs

So a record that fails at each import has one open error and one failed job, and none
once it was imported. ``queue_job/errors.py`` calls ``_note``, the methods of jobs call
``_resolve_subjects``; ``jobs/subject.py`` defines subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import psycopg2

from odoo import api, fields, models

from ..components.external_id import storable_text
from ..jobs.causes import CONNECTION, REFUSED
from ..jobs.subject import subject_of_backend

OPEN = "open"
#: a person asked for a retry, which has not succeeded or failed yet
RETRYING = "retrying"
#: a person does not want to correct it: not counted, no alert
IGNORED = "ignored"
RESOLVED = "resolved"
#: of the errors that lists and counters show
OPEN_STATES = (OPEN, RETRYING)
#: of the error of a subject that is not resolved; there is at most one
UNRESOLVED_STATES = (OPEN, RETRYING, IGNORED)
#: codes of causes (``jobs/causes.py``) with their names
CAUSES = [
    ("refused", "Access refused"),
    ("connection", "No connection"),
    ("busy", "Too many retries"),
    ("missing", "Missing record"),
    ("rights", "Missing rights in Odoo"),
    ("data", "Invalid data"),
    ("database", "Database"),
    ("unloadable", "Job cannot be loaded"),
    ("schedule", "Schedule"),
    ("webhook", "Webhook event"),
    ("code", "Programming error"),
]
#: days for which a resolved error is kept
KEPT_DAYS = 90
_PRUNED = 1000
_MAX_REASON = 5000


def _first_line(reason: str) -> str:
    return reason.strip().partition("\n")[0] or "?"


class ConnectorSyncError(models.Model):
    """A record that cannot be synchronized, or a cause that stops a backend."""

    _name = "connector.sync.error"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Error"
    _order = "last_seen desc, id desc"

    # an error of the backend has no model
    model_name = fields.Char(required=False)
    subject = fields.Char(required=True, readonly=True, help="Identifies the error")
    direction = fields.Selection(
        [
            ("import", "Import"),
            ("export", "Export"),
            ("deletion", "Deletion"),
            ("removal", "Deletions"),
            ("dry_run", "Dry run"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    external_id = fields.Char(string="ID in the backend", readonly=True)
    external_ids = fields.Json(
        readonly=True, help="Records of a failed chunk that were not imported later"
    )
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding ID", readonly=True
    )
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    cause_id = fields.Many2one(
        "connector.sync.cause",
        string="Common cause",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Groups the errors of a backend that have the same reason",
    )
    record_name = fields.Char(
        string="Record",
        readonly=True,
        help="The name of the record, or its ID in the backend",
    )
    reason = fields.Text(readonly=True)
    suggested_fix = fields.Text(
        string="What to do", compute="_compute_suggested_fix", help="Suggested fix"
    )
    values_text = fields.Text(
        string="Values", readonly=True, help="The values of the record, without secrets"
    )
    traceback = fields.Text(compute="_compute_traceback")
    user_id = fields.Many2one(
        "res.users", string="Assigned to", readonly=True, ondelete="set null"
    )
    attempts = fields.Integer(default=1, readonly=True)
    first_seen = fields.Datetime(readonly=True, default=fields.Datetime.now)
    last_seen = fields.Datetime(readonly=True, default=fields.Datetime.now)
    resolved_at = fields.Datetime(readonly=True)
    job_uuid = fields.Char(string="Last job", readonly=True)
    state = fields.Selection(
        [
            (OPEN, "Open"),
            (RETRYING, "Retrying"),
            (IGNORED, "Ignored"),
            (RESOLVED, "Resolved"),
        ],
        default=OPEN,
        required=True,
        readonly=True,
    )

    _open_uniq = models.UniqueIndex(
        "(backend_model, backend_id, subject) WHERE state <> 'resolved'",
        "This error is open already.",
    )
    _open_chunk_index = models.Index(
        "(backend_model, backend_id)"
        " WHERE state <> 'resolved' AND external_ids IS NOT NULL"
    )
    _resolved_index = models.Index("(resolved_at) WHERE state = 'resolved'")

    @api.depends("backend_name", "model_description", "external_id", "cause")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for error in self:
            what = [error.model_description, error.external_id]
            name = " ".join(filter(None, what)) or causes.get(error.cause, "")
            error.display_name = f"{error.backend_name}: {name}"

    @api.depends("cause_id")
    @api.depends_context("lang")
    def _compute_suggested_fix(self):
        for error in self:
            error.suggested_fix = error.cause_id.fix

    @api.depends("job_uuid")
    def _compute_traceback(self):
        jobs = self.env["queue.job"].sudo()
        found = jobs.search_fetch(
            [("uuid", "in", self.filtered("job_uuid").mapped("job_uuid"))],
            ["uuid", "exc_info"],
        )
        texts = {job.uuid: job.exc_info for job in found}
        for error in self:
            error.traceback = texts.get(error.job_uuid)

    # -- failure --------------------------------------------------------------

    @api.model
    def _note(
        self, backend_model: str, backend_id: int, subject: str, **values: Any
    ) -> bool:
        """Open an error, or count it up; return whether it was open before.

        If another transaction does the same concurrently, its change counts.
        """
        reason = storable_text(values.get("reason") or "")
        values = {**values, "reason": reason[:_MAX_REASON]}
        values["cause_id"] = (
            self.env["connector.sync.cause"]
            ._find_or_create(
                backend_model, backend_id, values["cause"], _first_line(reason)
            )
            .id
        )
        key = {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "subject": subject,
        }
        errors = self.sudo()
        found = errors.search(
            [
                ("state", "in", UNRESOLVED_STATES),
                *((name, "=", value) for name, value in key.items()),
            ]
        )
        try:
            with self.env.cr.savepoint():
                if not found:
                    errors.create({**key, **values})
                    return False
                if found.try_lock_for_update():
                    found.write(
                        {
                            "state": OPEN,
                            **values,
                            "attempts": found.attempts + 1,
                            "last_seen": fields.Datetime.now(),
                        }
                    )
        except (
            psycopg2.errors.UniqueViolation,
            psycopg2.errors.SerializationFailure,
        ):
            errors.invalidate_model()
        return True

    # -- success --------------------------------------------------------------

    @api.model
    def _resolve_subjects(
        self,
        backend: models.BaseModel,
        subjects: Iterable[object],
        covers: Callable[[models.BaseModel], bool] | None = None,
        delayed: Iterable[object] = (),
    ) -> None:
        """Resolve the errors of subjects that succeeded, and end their failed jobs.

        This takes one query if none of them had failed.

        :param subjects: of the jobs that succeeded, and of their records
        :param covers: returns whether the work of a failed job is done, too; other
            failed jobs are requeued
        :param delayed: subjects that got separate jobs, instead of a chunk's
        """
        texts = sorted(map(str, subjects))
        if not isinstance(backend, models.BaseModel) or not texts:
            return
        errors, jobs = self.sudo()._find_failures(backend, texts)
        if not errors and not jobs:
            return
        if errors:
            chunks = errors.filtered(lambda error: error.external_ids)
            done = chunks._subtract({*texts, *map(str, delayed)})
            errors = (errors - chunks) | done
            jobs |= jobs._find_failed(backend, done.mapped("subject"))
        left = jobs._end_covered(covers)
        errors.filtered(
            lambda error: error.subject not in left.mapped("sync_subject")
        )._resolve()

    def _find_failures(self, backend, subjects: list[str]) -> tuple:
        """Return the open errors and the failed jobs of subjects."""
        self.flush_model(["state", "subject", "external_ids"])
        jobs = self.env["queue.job"].sudo()
        jobs.flush_model(["state", "sync_subject"])
        self.env.cr.execute(
            """
            SELECT 'error', id FROM connector_sync_error
            WHERE state <> 'resolved' AND backend_model = %(model)s
              AND backend_id = %(id)s AND subject = ANY(%(subjects)s)
            UNION ALL
            SELECT 'error', id FROM connector_sync_error
            WHERE state <> 'resolved' AND backend_model = %(model)s
              AND backend_id = %(id)s AND external_ids IS NOT NULL
            UNION ALL
            SELECT 'job', id FROM queue_job
            WHERE state = 'failed' AND sync_backend_model = %(model)s
              AND sync_backend_id = %(id)s AND sync_subject = ANY(%(subjects)s)
            """,
            {"model": backend._name, "id": backend.id, "subjects": subjects},
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
            self.env["connector.sync.change"]._supersede_errors(self)

    @api.model
    def _resolve_of_backend(self, backend, *causes: str) -> None:
        """Resolve the errors of backends themselves, which work again."""
        subjects = [subject_of_backend(c) for c in causes or (CONNECTION, REFUSED)]
        self.sudo().search(
            [
                ("state", "in", UNRESOLVED_STATES),
                ("backend_model", "=", backend._name),
                ("backend_id", "in", backend.ids),
                ("subject", "in", subjects),
            ]
        )._resolve()

    def _get_backend(self) -> models.BaseModel:
        """Return the backend of the error, which may be deleted."""
        return self.env[self.backend_model].browse(self.backend_id)

    # -- life -----------------------------------------------------------------

    @api.autovacuum
    def _gc_resolved(self) -> tuple[int, bool]:
        """Delete errors that were resolved long ago, in batches."""
        old = self.search(
            [("state", "=", RESOLVED), ("resolved_at", "<", f"-{KEPT_DAYS}d")],
            limit=_PRUNED,
        )
        old.unlink()
        return len(old), len(old) == _PRUNED

    def action_open_jobs(self) -> dict:
        """Open the failed jobs of the error, or the last job of a backend's error."""
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("sync_backend_model", "=", self.backend_model),
            ("sync_backend_id", "=", self.backend_id),
            "|",
            ("sync_subject", "=", self.subject),
            ("uuid", "=", self.job_uuid),
        ]
        return self._open_jobs(self.env._("Failed jobs"), domain)
