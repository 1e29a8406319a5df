# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .sync_run_numbers import PENDING_STATES

#: how many runs the graph of a card shows
GRAPHED_RUNS = 12


class ConnectorSyncOverview(models.Model):
    """A card of the dashboard: the state of one model with one backend.

    There is one for each backend and model with a run; its numbers are those of the
    last run. There is one also where a job failed before there was a run, as a search
    starts a run only when it has found changes.
    """

    _name = "connector.sync.overview"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Overview"
    _order = "backend_model, backend_id, id"
    _auto = False
    _depends = {
        "connector.sync.run": [
            "backend_model",
            "backend_id",
            "model_name",
            "company_id",
        ],
        "queue.job": [
            "state",
            "sync_backend_model",
            "sync_backend_id",
            "model_name",
            "company_id",
        ],
    }

    company_id = fields.Many2one(
        "res.company", compute=None, store=True, index=False, readonly=True
    )
    run_count = fields.Integer(string="Runs", readonly=True)
    last_run_id = fields.Many2one("connector.sync.run", readonly=True)
    last_run_at = fields.Datetime(string="Last run", related="last_run_id.create_date")
    state = fields.Selection(related="last_run_id.state")
    direction = fields.Selection(related="last_run_id.direction")
    progress = fields.Float(related="last_run_id.progress")
    found_count = fields.Integer(related="last_run_id.found_count")
    created_count = fields.Integer(related="last_run_id.created_count")
    updated_count = fields.Integer(related="last_run_id.updated_count")
    unchanged_count = fields.Integer(related="last_run_id.unchanged_count")
    removed_count = fields.Integer(related="last_run_id.removed_count")
    skipped_count = fields.Integer(related="last_run_id.skipped_count")
    failed_count = fields.Integer(related="last_run_id.failed_count")
    records_per_second = fields.Float(related="last_run_id.records_per_second")
    pending_job_count = fields.Integer(string="Pending jobs", compute="_compute_jobs")
    failed_job_count = fields.Integer(string="Failed jobs", compute="_compute_jobs")
    is_live = fields.Boolean(compute="_compute_jobs")
    looked_at = fields.Datetime(
        compute="_compute_looked_at",
        help="Last search for changes; it starts a run only if it finds some",
    )
    reason_to_pause = fields.Char(
        compute="_compute_reason_to_pause", help="Why nothing is synchronized now"
    )
    graph = fields.Json(
        compute="_compute_graph",
        help="The outcomes of the last runs, oldest first",
    )

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT min(id) * 2 AS id, backend_model, backend_id, model_name,
                   max(id) AS last_run_id, count(*) AS run_count,
                   max(company_id) AS company_id
            FROM connector_sync_run
            WHERE direction IN ('import', 'export')
            GROUP BY backend_model, backend_id, model_name
            UNION ALL
            SELECT min(id) * 2 + 1, sync_backend_model, sync_backend_id, model_name,
                   NULL, 0, max(company_id)
            FROM queue_job
            WHERE state = 'failed' AND sync_backend_model IS NOT NULL
              AND NOT EXISTS (
                SELECT FROM connector_sync_run run
                WHERE run.backend_model = sync_backend_model
                  AND run.backend_id = sync_backend_id
                  AND run.model_name = queue_job.model_name
                  AND direction IN ('import', 'export')
              )
            GROUP BY sync_backend_model, sync_backend_id, model_name
            """
        )

    @api.depends("last_run_id", "backend_model", "backend_id", "model_name")
    def _compute_jobs(self):
        groups = self.env["queue.job"]._read_group(
            [
                ("state", "in", (*PENDING_STATES, "failed")),
                ("sync_backend_model", "in", self.mapped("backend_model")),
                ("model_name", "in", self.mapped("model_name")),
            ],
            ["sync_backend_model", "sync_backend_id", "model_name", "state"],
            ["__count"],
        )
        jobs_by_key: dict[tuple, Counter] = defaultdict(Counter)
        for *key, state, count in groups:
            jobs_by_key[tuple(key)][state] = count
        for overview in self:
            jobs = jobs_by_key[overview._subject_key()]
            overview.pending_job_count = sum(jobs[state] for state in PENDING_STATES)
            overview.failed_job_count = jobs["failed"]
            overview.is_live = (
                bool(overview.pending_job_count) or overview.last_run_id.is_live
            )

    @api.depends("backend_model", "backend_id", "model_name")
    def _compute_looked_at(self):
        cursors = self.env["connector.cursor"].search(
            [
                ("name", "=", "import"),
                ("backend_model", "in", self.mapped("backend_model")),
                ("model_name", "in", self.mapped("model_name")),
            ]
        )
        looked_at = {cursor._subject_key(): cursor.looked_at for cursor in cursors}
        for overview in self:
            overview.looked_at = looked_at.get(overview._subject_key())

    @api.depends("backend_model", "backend_id")
    @api.depends_context("lang")
    def _compute_reason_to_pause(self):
        for backend_model, overviews in self.grouped("backend_model").items():
            backends = overviews._find_backends(backend_model)
            for overview in overviews:
                backend = backends.get(overview.backend_id)
                overview.reason_to_pause = backend and backend._find_reason_to_pause()

    def _find_backends(self, backend_model: str) -> dict[int, models.BaseModel]:
        """Return ``{id: backend}`` of the existing backends of one model."""
        if backend_model not in self.env:
            return {}
        backends = self.env[backend_model].sudo().browse(set(self.mapped("backend_id")))
        return {backend.id: backend for backend in backends.exists()}

    @api.depends("last_run_id", "backend_model", "backend_id", "model_name")
    def _compute_graph(self):
        runs_by_key = self._read_last_runs()
        for overview in self:
            overview.graph = [
                run._graph_values()
                for run in reversed(runs_by_key[overview._subject_key()])
            ]

    def _read_last_runs(self) -> dict[tuple, list]:
        """Return ``{key: last runs}`` of the cards, the latest first."""
        runs = self.env["connector.sync.run"]
        runs.flush_model()
        ranked = SQL(
            """
            SELECT id, row_number() OVER (
                PARTITION BY backend_model, backend_id, model_name ORDER BY id DESC
            ) AS rank
            FROM connector_sync_run
            WHERE backend_model = ANY(%s) AND model_name = ANY(%s)
              AND direction IN ('import', 'export')
            """,
            self.mapped("backend_model"),
            self.mapped("model_name"),
        )
        rows = self.env.execute_query(
            SQL("SELECT id FROM (%s) AS run WHERE rank <= %s", ranked, GRAPHED_RUNS)
        )
        runs_by_key = defaultdict(list)
        for run in runs.browse(sorted((run_id for (run_id,) in rows), reverse=True)):
            runs_by_key[run._subject_key()].append(run)
        return runs_by_key

    # -- from a number to its records -----------------------------------------

    def action_open_records(self) -> dict:
        """Open the records of the last run with the outcome of the context."""
        return self.last_run_id.action_open_records()

    def action_open_last_run(self) -> dict:
        """Open the last run."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "connector.sync.run",
            "res_id": self.last_run_id.id,
            "views": [(False, "form")],
        }

    def action_open_runs(self) -> dict:
        """Open all runs of the card."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_sync_run_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": self._domain_of_subject(),
        }

    def action_open_pending_jobs(self) -> dict:
        """Open the jobs that are still to be performed."""
        return self._action_jobs(
            self.env._("Pending jobs"), [("state", "in", PENDING_STATES)]
        )

    def action_open_failed_jobs(self) -> dict:
        """Open the jobs that failed."""
        return self._action_jobs(self.env._("Failed jobs"), [("state", "=", "failed")])

    def _action_jobs(self, name: str, domain: list[Any]) -> dict:
        return self._open_jobs(
            name,
            Domain("sync_backend_model", "=", self.backend_model)
            & Domain("sync_backend_id", "=", self.backend_id)
            & Domain("model_name", "=", self.model_name)
            & Domain(domain),
        )
