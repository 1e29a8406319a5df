# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The distinct causes of errors: one row per backend, code and summary.

::

    10,000 errors of one backend ──► 5 causes
    "Unit of measure 'Pallet of 48' does not exist"   3 products, 3 variants

The summary is the reason of an error without what belongs to its record
(``jobs/summary.py``), so that the same problem of other records has the same cause. The
numbers of a cause count its errors that are open or retried.
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

from .sync_error import CAUSES, OPEN_STATES

MAX_SUMMARY = 200


class ConnectorSyncCause(models.Model):
    """A cause of errors of one backend."""

    _name = "connector.sync.cause"
    _inherit = ["connector.sync.subject"]
    _description = "Cause of Errors"
    _rec_name = "summary"
    _order = "id desc"

    # errors of several models have the same cause
    model_name = fields.Char(required=False)
    code = fields.Selection(CAUSES, required=True, readonly=True, string="Kind")
    summary = fields.Char(required=True, readonly=True)
    fix = fields.Text(
        string="What to do",
        compute="_compute_fix",
        help="Suggested for this kind of cause",
    )
    error_ids = fields.One2many("connector.sync.error", "cause_id", readonly=True)
    error_count = fields.Integer(string="Errors", compute="_compute_numbers")
    model_counts_text = fields.Char(string="Records", compute="_compute_numbers")
    since = fields.Datetime(compute="_compute_numbers")

    _summary_uniq = models.UniqueIndex(
        "(backend_model, backend_id, code, summary)", "This cause exists already."
    )

    @api.depends("summary")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = cause.summary

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_fix(self):
        for cause in self:
            cause.fix = False

    @api.depends("error_ids.state", "error_ids.first_seen", "error_ids.model_name")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_numbers(self):
        groups = self.env["connector.sync.error"]._read_group(
            [("cause_id", "in", self.ids), ("state", "in", OPEN_STATES)],
            ["cause_id", "model_name"],
            ["__count", "first_seen:min"],
        )
        found: dict[int, list[tuple]] = {}
        for cause, model_name, count, first_seen in groups:
            found.setdefault(cause.id, []).append((count, model_name, first_seen))
        names = self._describe_models(
            {row[1] for rows in found.values() for row in rows}
        )
        for cause in self:
            rows = sorted(found.get(cause.id, ()), key=lambda row: -row[0])
            cause.error_count = sum(count for count, *__ in rows)
            cause.since = min((seen for *__, seen in rows if seen), default=False)
            cause.model_counts_text = ", ".join(
                f"{count} {names[name]}" for count, name, __ in rows if name
            )

    @api.model
    def _describe_models(self, names: set[str]) -> dict[str, str]:
        """Return ``{model: description}``, the technical name of an unknown one."""
        return {
            name: self.env[name]._description if name in self.env else name
            for name in names
            if name
        }

    @api.model
    def _find_or_create(
        self, backend_model: str, backend_id: int, code: str, summary: str
    ) -> models.BaseModel:
        """Return the cause of a backend with this code and summary.

        Another transaction may create it concurrently: the one that is committed first
        counts.
        """
        values: dict[str, Any] = {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "code": code,
            "summary": summary[:MAX_SUMMARY],
        }
        causes = self.sudo()
        found = causes.search([(name, "=", value) for name, value in values.items()])
        return found or causes.create(values)

    # -- buttons --------------------------------------------------------------

    def _open_errors(self) -> models.BaseModel:
        """Return the errors of the causes that need an action, as the user."""
        return self.env["connector.sync.error"].search(
            [("cause_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        )

    def action_retry(self) -> bool:
        """Run the failed jobs of all errors of the causes again."""
        self.check_access("read")
        return self._open_errors().action_retry()

    def action_ignore(self) -> bool:
        """Ignore all errors of the causes."""
        self.check_access("read")
        return self._open_errors().action_ignore()

    def action_assign(self, user_id: int | None = None) -> bool:
        """Assign all errors of the causes to a user, by default to the current one."""
        self.check_access("read")
        return self._open_errors().action_assign(user_id)

    def action_open_errors(self) -> dict:
        """Open the list of the errors of the cause."""
        self.ensure_one()
        self.check_access("read")
        domain = [("cause_id", "=", self.id), ("state", "in", OPEN_STATES)]
        return self._open_list(self.summary, "connector.sync.error", domain)
