# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions that a person ends by a decision: deletions and conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from odoo import api, models
from odoo.tools import SQL

from .condition import WARNING, Condition
from .health import Key, domain_of

#: a window lists at most so many conflicts
LISTED = 1000


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_decisions(
        self, backends: dict[Key, models.BaseModel]
    ) -> Iterator[Condition]:
        """Yield one condition for each backend with runs that ask a question."""
        groups = (
            self.env["connector.sync.run"]
            .sudo()
            ._read_group(
                [("question", "!=", False), *domain_of(backends)],
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
