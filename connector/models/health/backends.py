# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions of backends, each kind found for all backends in one or two queries.

====================  ==============================================================
connection, refused   an error of the backend itself, not of a record
error                 failing records, by cause
decision              a run that asks whether to remove records
conflict              records that changed on both sides
overdue               a due import or deletion check was not started
paused_automatically  the backend was paused, by whatever the reason says
====================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ...jobs.causes import CONNECTION, REFUSED, SCHEDULE
from ..backend import PAUSED
from ..sync_error import OPEN_STATES
from .condition import ERROR, WARNING, Condition
from .health import Key

#: a schedule that is later than this is overdue; the scheduled action runs each minute
OVERDUE = timedelta(minutes=5)
#: a window lists at most so many conflicts
LISTED = 1000
_KIND_OF_CODE = {CONNECTION: "connection", REFUSED: "refused"}


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_backend_conditions(self, backends, of_database):
        found = super()._find_backend_conditions(backends, of_database)
        if not backends:
            return found
        errors = list(self._find_errors(backends))
        refused = {_key_of(each) for each in errors if each.kind == "refused"}
        of_schedule = {_key_of(each) for each in errors if each.code == SCHEDULE}
        is_explained = any(each.kind == "cron" for each in of_database)
        found += errors
        found += self._find_decisions(backends)
        found += self._find_conflicts(backends)
        for key, backend in backends.items():
            if "state" not in backend._fields:
                continue
            found += self._find_pause(backend)
            if key not in refused:
                found += self._find_stopped_schedule(backend)
            if key not in of_schedule and not is_explained:
                found += self._find_overdue(backend)
        return found

    # -- errors ---------------------------------------------------------------

    @api.model
    def _find_errors(
        self, backends: dict[Key, models.BaseModel]
    ) -> Iterator[Condition]:
        """Yield one condition for each cause of open errors.

        Errors of the backend itself, and errors of its records, are two conditions.
        """
        groups = (
            self.env["connector.sync.error"]
            .sudo()
            ._read_group(
                [("state", "in", OPEN_STATES), *_domain_of(backends)],
                ["backend_model", "backend_id", "cause", "cause_id", "model_name"],
                ["__count", "first_seen:min"],
            )
        )
        rows: dict[tuple, list[tuple[str, int, datetime]]] = {}
        for *key, model_name, count, since in groups:
            if (key[0], key[1]) in backends:
                rows.setdefault((*key, bool(model_name)), []).append(
                    (model_name, count, since)
                )
        for (model, backend_id, code, cause, is_of_records), found in rows.items():
            backend = backends[model, backend_id]
            yield self._error_condition(backend, code, cause, is_of_records, found)

    @api.model
    def _error_condition(
        self,
        backend: models.BaseModel,
        code: str,
        cause: models.BaseModel,
        is_of_records: bool,
        rows: list[tuple[str, int, datetime]],
    ) -> Condition:
        """Return the condition of one cause.

        :param rows: the model, the number and the first time of errors
        """
        summary = cause.summary
        if not summary:  # an error of an earlier version
            errors = self.env["connector.sync.error"]
            labels = dict(errors._fields["cause"]._description_selection(self.env))
            summary = labels.get(code, code)
        key, kind = f"error:{code}:{cause.id or 0}", "error"
        text = summary
        if is_of_records:
            key += ":records"
            names = cause._describe_models({name for name, *__ in rows})
            ordered = sorted(rows, key=lambda row: -row[1])
            text += " – " + ", ".join(f"{count} {names[n]}" for n, count, __ in ordered)
        elif code in _KIND_OF_CODE:
            # one condition of the backend, however often the reason changes
            key, kind = code, _KIND_OF_CODE[code]
        return self._condition(
            backend,
            kind,
            key=key,
            text=text,
            since=min((since for *__, since in rows if since), default=None),
            count=sum(count for __, count, __ in rows),
            fix=cause.fix or "",
            action=self._open_errors(backend, code, cause),
            code=code,
        )

    @api.model
    def _open_errors(
        self, backend: models.BaseModel, code: str, cause: models.BaseModel
    ) -> dict[str, Any]:
        return self._open(
            self.env._("Errors"),
            "connector.sync.error",
            [
                ("state", "in", OPEN_STATES),
                ("backend_model", "=", backend._name),
                ("backend_id", "=", backend.id),
                ("cause_id", "=", cause.id) if cause else ("cause", "=", code),
            ],
        )

    # -- what a person decides ------------------------------------------------

    @api.model
    def _find_decisions(
        self, backends: dict[Key, models.BaseModel]
    ) -> Iterator[Condition]:
        """Yield one condition for each backend with runs that ask a question."""
        groups = (
            self.env["connector.sync.run"]
            .sudo()
            ._read_group(
                [("question", "!=", False), *_domain_of(backends)],
                ["backend_model", "backend_id"],
                ["__count", "create_date:min"],
            )
        )
        for model, backend_id, count, since in groups:
            if backend := backends.get((model, backend_id)):
                yield self._condition(
                    backend,
                    "decision",
                    severity=WARNING,
                    text=self.env._("%s decisions about deletions", count)
                    if count > 1
                    else self.env._("A decision about deletions"),
                    since=since,
                    count=count,
                    fix=self.env._("Open the run: remove the records or keep them."),
                    action=self._open(
                        self.env._("Needs your decision"),
                        "connector.sync.run",
                        [
                            ("question", "!=", False),
                            ("backend_model", "=", backend._name),
                            ("backend_id", "=", backend.id),
                        ],
                    ),
                )

    @api.model
    def _find_conflicts(
        self, backends: dict[Key, models.BaseModel]
    ) -> Iterator[Condition]:
        """Yield one condition for each backend and binding model with conflicts."""
        self.env.cr.execute(
            "SELECT DISTINCT model_name FROM connector_unconfirmed_field "
            "WHERE in_conflict"
        )
        names = [name for (name,) in self.env.cr.fetchall() if self._is_binding(name)]
        if not names:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) AS conflict",
                SQL(" UNION ALL ").join(map(self._conflicts_query, names)),
            )
        )
        for name, backend_id, count, since, binding_ids in rows:
            backend_model = self.env[name]._fields["backend_id"].comodel_name
            if backend := backends.get((backend_model, backend_id)):
                yield self._conflict(backend, name, count, since, binding_ids)

    @api.model
    def _is_binding(self, model_name: str) -> bool:
        model = self.env.get(model_name)
        return model is not None and "backend_id" in model._fields

    @api.model
    def _conflicts_query(self, model_name: str) -> SQL:
        return SQL(
            """
            SELECT %(name)s, binding.backend_id, count(DISTINCT binding.id),
                   min(edit.edited_at),
                   (array_agg(DISTINCT binding.id))[1:%(limit)s]
            FROM connector_unconfirmed_field AS edit
            JOIN %(table)s AS binding ON binding.id = edit.binding_id
            WHERE edit.in_conflict AND edit.model_name = %(name)s
            GROUP BY binding.backend_id
            """,
            name=model_name,
            limit=LISTED,
            table=SQL.identifier(self.env[model_name]._table),
        )

    @api.model
    def _conflict(
        self,
        backend: models.BaseModel,
        model_name: str,
        count: int,
        since: datetime,
        binding_ids: list[int],
    ) -> Condition:
        return self._condition(
            backend,
            "conflict",
            severity=WARNING,
            key=f"conflict:{model_name}",
            text=self.env._("Changed on both sides: %s records", count)
            if count > 1
            else self.env._("Changed on both sides: 1 record"),
            since=since,
            count=count,
            fix=self.env._("Choose which version to keep."),
            action=self._open(
                self.env._("Conflicts"),
                model_name,
                [("id", "in", binding_ids)],
            ),
        )

    # -- the state of the backend ---------------------------------------------

    @api.model
    def _find_pause(self, backend: models.BaseModel) -> Iterator[Condition]:
        if backend.state == PAUSED and backend.pause_reason:
            yield self._condition(
                backend,
                "paused_automatically",
                text=self.env._("Paused automatically: %s", backend.pause_reason),
                since=backend.sudo().write_date,
                fix=self.env._("Correct this, then resume the backend."),
                action=self._open_backend(backend),
            )

    @api.model
    def _find_stopped_schedule(self, backend: models.BaseModel) -> Iterator[Condition]:
        if reason := backend.schedule_stopped_reason:
            yield self._condition(
                backend,
                "refused",
                key=REFUSED,
                code=REFUSED,
                text=self.env._("The schedule was stopped: %s", reason),
                since=backend.sudo().write_date,
                fix=self.env._("Correct this, and press Test connection."),
                action=self._open_backend(backend),
            )

    @api.model
    def _find_overdue(self, backend: models.BaseModel) -> Iterator[Condition]:
        """Yield a condition if a due part of the schedule was not started."""
        if backend.state != "production" or backend.schedule_stopped_reason:
            return
        if backend._find_reason_to_pause():
            return
        due = [
            backend[due_at]
            for interval, due_at in (
                ("import_interval_minutes", "next_import_at"),
                ("removal_interval_hours", "next_removal_at"),
            )
            if backend[interval] > 0 and backend[due_at]
        ]
        if due and min(due) < fields.Datetime.now() - OVERDUE:
            yield self._condition(
                backend,
                "overdue",
                text=self.env._("The schedule is overdue: nothing was started."),
                since=min(due),
                fix=self.env._(
                    "Check that the scheduled actions run, then press Import changes."
                ),
                action=self._open_backend(backend),
            )

    # -- windows --------------------------------------------------------------

    @api.model
    def _condition(
        self,
        backend: models.BaseModel,
        kind: str,
        severity: str = ERROR,
        key: str = "",
        since: datetime | None = None,
        **values: Any,
    ) -> Condition:
        return Condition(
            kind,
            severity,
            backend._name,
            backend.id,
            key or kind,
            since=since and since.replace(microsecond=0),
            **values,
        )

    @api.model
    def _open(self, name: str, res_model: str, domain: list) -> dict[str, Any]:
        """Return the action that lists records."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def _open_backend(self, backend: models.BaseModel) -> dict[str, Any]:
        return {
            "type": "ir.actions.act_window",
            "name": backend.display_name,
            "res_model": backend._name,
            "res_id": backend.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


def _key_of(condition: Condition) -> tuple:
    return condition.backend_model, condition.backend_id


def _domain_of(backends: dict[Key, models.BaseModel]) -> list[tuple]:
    """Return a domain that the rows about the backends match, and few others."""
    return [
        ("backend_model", "in", sorted({model for model, __ in backends})),
        ("backend_id", "in", sorted({backend_id for __, backend_id in backends})),
    ]
