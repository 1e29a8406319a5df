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

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..outcome import Outcome

#: longest texts of a row
MAX_NAME = 200
MAX_REASON = 2000

#: columns that ``_append`` fills
_COLUMNS = (
    "at",
    "run_id",
    "backend_model",
    "backend_id",
    "model_name",
    "company_id",
    "binding_id",
    "res_model",
    "res_id",
    "external_id",
    "record_name",
    "direction",
    "outcome",
    "user_id",
    "trigger",
    "changes",
    "reason",
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
    trigger = fields.Selection(
        [
            ("user", "User"),
            ("edit", "Edit"),
            ("schedule", "Schedule"),
            ("webhook", "Webhook"),
        ],
        string="Started by",
        readonly=True,
    )
    changes = fields.Json(readonly=True, help="{field: [old value, new value]}")
    changes_text = fields.Text(string="Changes", compute="_compute_changes_text")
    reason = fields.Text(readonly=True, help="Why it was skipped, or failed")
    job_uuid = fields.Char(string="Job", readonly=True)
    is_superseded = fields.Boolean(
        readonly=True, help="A later job of the run synchronized the record"
    )

    _record_index = models.Index("(res_id, res_model, id DESC)")
    _backend_index = models.Index("(backend_id, backend_model, at)")

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
    def _append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows by one statement.

        :param rows: values by column; missing ones are empty
        """
        values = [
            SQL(
                "(%s)",
                SQL(", ").join(SQL("%s", _stored(row.get(name))) for name in _COLUMNS),
            )
            for row in rows
        ]
        if values:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO connector_sync_change (%s) VALUES %s",
                    SQL(", ").join(map(SQL.identifier, _COLUMNS)),
                    SQL(", ").join(values),
                )
            )

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

    @api.model
    def _domain_of_record(self, record: models.BaseModel) -> list[tuple]:
        """Return the domain of the history of a record, or of a binding."""
        if "odoo_id" in record._fields:
            record = record.odoo_id
        return [("res_model", "=", record._name), ("res_id", "in", record.ids)]

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


def _stored(value: Any) -> Any:
    if isinstance(value, Outcome):
        return value.value
    return Json(value) if isinstance(value, dict) else value


def _line(label: str, old: Any, new: Any) -> str:
    return f"{label}: {_text(old)} → {_text(new)}"


def _text(value: Any) -> str:
    return "–" if value is None or value is False or value == "" else str(value)
