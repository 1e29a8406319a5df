# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers above the form of a backend, counted by three queries.

A backend that the user may read is counted as a whole: record rules decide only about
the records in the lists that the numbers open.
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ..binding_models import BACKEND_FIELD, find_binding_models
from ..jobs.error_states import OPEN_STATES
from ..jobs.lifecycle import PENDING_STATES


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that counts its records, errors, conflicts, runs and jobs."""

    _inherit = "connector.backend.mixin"

    bound_record_count = fields.Integer(
        string="Records", compute="_compute_record_counts"
    )
    conflict_count = fields.Integer(
        string="Conflicts", compute="_compute_record_counts"
    )
    open_error_count = fields.Integer(
        string="Errors", compute="_compute_open_error_count"
    )
    run_count = fields.Integer(string="Runs", compute="_compute_run_counts")
    pending_job_count = fields.Integer(string="Pending", compute="_compute_run_counts")

    def _count_by_model(self) -> list[tuple[int, int, int]]:
        """Return ``(backend id, records, conflicts)`` of each binding model."""
        names = find_binding_models(self.pool, backend=self._name)
        if not names or not self.ids:
            return []
        self.env["connector.unconfirmed.field"].flush_model()
        for name in names:
            self.env[name].flush_model([BACKEND_FIELD])
        return self.env.execute_query(
            SQL("%s", SQL(" UNION ALL ").join(map(self._count_query, names)))
        )

    def _count_query(self, model_name: str) -> SQL:
        return SQL(
            """
            SELECT binding.backend_id, count(*), (
                SELECT count(DISTINCT conflict.id)
                FROM connector_unconfirmed_field AS edit
                JOIN %(table)s AS conflict ON conflict.id = edit.binding_id
                WHERE edit.in_conflict AND edit.model_name = %(name)s
                  AND conflict.backend_id = binding.backend_id
            )
            FROM %(table)s AS binding
            WHERE binding.backend_id = ANY(%(ids)s)
            GROUP BY binding.backend_id
            """,
            name=model_name,
            table=SQL.identifier(self.env[model_name]._table),
            ids=list(self.ids),
        )

    def _compute_record_counts(self):
        rows = self._count_by_model()
        for backend in self:
            own = [row for row in rows if row[0] == backend._origin.id]
            backend.bound_record_count = sum(row[1] for row in own)
            backend.conflict_count = sum(row[2] for row in own)

    def _compute_open_error_count(self):
        groups = (
            self.env["connector.sync.error"]
            .sudo()
            ._read_group(
                [("state", "in", OPEN_STATES), *self._domain_of_backends()],
                ["backend_id"],
                ["__count"],
            )
        )
        counts = dict(groups)
        for backend in self:
            backend.open_error_count = counts.get(backend._origin.id, 0)

    def _compute_run_counts(self):
        self.env["connector.sync.run"].flush_model()
        self.env["queue.job"].flush_model()
        for backend in self:
            ((runs, pending),) = self.env.execute_query(
                SQL(
                    """
                    SELECT (
                        SELECT count(*) FROM connector_sync_run
                        WHERE backend_model = %(model)s AND backend_id = %(id)s
                    ), (
                        SELECT count(*) FROM queue_job
                        WHERE sync_backend_model = %(model)s
                          AND sync_backend_id = %(id)s AND state = ANY(%(states)s)
                    )
                    """,
                    model=self._name,
                    id=backend._origin.id or 0,
                    states=list(PENDING_STATES),
                )
            )
            backend.run_count, backend.pending_job_count = runs, pending

    def _domain_of_backends(self) -> list[tuple]:
        """Return the domain of the rows about the backends."""
        return [
            ("backend_model", "=", self._name),
            ("backend_id", "in", self._origin.ids),
        ]

    # -- the lists ------------------------------------------------------------

    def action_open_bindings(self) -> dict[str, Any]:
        """Open the bound records of the backend."""
        return self._open_of_backend(
            self.env._("Records"), "connector.bound.record", self._domain_of_backends()
        )

    def action_open_conflicts(self) -> dict[str, Any]:
        """Open the bound records that were changed on both sides."""
        return self._open_of_backend(
            self.env._("Conflicts"),
            "connector.bound.record",
            [("is_in_conflict", "=", True), *self._domain_of_backends()],
        )

    def action_open_errors(self) -> dict[str, Any]:
        """Open the errors of the backend that are not resolved."""
        return self._open_of_backend(
            self.env._("Errors"),
            "connector.sync.error",
            [("state", "in", OPEN_STATES), *self._domain_of_backends()],
        )

    def action_open_runs(self) -> dict[str, Any]:
        """Open the runs of the backend, the latest first."""
        return self._open_of_backend(
            self.env._("Runs"), "connector.sync.run", self._domain_of_backends()
        )

    def action_open_pending_jobs(self) -> dict[str, Any]:
        """Open the jobs of the backend that are still to be performed."""
        return self._open_of_backend(
            self.env._("Pending"),
            "queue.job",
            [
                ("sync_backend_model", "=", self._name),
                ("sync_backend_id", "in", self.ids),
                ("state", "in", PENDING_STATES),
            ],
        )

    def _open_of_backend(
        self, name: str, model_name: str, domain: list
    ) -> dict[str, Any]:
        """Return the action that lists records of the backend; never sample data."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.display_name}: {name}",
            "res_model": model_name,
            "views": self._list_views(model_name),
            "domain": domain,
            "context": {"create": False, "active_test": False},
            "help": f"<p>{self.env._('None')}</p>",
        }

    @api.model
    def _list_views(self, model_name: str) -> list[tuple]:
        """Return the views of a list: bindings have cards, the others a form."""
        last = "kanban" if model_name == "connector.bound.record" else "form"
        return [(False, "list"), (False, last)]
