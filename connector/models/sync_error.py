# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One unresolved error per failing record, and per failing backend and cause.

::

    job fails ─────► _note(subject, cause, reason)   opens the error, or counts it up
    job is retried ► _note(…, state=RETRYING)        if the backend did not answer
    job succeeds ──► _resolve_subjects(…)            resolves errors, ends failed jobs
                     (``sync_error_resolution.py``)

So a record that fails at each import has one open error and one failed job, and none
once it was imported. Failing jobs (``queue_job/errors.py``), unreadable events, bad
files and lost receipts are noted; the methods of jobs call ``_resolve_subjects``.
``jobs/subject.py`` defines subjects.

====================  ==============================================================
open                  a person has to act
retrying              it is tried again without a person: by ``queue_job``, or because
                      a person asked for it
ignored               a person does not want to act; another reason opens it again
resolved              it succeeded, or its record was deleted
====================  ==============================================================

=============================  =====================================================
``sync_error_actions.py``      the buttons that retry, ignore and assign errors
``sync_error_again.py``        a retry without a failed job
``sync_error_links.py``        the pages of the record, in Odoo and in the backend
``sync_error_screens.py``      other fields of the screens, and the jobs of an error
``sync_error_upkeep.py``       the work of a scheduled action
``sync_cause.py``              causes that group errors
=============================  =====================================================
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import psycopg2

from odoo import api, fields, models

from ..components.external_id import storable_text
from ..database import separate_transaction
from ..exception import NoConnection
from ..jobs.causes import CONNECTION
from ..jobs.error_states import (
    IGNORED,
    OPEN,
    OPEN_STATES,
    RESOLVED,
    RETRYING,
    UNRESOLVED_STATES,
)
from ..jobs.subject import UNREACHED

__all__ = ["CAUSES", "OPEN_STATES", "ConnectorSyncError"]

_logger = logging.getLogger(__name__)

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
    ("receipt", "Export without binding"),
    ("code", "Programming error"),
]
_MAX_REASON = 5000


class ConnectorSyncError(models.Model):
    """A record that cannot be synchronized, or a cause that stops a backend."""

    _name = "connector.sync.error"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Error"
    _order = "last_seen desc, id desc"

    # an error of the backend has no model; thousands of errors change together, and
    # each index of a row costs time: the unique index finds them by backend
    backend_model = fields.Char(index=False)
    model_name = fields.Char(required=False, index=False)
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
    #: the summary of a cause that is linked later: another transaction creates it
    unlinked_summary = fields.Char(readonly=True, export_string_translation=False)
    record_name = fields.Char(
        string="Record",
        readonly=True,
        help="The name of the record, or its ID in the backend",
    )
    reason = fields.Text(readonly=True)
    suggested_fix = fields.Text(
        string="Suggested action",
        compute="_compute_suggested_fix",
        help="Suggested for this kind of cause",
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
    _binding_index = models.Index(
        "(model_name, binding_id) WHERE state <> 'resolved' AND binding_id IS NOT NULL"
    )

    # -- failure --------------------------------------------------------------

    @api.model
    def _note(
        self, backend_model: str, backend_id: int, subject: str, **values: Any
    ) -> bool:
        """Open an error, or count it up; return whether it was open before.

        If another transaction does the same concurrently, its change counts.

        :param values: fields of the error; its cause is found by ``names`` and
            ``hint``, and by ``summarized`` instead of the reason, see
            ``ConnectorSyncCause._find_of``
        """
        key = {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "subject": subject,
        }
        values = self._storable_values(key, values)
        errors = self.sudo()
        found = errors._find_unresolved(backend_model, backend_id, [subject])
        try:
            with self.env.cr.savepoint():
                if not found:
                    errors.create({**key, **values})
                    return False
                if found.try_lock_for_update():
                    found._count_up(values)
        except (
            psycopg2.errors.UniqueViolation,
            psycopg2.errors.SerializationFailure,
        ):
            errors.invalidate_model()
        return True

    @api.model
    def _note_unreached(
        self, backend: models.BaseModel, failures: Iterable[BaseException | None]
    ) -> bool:
        """Open the error of a backend without answer, for a job that goes on.

        Return False if no failure is that of a connection. A separate transaction
        stores the error: the job may take long, and others must not wait for it.
        """
        found = next((e for e in failures if isinstance(e, NoConnection)), None)
        if found is None:
            return False
        noted = {"cause": CONNECTION, "reason": str(found), "state": RETRYING}
        key = (backend._name, backend.id, UNREACHED)
        try:
            with separate_transaction(self) as errors:
                if errors.env[backend._name].browse(backend.id).exists():
                    errors._note(*key, **noted)
                    return True
        except Exception:
            _logger.exception("The failure of %s could not be stored", backend)
            return True
        self._note(*key, **noted)  # only this transaction sees the backend
        return True

    @api.model
    def _find_unresolved(
        self, backend_model: str, backend_id: int, subjects: list[str]
    ) -> models.BaseModel:
        """Return the errors of subjects that are not resolved."""
        return self.search(
            [
                ("state", "in", UNRESOLVED_STATES),
                ("backend_model", "=", backend_model),
                ("backend_id", "=", backend_id),
                ("subject", "in", subjects),
            ]
        )

    @api.model
    def _storable_values(self, key: dict[str, Any], values: dict) -> dict[str, Any]:
        """Return the values of an error, with its cause and texts of limited length."""
        values = dict(values)
        names, hint = values.pop("names", ()), values.pop("hint", "")
        reason = storable_text(values.get("reason") or "")
        summarized = values.pop("summarized", "") or reason
        values["reason"] = reason[:_MAX_REASON]
        for name in ("record_name", "values_text"):
            if values.get(name):
                values[name] = storable_text(str(values[name]))[:_MAX_REASON]
        causes = self.env["connector.sync.cause"]
        summary = causes._summarize(
            storable_text(summarized),
            [*names, values.get("record_name"), values.get("external_id")],
            values.get("model_name"),
            hint,
        )
        backend = key["backend_model"], key["backend_id"]
        cause_id = causes._find_of(*backend, values["cause"], summary, hint)
        values |= {"cause_id": cause_id, "unlinked_summary": not cause_id and summary}
        return values

    def _count_up(self, values: dict[str, Any]) -> None:
        """Store another failure of an error that is not resolved.

        An ignored error stays ignored while it fails for the same reason.
        """
        state = values.get("state", OPEN)
        if self.state == IGNORED and self.cause_id.id == values["cause_id"]:
            state = IGNORED
        elif self.state == OPEN:
            state = OPEN
        self.write(
            {
                **values,
                "state": state,
                "attempts": self.attempts + 1,
                "last_seen": fields.Datetime.now(),
            }
        )

    def _get_backend(self) -> models.BaseModel:
        """Return the backend of the error, which may be deleted."""
        return self.env[self.backend_model].browse(self.backend_id)
