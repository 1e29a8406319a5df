# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run: one import, export, deletion check or dry run of one model with one backend.

A run is a ledger. Each of its jobs adds one ``connector.sync.outcome`` row and changes
none, so that workers never wait for one another; the run adds the rows up. A record
that fails counts as failed in the row of its chunk; once its own job succeeds, that
job's row has a negative number of failures.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from odoo import api, fields, models

from ..outcome import Outcome

#: states of a job that will still be performed
PENDING_STATES = ("wait_dependencies", "pending", "enqueued", "started")


def run_state(
    found: int | None, settled: int, failed: int, jobs: Mapping[str, int]
) -> str:
    """Return the state of a run.

    :param found: the number of its records, None while it is not known
    :param settled: how many of them have an outcome
    :param failed: how many of these failed
    :param jobs: ``{state: number of jobs}``
    """
    is_pending = any(jobs.get(state) for state in PENDING_STATES)
    if found is None:
        return "failed" if jobs and not is_pending else "queued"
    if settled < found:
        # jobs that were cancelled, set to done or deleted add no outcome
        return "running" if is_pending else "failed"
    return "failed" if failed or jobs.get("failed") else "done"


class ConnectorSyncOutcome(models.Model):
    """What one job of a run did to its records. Rows are only added."""

    _name = "connector.sync.outcome"
    _description = "Synchronization Outcome"
    _order = "id desc"
    _log_access = False

    run_id = fields.Many2one(
        "connector.sync.run", required=True, index=True, ondelete="cascade"
    )
    job_uuid = fields.Char(default=lambda self: self.env.context.get("job_uuid"))
    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()
    removed = fields.Integer(
        help="Deleted in the backend; archived, deleted or unbound in Odoo"
    )
    skipped = fields.Integer()
    failed = fields.Integer(help="Negative where a failed record succeeded later")
    binding_ids = fields.Json(help="{outcome: ids of the bindings}")
    started_at = fields.Float(aggregator="min", help="Seconds since 1970, UTC")
    finished_at = fields.Float(aggregator="max", help="Seconds since 1970, UTC")
    duration_seconds = fields.Float(string="Seconds", compute="_compute_duration")

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for outcome in self:
            outcome.duration_seconds = outcome.finished_at - outcome.started_at


class ConnectorSyncRun(models.Model):
    """One synchronization of one model with one backend."""

    _name = "connector.sync.run"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Run"
    _order = "id desc"

    direction = fields.Selection(
        [
            ("import", "Import"),
            ("export", "Export"),
            ("removal", "Deletions"),
            ("dry_run", "Dry run"),
        ],
        string="Kind",
        default="import",
        required=True,
        readonly=True,
    )
    question = fields.Text(readonly=True, help="What a user must decide first")
    searched = fields.Boolean(
        readonly=True, help="The search for the records has ended"
    )
    found_count = fields.Integer(string="Found", readonly=True)
    dry_run_line_ids = fields.One2many(
        "connector.dry.run.line", "run_id", string="What would change", readonly=True
    )
    outcome_ids = fields.One2many("connector.sync.outcome", "run_id", readonly=True)
    job_ids = fields.One2many("queue.job", "sync_run_id", readonly=True)
    created_count = fields.Integer(string="Created", compute="_compute_counts")
    updated_count = fields.Integer(string="Updated", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    removed_count = fields.Integer(string="Removed", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    pending_job_count = fields.Integer(string="Pending jobs", compute="_compute_counts")
    failed_job_count = fields.Integer(string="Failed jobs", compute="_compute_counts")
    progress = fields.Float(string="Progress (%)", compute="_compute_counts")
    duration_seconds = fields.Float(string="Seconds", compute="_compute_counts")
    records_per_second = fields.Float(string="Records/s", compute="_compute_counts")
    is_live = fields.Boolean(
        compute="_compute_counts", help="Its numbers still change: screens reload it"
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("waiting", "Needs your decision"),
            ("done", "Done"),
            ("failed", "Done with failures"),
        ],
        compute="_compute_counts",
    )

    @api.depends("found_count", "searched", "question", "outcome_ids")
    def _compute_counts(self):
        totals = self._read_totals()
        jobs_by_run = self._read_jobs()
        for run in self:
            total, jobs = totals[run.id], jobs_by_run[run.id]
            for outcome in Outcome:
                run[f"{outcome}_count"] = total[outcome]
            run.pending_job_count = sum(jobs[state] for state in PENDING_STATES)
            run.failed_job_count = jobs["failed"]
            settled = sum(total[outcome] for outcome in Outcome)
            seconds = total["seconds"]
            run.duration_seconds = seconds
            run.records_per_second = settled / seconds if seconds else 0.0
            found = run.found_count if run.searched else None
            run.progress = 100.0 if found == 0 else 100.0 * settled / (found or 1)
            run.state = (
                "waiting"
                if run.question
                else run_state(found, settled, run.failed_count, jobs)
            )
            is_open = run.state in ("queued", "running")
            run.is_live = bool(run.pending_job_count) or is_open

    def _read_totals(self) -> dict[int, Counter]:
        """Return the counts of each run, and its seconds from first to last."""
        groups = self.env["connector.sync.outcome"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            [f"{outcome}:sum" for outcome in Outcome]
            + ["started_at:min", "finished_at:max"],
        )
        totals = defaultdict(Counter)
        for run, *counts, started_at, finished_at in groups:
            totals[run.id].update(dict(zip(Outcome, counts, strict=True)))
            totals[run.id]["seconds"] = finished_at - started_at
        return totals

    def _read_jobs(self) -> dict[int, Counter]:
        """Return ``{state: number of jobs}`` of each run."""
        groups = self.env["queue.job"]._read_group(
            [("sync_run_id", "in", self.ids)], ["sync_run_id", "state"], ["__count"]
        )
        jobs = defaultdict(Counter)
        for run, state, count in groups:
            jobs[run.id][state] = count
        return jobs

    # -- the ledger -----------------------------------------------------------

    @api.model
    def _start(self, backend, model_name: str, direction: str = "import"):
        """Return a new run; every user who may synchronize may start one."""
        return self.sudo().create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "model_name": model_name,
                "direction": direction,
            }
        )

    def _set_found(self, found_count: int) -> None:
        """Store the number of records; all their jobs are enqueued."""
        self.exists().write({"found_count": found_count, "searched": True})

    def _note_outcome(
        self,
        counts: Mapping[str, int],
        started_at: float,
        binding_ids: Mapping[str, Iterable[int]] | None = None,
    ) -> None:
        """Add a row with the outcomes of a job.

        :param started_at: seconds since 1970, UTC
        :param binding_ids: ``{outcome: ids of its bindings}``
        """
        if self.exists():
            self.env["connector.sync.outcome"].create(
                {
                    "run_id": self.id,
                    "started_at": started_at,
                    "finished_at": time.time(),
                    "binding_ids": {
                        outcome: list(ids)
                        for outcome, ids in (binding_ids or {}).items()
                    },
                    **counts,
                }
            )

    def _note_dry_run(
        self,
        counts: Mapping[str, int],
        lines: list[dict],
        binding_ids: Mapping[str, Iterable[int]],
        started_at: float,
    ) -> None:
        """Add a line for each record of a dry run, and a row with their outcomes."""
        if self.exists():
            self.env["connector.dry.run.line"].create(
                [{**line, "run_id": self.id} for line in lines]
            )
            self._note_outcome(counts, started_at, binding_ids)

    def _get_backend(self) -> models.BaseModel:
        return self.env[self.backend_model].browse(self.backend_id)

    # -- a question to a user ---------------------------------------------------

    def _ask(self, question: str) -> None:
        """Ask a user to decide: on the run, and by an activity on the backend."""
        self.question = question
        backend = self._get_backend()
        summary = self.display_name
        if "activity_ids" not in backend._fields or summary in (
            backend.activity_ids.mapped("summary")
        ):
            return
        backend.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>") % question,
            user_id=(self.create_uid or self.env.user).id,
        )

    def _find_questions(self) -> models.BaseModel:
        """Return older runs of the same model and backend that wait for a decision."""
        return self.search(
            self._domain_of_subject()
            + [("question", "!=", False), ("id", "<", self.id)]
        )
