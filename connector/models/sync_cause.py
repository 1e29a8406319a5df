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

from collections.abc import Iterable
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..binding_models import wrapped_model
from ..jobs.error_states import OPEN_STATES, RETRYING
from ..jobs.fixes import FIXES
from ..jobs.summary import summarize, without_quotes
from .sync_error import CAUSES

#: causes of one backend and code, from which on summaries quote no names
MANY_CAUSES = 200


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
    hint = fields.Text(readonly=True, help="The action that the error itself suggests")
    fix = fields.Text(
        string="Suggested action",
        compute="_compute_fix",
        help="Suggested for this kind of cause",
    )
    error_ids = fields.One2many("connector.sync.error", "cause_id", readonly=True)
    error_count = fields.Integer(string="Errors", compute="_compute_numbers")
    retrying_count = fields.Integer(
        string="Retrying", compute="_compute_retrying_count"
    )
    model_counts_text = fields.Char(string="Records", compute="_compute_numbers")
    since = fields.Datetime(compute="_compute_numbers")

    _summary_uniq = models.UniqueIndex(
        "(backend_model, backend_id, code, summary)", "This cause exists already."
    )

    @api.depends("summary")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = cause.summary

    @api.depends("code", "hint")
    @api.depends_context("lang")
    def _compute_fix(self):
        for cause in self:
            cause.fix = cause.hint or cause._suggest_fix()

    def _suggest_fix(self) -> str:
        """Return what a person may do about causes of this kind."""
        fix = self.env._(FIXES[self.code])
        return fix.replace("%(backend)s", self.backend_name or "")

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
                f"{count} × {names[name]}" for count, name, __ in rows if name
            )

    @api.depends("error_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_retrying_count(self):
        counts = dict(
            self.env["connector.sync.error"]._read_group(
                [("cause_id", "in", self.ids), ("state", "=", RETRYING)],
                ["cause_id"],
                ["__count"],
            )
        )
        for cause in self:
            cause.retrying_count = counts.get(cause, 0)

    @api.model
    def _names_of_model(self, model_name: str | None) -> set[str]:
        """Return the names by which messages call a model and the one it wraps."""
        if not model_name:
            return set()
        found = {model_name, *self._describe_models({model_name}).values()}
        if model_name in self.env:
            wrapped = wrapped_model(self.env, model_name)
            found |= {self.env[name]._description for name in (model_name, wrapped)}
        return found

    # -- found ------------------------------------------------------------------

    @api.model
    def _summarize(
        self,
        reason: str,
        names: Iterable[object] = (),
        model_name: str | None = None,
        hint: str = "",
    ) -> str:
        """Return the summary of the reason of an error.

        :param names: names and ids of the record
        :param hint: the end of the reason, which is not a part of the summary
        """
        reason = reason.removesuffix(hint).rstrip()
        return summarize(reason, names, self._names_of_model(model_name))

    @api.model
    def _find_of(
        self,
        backend_model: str,
        backend_id: int,
        code: str,
        summary: str,
        hint: str = "",
    ) -> int | bool:
        """Return the id of the cause of an error; create it if it is new.

        If another transaction creates it concurrently, return False: the error is
        linked after the commit (``_link_missing``).

        :param hint: the action that the error itself suggests
        """
        values: dict[str, Any] = {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "code": code,
            "summary": summary or dict(CAUSES)[code],
        }
        causes = self.sudo()
        found = causes._find_equal(values)
        if not found and causes._are_many(values):
            values["summary"] = without_quotes(values["summary"])
            found = causes._find_equal(values)
        if found:
            return found.id
        try:
            with self.env.cr.savepoint():
                return causes.create({**values, "hint": hint}).id
        except (
            psycopg2.errors.UniqueViolation,
            psycopg2.errors.SerializationFailure,
        ):
            self.env.invalidate_all(flush=False)
            return False

    @api.model
    def _find_equal(self, values: dict[str, Any]) -> models.BaseModel:
        return self.search([(name, "=", value) for name, value in values.items()])

    @api.model
    def _are_many(self, values: dict[str, Any]) -> bool:
        """Return whether so many causes are known that the reasons quote records."""
        same = [
            (name, "=", value) for name, value in values.items() if name != "summary"
        ]
        return self.search_count(same, limit=MANY_CAUSES) == MANY_CAUSES

    # -- buttons --------------------------------------------------------------

    def _errors_to_handle(self) -> tuple[models.BaseModel, SQL]:
        """Return the model of errors as superuser, and a condition for these causes.

        The errors of a cause have its company: users who may read it may handle them.
        """
        self.env["connector.access"]._check_is_operator()
        self.check_access("read")
        errors = self.env["connector.sync.error"].sudo()
        return errors, SQL("error.cause_id = ANY(%s)", list(self.ids))

    def action_retry(self) -> dict | bool:
        """Run the failed jobs of all errors of the causes again."""
        errors, condition = self._errors_to_handle()
        return errors._retry(SQL("%s AND error.state = 'open'", condition))

    def action_ignore(self) -> bool:
        """Ignore all errors of the causes."""
        errors, condition = self._errors_to_handle()
        return errors._ignore(condition)

    def action_assign(self, user_id: int | None = None) -> bool:
        """Assign all errors of the causes to a user, by default to the current one."""
        errors, condition = self._errors_to_handle()
        return errors._assign(condition, user_id)

    def action_open_errors(self) -> dict:
        """Open the list of the errors of the cause."""
        self.ensure_one()
        self.check_access("read")
        domain = [("cause_id", "=", self.id), ("state", "in", OPEN_STATES)]
        return self._open_list(self.summary, "connector.sync.error", domain)
