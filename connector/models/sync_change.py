# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The history of records: one row for each synchronization that changed something.

A job adds the rows of all its records by one INSERT (``_append``), without the ORM: an
import of many records creates as many rows. Unchanged records get none. Rows are not
changed, except that a failure is marked as *superseded* when a later job of the same
run synchronizes the record.

A row names its record twice: the binding, and the *wrapped record* that a user knows
(``res_model``, ``res_id``; the binding, if it wraps nothing). It stores the name that
the record had, because the record may be deleted.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..outcome import Outcome
from .sync_run import TRIGGERS

#: columns with the same value in all rows of a job
_COMMON = (
    "at",
    "run_id",
    "backend_model",
    "backend_id",
    "company_id",
    "user_id",
    "trigger",
    "job_uuid",
)


class ConnectorSyncChange(models.Model):
    """One record that was synchronized: its outcome, and what changed."""

    _name = "connector.sync.change"
    _inherit = ["connector.sync.subject"]
    _description = "Record History"
    _order = "id desc"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True)
    run_id = fields.Many2one(
        "connector.sync.run",
        string="Run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    # each index slows imports down: those of the base are replaced by the ones below
    backend_model = fields.Char(index=False)
    backend_id = fields.Many2oneReference(index=False)
    model_name = fields.Char(index=False)
    company_id = fields.Many2one(index=False)
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding ID", readonly=True
    )
    res_model = fields.Char(string="Record model", readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record ID", readonly=True
    )
    external_id = fields.Char(string="External ID", readonly=True)
    record_name = fields.Char(string="Name", readonly=True)
    direction = fields.Selection(
        [
            ("import", "Import"),
            ("export", "Export"),
            ("removal", "Deleted remotely"),
            ("deletion", "Deleted locally"),
        ],
        required=True,
        readonly=True,
    )
    outcome = fields.Selection(
        [
            ("created", "Created"),
            ("updated", "Updated"),
            ("removed", "Removed"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", string="User", readonly=True, ondelete="set null"
    )
    trigger = fields.Selection(TRIGGERS, string="Started by", readonly=True)
    changes = fields.Json(readonly=True, help="{field: [old value, new value]}")
    changes_text = fields.Text(string="Changes", compute="_compute_changes_text")
    reason = fields.Text(readonly=True, help="Why it was skipped, or failed")
    job_uuid = fields.Char(string="Job", readonly=True)
    is_superseded = fields.Boolean(
        readonly=True, help="A later job of the run synchronized the record"
    )

    _record_index = models.Index("(res_id, res_model, id DESC)")
    _backend_index = models.Index("(backend_id, backend_model, at)")
    _failed_index = models.Index(
        "(backend_id, model_name)"
        " WHERE outcome = 'failed' AND is_superseded IS NOT TRUE"
    )

    @api.depends("record_name", "external_id", "outcome")
    def _compute_display_name(self):
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for change in self:
            name = change.record_name or change.external_id or change.model_description
            change.display_name = f"{name}: {outcomes.get(change.outcome, '')}"

    @api.depends("changes", "model_name")
    @api.depends_context("lang")
    def _compute_changes_text(self):
        for change in self:
            labels = self._read_labels(change.model_name)
            change.changes_text = "\n".join(
                _line(labels.get(name, name), old, new)
                for name, (old, new) in (change.changes or {}).items()
            )

    def _read_labels(self, model_name: str) -> dict[str, str]:
        """Return ``{field: label}`` of a binding model, empty if it is uninstalled."""
        if model_name not in self.env:
            return {}
        described = self.env[model_name].sudo().fields_get(attributes=["string"])
        return {name: each["string"] for name, each in described.items()}

    @api.model
    def _common_values(
        self, backend: models.BaseModel, **values: Any
    ) -> dict[str, Any]:
        """Return the values of all rows of a job, or of an action of the user."""
        has_company = "company_id" in backend._fields
        return {
            "at": fields.Datetime.now(),
            "backend_model": backend._name,
            "backend_id": backend.id,
            "company_id": (has_company and backend.sudo().company_id.id) or None,
            "user_id": self.env.uid,
            **values,
        }

    @api.model
    def _append(
        self, rows: list[dict[str, Any]], common: Mapping[str, Any] | None = None
    ) -> None:
        """Add rows by one statement.

        :param rows: values by column; missing ones are empty
        :param common: values of the columns that are equal in all rows
        """
        if not rows:
            return
        values = {**dict.fromkeys(_COMMON), **(common or {})}
        values["rows"] = json.dumps(rows, default=str)
        self.env.cr.execute(
            """
            INSERT INTO connector_sync_change (
                at, run_id, backend_model, backend_id, company_id, user_id, trigger,
                job_uuid, model_name, binding_id, res_model, res_id, external_id,
                record_name, direction, outcome, changes, reason
            )
            SELECT
                %(at)s, %(run_id)s, %(backend_model)s, %(backend_id)s, %(company_id)s,
                %(user_id)s,
                COALESCE(%(trigger)s, (
                    SELECT trigger FROM connector_sync_batch AS batch
                    JOIN connector_sync_run AS run ON run.batch_id = batch.id
                    WHERE run.id = %(run_id)s
                ), 'user'),
                %(job_uuid)s, model_name, binding_id,
                res_model, res_id, external_id, record_name, direction, outcome,
                changes, reason
            FROM json_to_recordset(%(rows)s) AS row(
                model_name text, binding_id int, res_model text, res_id int,
                external_id text, record_name text, direction text, outcome text,
                changes jsonb, reason text
            )
            """,
            values,
        )

    @api.model
    def _supersede(
        self,
        backend: models.BaseModel,
        model_name: str,
        external_ids: Iterable[str] = (),
        binding_ids: Iterable[int] = (),
    ) -> None:
        """Mark the failures of records that a later job has synchronized."""
        self.env.cr.execute(
            """
            UPDATE connector_sync_change SET is_superseded = TRUE
            WHERE backend_id = %s AND backend_model = %s AND model_name = %s
                AND outcome = 'failed' AND is_superseded IS NOT TRUE
                AND (external_id = ANY(%s) OR binding_id = ANY(%s))
            RETURNING run_id, direction
            """,
            [
                backend.id,
                backend._name,
                model_name,
                list(external_ids),
                list(binding_ids),
            ],
        )
        rows = self.env.cr.fetchall()
        self.invalidate_model(["is_superseded"])
        # an import corrects the numbers of its run itself (``had_failed``)
        of_edits = Counter(
            run_id for run_id, direction in rows if run_id and direction != "import"
        )
        runs = self.env["connector.sync.run"].sudo().browse(of_edits)
        for run in runs.filtered("day"):
            run._note_outcome({Outcome.FAILED: -of_edits[run.id]}, time.time())

    @api.model
    def _delete_of(self, backend_model: str, backend_ids: Iterable[int]) -> None:
        """Delete the history of deleted backends, by SQL: it may be long."""
        self.env.cr.execute(
            """
            DELETE FROM connector_sync_change
            WHERE backend_model = %s AND backend_id = ANY(%s)
            """,
            [backend_model, list(backend_ids)],
        )
        self.invalidate_model()

    @api.model
    def _move_to_company(
        self, backend_model: str, backend_ids: Iterable[int], company_id: int | None
    ) -> None:
        """Move the history of backends to their new company, by SQL."""
        self.env.cr.execute(
            """
            UPDATE connector_sync_change SET company_id = %s
            WHERE backend_model = %s AND backend_id = ANY(%s)
            """,
            [company_id or None, backend_model, list(backend_ids)],
        )
        self.invalidate_model(["company_id"])

    def action_open_error(self) -> dict:
        """Open the errors of the failed record."""
        self.ensure_one()
        self.check_access("read")
        record = Domain("external_id", "=", self.external_id)
        if self.binding_id:
            record |= Domain("binding_id", "=", self.binding_id)
        domain = Domain(self._domain_of_subject()) & record
        return self._open_list(
            self.env._("Errors of %s", self.record_name or self.external_id),
            "connector.sync.error",
            domain,
        )

    def action_open_record(self) -> dict:
        """Open the record, with the rights of the user."""
        self.ensure_one()
        self.check_access("read")
        known = self.res_model and self.res_model in self.env
        if not known or not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(
                self.env._(
                    "%(name)s does not exist any more in Odoo.",
                    name=self.record_name or self.external_id,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }


def _line(label: str, old: Any, new: Any) -> str:
    return f"{label}: {_text(old)} → {_text(new)}"


def _text(value: Any) -> str:
    return "–" if value is None or value is False or value == "" else str(value)
